package webhooktest_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"
	govcr "gopkg.in/dnaeon/go-vcr.v3/cassette"
	"gopkg.in/dnaeon/go-vcr.v3/recorder"

	"example.com/webhookvcr/internal/cassette"
	"example.com/webhookvcr/internal/tbtest"
	"example.com/webhookvcr/webhooktest"
)

// The benchmarks set this package beside plain go-vcr v3, in turns within one
// run, and report the ratio of the two: absolute times drift on shared
// machines, ratios hold.
//
//	go test -run '^$' -bench . ./webhooktest

// compare runs both sides in turns and reports the medians and their ratio: on a
// machine with other work to do, a mean tells of that work. Each side returns what
// it wants to be measured, so that preparations do not count.
func compare(b *testing.B, unit string, ours, theirs func() time.Duration) {
	b.Helper()
	ours() // what a process pays once has a benchmark of its own
	theirs()
	var mine, other []time.Duration
	for b.Loop() {
		mine, other = append(mine, ours()), append(other, theirs())
	}
	slices.Sort(mine)
	slices.Sort(other)
	x, y := mine[len(mine)/2], other[len(other)/2]
	b.ReportMetric(0, "ns/op") // the sum of both says nothing
	b.ReportMetric(float64(x.Nanoseconds()), "ns/ours")
	b.ReportMetric(float64(y.Nanoseconds()), "ns/"+unit)
	b.ReportMetric(float64(x)/float64(y), "ours/"+unit)
}

func timed(f func()) time.Duration {
	start := time.Now()
	f()
	return time.Since(start)
}

// averaged measures one of many: a single short call would be measured in the
// shadow of what the other side has done to caches and garbage.
func averaged(n int, f func()) time.Duration {
	return timed(func() {
		for range n {
			f()
		}
	}) / time.Duration(n)
}

const benchBody = `{"webhook":{"created_by":{"display_id":"display-1","display_name":"name-1","email":"user-1@example.com","full_name":"name-2","id":"don:identity:dvrv-us-1:devo/example:devu/user-1","state":"active","type":"dev_user"},"created_date":"2024-11-19T14:03:27.518Z","display_id":"display-2","event_types":["account_created","account_updated","conversation_created","conversation_deleted","conversation_updated","part_created","part_deleted","part_updated","rev_org_created","rev_org_deleted","rev_org_updated","rev_user_created","rev_user_deleted","rev_user_updated","sla_tracker_created","sla_tracker_deleted","sla_tracker_updated","tag_created","tag_deleted","tag_updated","timeline_entry_created","timeline_entry_deleted","timeline_entry_updated","work_created","work_deleted","work_updated"],"id":%q,"modified_by":{"display_id":"display-3","display_name":"name-3","email":"user-2@example.com","full_name":"name-4","id":"don:identity:dvrv-us-1:devo/example:devu/user-2","state":"active","type":"dev_user"},"modified_date":"2025-02-06T09:41:05.937074Z","secret":"cGxhY2Vob2xkZXItMQ==","status":"active","url":"https://example.com/url-1"}}`

func benchID(n int) string {
	return "don:integration:dvrv-us-1:devo/example:webhook/webhook-" + strconv.Itoa(n)
}

func benchRequest(n int) string { return `{"id":"` + benchID(n) + `"}` }

// benchCassette writes a cassette of n interactions, each with an id of its own.
func benchCassette(b *testing.B, n int) string {
	file := filepath.Join(b.TempDir(), "bench.yaml")
	writeCassette(b, file, 0, n)
	return file
}

// writeCassette writes a cassette of n interactions, whose ids begin with a number.
func writeCassette(b *testing.B, file string, first, n int) {
	b.Helper()
	writeExchanges(b, file, cassette.Header{}, "webhooks.get", n, func(i int) (request, answer string) {
		return benchRequest(first + i), fmt.Sprintf(benchBody, benchID(first+i))
	})
}

// writeExchanges writes a cassette of n exchanges of an operation.
func writeExchanges(b *testing.B, file string, header cassette.Header, operation string, n int, bodies func(int) (request, answer string)) {
	b.Helper()
	interactions := make([]*cassette.Interaction, n)
	for i := range interactions {
		request, answer := bodies(i)
		interactions[i] = &cassette.Interaction{
			ID: i,
			Request: govcr.Request{
				Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Method: "POST",
				Host: "api.devrev.ai", URL: webhooktest.DevRev.BaseURL() + "/" + operation,
				Headers: http.Header{"Accept": {"application/json"}, "Content-Type": {"application/json"}},
				Body:    request, ContentLength: int64(len(request)),
			},
			Response: govcr.Response{
				Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Status: "200 OK", Code: 200,
				Headers: http.Header{
					"Content-Type": {"application/json"}, "X-Ratelimit-Limit": {"1000"},
					"X-Ratelimit-Remaining": {"999"}, "X-Ratelimit-Reset": {"1741076400"},
				},
				Body: answer, ContentLength: int64(len(answer)),
			},
		}
	}
	header.Provider, header.Source = "devrev", cassette.Simulated
	data, err := cassette.Encode(header, interactions)
	require.NoError(b, err)
	require.NoError(b, os.WriteFile(file, []byte(data), 0o644))
}

// plain opens a cassette as teams do: a go-vcr recorder with a matcher that
// compares method, URL and JSON body.
func plain(b testing.TB, file string) *recorder.Recorder {
	r, err := recorder.NewWithOptions(&recorder.Options{
		CassetteName: strings.TrimSuffix(file, ".yaml"), Mode: recorder.ModeReplayOnly, SkipRequestLatency: true,
	})
	require.NoError(b, err)
	r.SetMatcher(jsonMatcher)
	return r
}

func jsonMatcher(req *http.Request, recorded govcr.Request) bool {
	if req.Method != recorded.Method || req.URL.String() != recorded.URL {
		return false
	}
	if req.Body == nil || req.Body == http.NoBody {
		return recorded.Body == ""
	}
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return false
	}
	req.Body = io.NopCloser(bytes.NewReader(body))
	var x, y any
	if json.Unmarshal(body, &x) != nil || json.Unmarshal([]byte(recorded.Body), &y) != nil {
		return string(body) == recorded.Body
	}
	return reflect.DeepEqual(x, y)
}

func call(b testing.TB, client *http.Client, n int) {
	callWith(b, client, "webhooks.get", benchRequest(n))
}

func callWith(b testing.TB, client *http.Client, operation, body string) {
	req, err := http.NewRequest("POST", webhooktest.DevRev.BaseURL()+"/"+operation, strings.NewReader(body))
	if err != nil {
		b.Fatal(err)
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+webhooktest.Token)
	resp, err := client.Do(req)
	if err != nil {
		b.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		b.Fatal(err)
	}
	resp.Body.Close()
}

// BenchmarkExchange replays one exchange that the process has seen: JSON-aware on
// both sides, and on ours with the contract checks of the request and the answer.
func BenchmarkExchange(b *testing.B) {
	const n = 100
	file := benchCassette(b, 1)
	s := tbtest.New(b.Name())
	defer s.End()
	ours := webhooktest.Replay(s, webhooktest.DevRev.With(webhooktest.OwnScenarios(scenarioFS(b, file))), webhooktest.Always("webhooks.get/200"))
	r := plain(b, file)
	r.SetReplayableInteractions(true)
	theirs := r.GetDefaultClient()
	repeat := func(client *http.Client) func() time.Duration {
		return func() time.Duration {
			return timed(func() {
				for range n {
					call(b, client, 0)
				}
			})
		}
	}
	compare(b, "go-vcr", repeat(ours), repeat(theirs))
}

// scenarioFS presents a cassette as a team's own recording of webhooks.get/200.
func scenarioFS(b *testing.B, file string) fs.FS {
	data, err := os.ReadFile(file)
	require.NoError(b, err)
	return fstest.MapFS{"devrev/webhooks.get/200.yaml": {Data: data}}
}

// order returns k of n positions in a random order that is the same in every run.
func order(n, k int) []int {
	return rand.New(rand.NewPCG(1, 2)).Perm(n)[:k]
}

// BenchmarkExchange10000 replays requests in random order from a cassette of
// 10,000 interactions, all of which the process has seen.
func BenchmarkExchange10000(b *testing.B) {
	const n, k = 10_000, 50
	file := benchCassette(b, n)
	positions := order(n, k)
	compare(b, "go-vcr", func() time.Duration {
		s := tbtest.New(b.Name())
		client := webhooktest.Open(s, webhooktest.DevRev.With(webhooktest.AllowUnused()), file)
		defer s.End()
		return timed(func() {
			for _, i := range positions {
				call(b, client, i)
			}
		})
	}, onceOpened(b, file, func(client *http.Client) {
		for _, i := range positions {
			call(b, client, i)
		}
	}))
}

// onceOpened measures go-vcr on a cassette that is opened once: opening 10,000
// interactions takes it more than a second.
func onceOpened(b *testing.B, file string, f func(*http.Client)) func() time.Duration {
	r := plain(b, file)
	r.SetReplayableInteractions(true)
	client := r.GetDefaultClient()
	return func() time.Duration { return timed(func() { f(client) }) }
}

// BenchmarkFlat compares the cost of a request at 10,000 interactions with that
// at 10, both ours and seen before: of a cassette whose interactions are used
// once, and of a step that answers any number of requests.
func BenchmarkFlat(b *testing.B) {
	const k = 10
	b.Run("Once", func(b *testing.B) {
		side := func(n int) func() time.Duration {
			file := benchCassette(b, n)
			positions := order(n, k)
			return func() time.Duration {
				s := tbtest.New(b.Name())
				client := webhooktest.Open(s, webhooktest.DevRev.With(webhooktest.AllowUnused()), file)
				defer s.End()
				call(b, client, positions[0]) // what an open client pays once
				return timed(func() {
					for _, i := range positions[1:] {
						call(b, client, i)
					}
				})
			}
		}
		compare(b, "ten", side(10_000), side(10))
	})
	b.Run("Always", func(b *testing.B) {
		s := tbtest.New(b.Name())
		defer s.End()
		side := func(n int) func() time.Duration {
			files := scenarioFS(b, benchCassette(b, n))
			client := webhooktest.Replay(s, webhooktest.DevRev.With(webhooktest.OwnScenarios(files)), webhooktest.Always("webhooks.get/200"))
			positions := order(n, n)
			return func() time.Duration {
				return timed(func() {
					for i := range 10_000 {
						call(b, client, positions[i%n])
					}
				})
			}
		}
		compare(b, "ten", side(10_000), side(10))
	})
}

// BenchmarkParallel compares eight goroutines with one, both ours: the throughput
// of eight in multiples of one is one divided by the ratio.
func BenchmarkParallel(b *testing.B) {
	const n = 4000
	s := tbtest.New(b.Name())
	defer s.End()
	client := webhooktest.Replay(s, webhooktest.DevRev.With(webhooktest.OwnScenarios(scenarioFS(b, benchCassette(b, 1)))), webhooktest.Always("webhooks.get/200"))
	side := func(goroutines int) func() time.Duration {
		return func() time.Duration {
			return timed(func() {
				var wg sync.WaitGroup
				for range goroutines {
					wg.Go(func() {
						for range n / goroutines {
							call(b, client, 0)
						}
					})
				}
				wg.Wait()
			})
		}
	}
	compare(b, "one", side(8), side(1))
}

// BenchmarkMiss asks for something that a cassette of 10,000 does not hold: ours
// with the full explanation, go-vcr's with its bare error.
func BenchmarkMiss(b *testing.B) {
	file := benchCassette(b, 10_000)
	miss := func(client *http.Client) {
		req, err := http.NewRequest("POST", webhooktest.DevRev.BaseURL()+"/webhooks.get", strings.NewReader(`{"id":"don:integration:dvrv-us-1:devo/example:webhook/none"}`))
		require.NoError(b, err)
		req.Header.Set("Authorization", "Bearer "+webhooktest.Token)
		_, err = client.Do(req)
		require.ErrorIs(b, err, govcr.ErrInteractionNotFound)
	}
	w := tbtest.New(b.Name())
	defer w.Run(func(testing.TB) {})
	ours := webhooktest.Open(w, webhooktest.DevRev.With(webhooktest.AllowUnused()), file)
	compare(b, "go-vcr", func() time.Duration { return averaged(20, func() { miss(ours) }) }, onceOpened(b, file, miss))
}

// BenchmarkFirstOpen opens a cassette that is new to the process.
func BenchmarkFirstOpen(b *testing.B) {
	for _, n := range []int{1, 100} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			data, err := os.ReadFile(benchCassette(b, n))
			require.NoError(b, err)
			dir, count := b.TempDir(), 0
			file := func(i int) string { return filepath.Join(dir, fmt.Sprintf("%d.yaml", i)) }
			each := max(1, 50/n)
			compare(b, "go-vcr", func() time.Duration {
				count += each
				for i := range each {
					require.NoError(b, os.WriteFile(file(count-i), data, 0o644))
				}
				s, i := tbtest.New(b.Name()), count
				defer s.End()
				return averaged(each, func() { webhooktest.Open(s, webhooktest.DevRev.With(webhooktest.AllowUnused()), file(i)); i-- })
			}, func() time.Duration {
				i := count
				return averaged(each, func() { plain(b, file(i)); i-- })
			})
		})
	}
}

// BenchmarkSecondOpen opens a cassette of 1,000 that the process has opened.
func BenchmarkSecondOpen(b *testing.B) {
	file := benchCassette(b, 1000)
	compare(b, "go-vcr", func() time.Duration {
		s := tbtest.New(b.Name())
		defer s.End()
		return averaged(50, func() { webhooktest.Open(s, webhooktest.DevRev.With(webhooktest.AllowUnused()), file) })
	}, func() time.Duration { return timed(func() { plain(b, file) }) })
}

// BenchmarkLife is one test's life, of the second and later tests of a process:
// open, replay one exchange, close.
func BenchmarkLife(b *testing.B) {
	file := benchCassette(b, 1)
	compare(b, "go-vcr", func() time.Duration {
		return averaged(50, func() {
			s := tbtest.New(b.Name())
			call(b, webhooktest.Open(s, webhooktest.DevRev, file), 0)
			s.End()
		})
	}, func() time.Duration {
		return averaged(50, func() {
			r := plain(b, file)
			call(b, r.GetDefaultClient(), 0)
			require.NoError(b, r.Stop())
		})
	})
}

// BenchmarkRecord records over loopback, commit and go-vcr's own Stop included, with a
// connection for each exchange on both sides: some exchanges of 1.5 KB, and one of
// 5 MB. A commit waits for the disk, so that a power failure loses no recording, and
// go-vcr does not: "synced" is both with that wait. Every answer holds ids, names, addresses and secrets of its own, so that the
// values to be replaced grow with the answers.
func BenchmarkRecord(b *testing.B) {
	for _, size := range []struct {
		name                string
		exchanges, webhooks int
		synced              bool
	}{{"1", 1, 1, false}, {"1-synced", 1, 1, true}, {"10", 10, 1, false}, {"10-synced", 10, 1, true}, {"100", 100, 1, false}, {"1000", 1000, 1, false}, {"5MB", 1, 3600, false}} {
		b.Run(size.name, func(b *testing.B) {
			server, answered := benchTenant(b, size.exchanges, size.webhooks)
			b.Setenv("DEVREV_TOKEN", "bench-token-0123456789")
			b.Setenv("DEVREV_BASE_URL", server.URL)
			b.Setenv("DEVREV_WEBHOOK_ID", benchReal("webhook", 0))
			b.Setenv(webhooktest.RecordVar, ".*")
			dir := b.TempDir()
			file := filepath.Join(dir, "ours.yaml")
			var allocated uint64
			compare(b, "go-vcr", func() time.Duration {
				os.Remove(file) // a recording that says the same as its file would not be written
				before := memory()
				defer func() { allocated = memory().TotalAlloc - before.TotalAlloc }()
				return timed(func() {
					s := tbtest.New(b.Name())
					client := webhooktest.Open(s, webhooktest.DevRev, file)
					for range size.exchanges {
						list(b, client, webhooktest.DevRev.BaseURL())
					}
					s.End()
				})
			}, func() time.Duration {
				os.Remove(filepath.Join(dir, "plain.yaml")) // as ours: to write over a file is to wait for the disk
				return timed(func() {
					own := &http.Transport{DisableKeepAlives: true}
					r, err := recorder.NewWithOptions(&recorder.Options{
						CassetteName: filepath.Join(dir, "plain"), Mode: recorder.ModeRecordOnly, SkipRequestLatency: true, RealTransport: own,
					})
					require.NoError(b, err)
					for range size.exchanges {
						list(b, r.GetDefaultClient(), server.URL)
					}
					require.NoError(b, r.Stop())
					if size.synced {
						saved, err := os.OpenFile(filepath.Join(dir, "plain.yaml"), os.O_RDWR, 0)
						require.NoError(b, err)
						require.NoError(b, saved.Sync())
						require.NoError(b, saved.Close())
					}
				})
			})
			b.ReportMetric(float64(allocated)/float64(answered), "B-allocated/B")
		})
	}
}

// memory is what the runtime says of its memory.
func memory() (m runtime.MemStats) {
	runtime.ReadMemStats(&m)
	return m
}

// benchTenant answers webhooks.list with one page after the other, of webhooks
// that no other page has. It returns how long all pages are.
func benchTenant(b *testing.B, pages, webhooks int) (server *httptest.Server, answered int) {
	answers := make([][]byte, pages)
	for page := range answers {
		var list []string
		for i := range webhooks {
			list = append(list, benchWebhook(page*webhooks+i))
		}
		answers[page] = []byte(`{"webhooks":[` + strings.Join(list, ",") + `]}`)
		answered += len(answers[page])
	}
	var asked atomic.Int64
	server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json")
		w.Write(answers[int(asked.Add(1)-1)%pages])
	}))
	b.Cleanup(server.Close)
	return server, answered
}

func benchReal(kind string, n int) string {
	service := "integration"
	if kind == "devu" {
		service = "identity"
	}
	return "don:" + service + ":dvrv-us-1:devo/11FVC3ScK:" + kind + "/1jGzMh" + strconv.Itoa(n)
}

// benchWebhook is a tenant's webhook number n; everything that tells of the
// tenant is another in each.
func benchWebhook(n int) string {
	secret := sha256.Sum256([]byte(strconv.Itoa(n)))
	host := "hooks." + benchName(n+5) + ".de"
	from := []string{benchReal("webhook", n), base64.StdEncoding.EncodeToString(secret[:]), "https://" + host + "/in/" + benchName(n), "WEBHOOK-" + strconv.Itoa(n+1)}
	to := []string{benchID(0), "cGxhY2Vob2xkZXItMQ==", "https://example.com/url-1", "display-2"}
	for user := range 2 {
		first, last, k := benchName(3*n+user), benchName(7*n+user+1), strconv.Itoa(user+1)
		from = append(from, benchReal("devu", 2*n+user), first+"."+last+"@"+host, first, first+" "+last, "DEVU-"+strconv.Itoa(2*n+user+1))
		to = append(to, "don:identity:dvrv-us-1:devo/example:devu/user-"+k, "user-"+k+"@example.com", "name-"+strconv.Itoa(2*user+1), "name-"+strconv.Itoa(2*user+2), "display-"+strconv.Itoa(2*user+1))
	}
	body := strings.TrimSuffix(strings.TrimPrefix(fmt.Sprintf(benchBody, benchID(0)), `{"webhook":`), "}")
	for i := range to {
		body = strings.ReplaceAll(body, `"`+to[i]+`"`, `"`+from[i]+`"`)
	}
	return body
}

// benchName makes up a name: a number written in syllables.
func benchName(n int) string {
	var b strings.Builder
	for n += 400; n > 0; n /= 20 {
		b.WriteString([]string{"ba", "chen", "dor", "fel", "gri", "hal", "jan", "ker", "lin", "mo", "nut", "ol", "pas", "rei", "schu", "tam", "ul", "ver", "wi", "zon"}[n%20])
	}
	return b.String()
}

func list(b *testing.B, client *http.Client, base string) {
	req, err := http.NewRequest("POST", base+"/webhooks.list", strings.NewReader("{}"))
	require.NoError(b, err)
	req.Header.Set("Accept", "application/json")
	req.Header.Set("Content-Type", "application/json")
	resp, err := client.Do(req)
	require.NoError(b, err)
	_, err = io.Copy(io.Discard, resp.Body)
	require.NoError(b, err)
	resp.Body.Close()
}
