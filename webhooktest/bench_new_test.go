package webhooktest_test

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/cassette"
	"example.com/webhookvcr/internal/tbtest"
	"example.com/webhookvcr/webhooktest"
)

// The benchmarks of this file are about what is new to the process, as in a test
// suite with a cassette for each test; those of bench_test.go are about what the
// process has seen before, but for those that say so.

// BenchmarkExchangeNew replays one exchange that is new to the process, from a
// cassette that is open, or a new request that gets an answer seen before.
func BenchmarkExchangeNew(b *testing.B) {
	const n = 50
	b.Run("All", func(b *testing.B) {
		dir, number := b.TempDir(), 0
		first := 0
		repeat := func(open func(file string) *http.Client) func() time.Duration {
			return func() time.Duration {
				clients := make([]*http.Client, n)
				for i := range clients {
					clients[i] = open(filepath.Join(dir, fmt.Sprintf("%d.yaml", first+i)))
				}
				runtime.GC() // what is left of the opening
				return timed(func() {
					for i, client := range clients {
						call(b, client, 20_000+first+i)
					}
				})
			}
		}
		var s *tbtest.TB
		ours := repeat(func(file string) *http.Client { return webhooktest.Open(s, webhooktest.DevRev, file) })
		theirs := repeat(func(file string) *http.Client { return plain(b, file).GetDefaultClient() })
		compare(b, "go-vcr", func() time.Duration {
			first, number = number, number+n
			for i := first; i < number; i++ {
				writeCassette(b, filepath.Join(dir, fmt.Sprintf("%d.yaml", i)), 20_000+i, 1)
			}
			s = tbtest.New(b.Name())
			defer s.End()
			return ours()
		}, theirs)
	})
	b.Run("Request", func(b *testing.B) {
		file := benchCassette(b, 1)
		s := tbtest.New(b.Name())
		defer s.End()
		ours := webhooktest.Replay(s, webhooktest.DevRev.With(webhooktest.OwnScenarios(scenarioFS(b, file))), webhooktest.Always("webhooks.get/200"))
		r := plain(b, file)
		r.SetReplayableInteractions(true)
		theirs := r.GetDefaultClient()
		asked := 0
		repeat := func(client *http.Client) func() time.Duration {
			return func() time.Duration {
				asked += n
				bodies := make([]string, n)
				for i := range bodies { // one value in texts that differ by white space
					bodies[i] = strings.NewReplacer("0", " ", "1", "\t").Replace(fmt.Sprintf("%b", asked+i)) + benchRequest(0)
				}
				return timed(func() {
					for _, body := range bodies {
						callWith(b, client, "webhooks.get", body)
					}
				})
			}
		}
		compare(b, "go-vcr", repeat(ours), repeat(theirs))
	})
}

// BenchmarkExchange10000New replays requests in random order from a cassette of
// 10,000 interactions, none of which the process has seen. go-vcr, which remembers
// nothing, reads its cassette once.
func BenchmarkExchange10000New(b *testing.B) {
	const n, k = 10_000, 200
	positions, number := order(n, k), 1
	file := filepath.Join(b.TempDir(), "bench.yaml")
	writeCassette(b, file, 0, n)
	theirs := onceOpened(b, file, func(client *http.Client) {
		for _, i := range positions[:k/10] {
			call(b, client, i)
		}
	})
	compare(b, "go-vcr", func() time.Duration {
		number++
		writeCassette(b, file, number*n, n)
		s := tbtest.New(b.Name())
		client := webhooktest.Open(s, webhooktest.DevRev.With(webhooktest.AllowUnused()), file)
		defer s.End()
		runtime.GC()
		return timed(func() {
			for _, i := range positions {
				call(b, client, number*n+i)
			}
		}) / k
	}, func() time.Duration { return theirs() / (k / 10) })
}

// BenchmarkKept compares the memory that a cassette of 10,000 interactions keeps,
// when it is open and when each of its interactions is used.
func BenchmarkKept(b *testing.B) {
	const n = 10_000
	number := 0
	heap := func() uint64 {
		runtime.GC()
		runtime.GC()
		return memory().HeapAlloc
	}
	for b.Loop() {
		number++ // a process remembers files and requests
		file := filepath.Join(b.TempDir(), strconv.Itoa(number)+".yaml")
		writeCassette(b, file, number*n, n)
		before := heap()
		s := tbtest.New(b.Name())
		ours := webhooktest.Open(s, webhooktest.DevRev, file)
		opened := heap() - before
		for i := range n {
			call(b, ours, number*n+i)
		}
		used := heap() - before
		s.End()
		before = heap()
		theirs := plain(b, file)
		plainly := heap() - before
		require.NotNil(b, theirs)
		runtime.KeepAlive(ours)
		runtime.KeepAlive(theirs)
		b.ReportMetric(float64(opened)/n, "B-open/ours")
		b.ReportMetric(float64(used)/n, "B-used/ours")
		b.ReportMetric(float64(plainly)/n, "B/go-vcr")
		b.ReportMetric(float64(opened)/float64(plainly), "open/go-vcr")
		b.ReportMetric(float64(used)/float64(plainly), "used/go-vcr")
	}
}

// BenchmarkMissBody asks for something that a cassette does not hold, with a body
// of 5 MB.
func BenchmarkMissBody(b *testing.B) {
	body := `{"id":"` + strings.Repeat("a long text ", 5<<20/12) + `"}`
	big := `{"id":[` + strings.Repeat(`"a long text",`, 5<<20/14) + `""]}`
	for name, body := range map[string]string{"Text": body, "List": big} {
		b.Run(name, func(b *testing.B) {
			s := tbtest.New(b.Name())
			client := webhooktest.Open(s, webhooktest.DevRev.With(webhooktest.AllowUnused()), benchCassette(b, 16))
			defer s.End()
			number := 0
			b.ReportAllocs()
			for b.Loop() {
				number++
				req, err := http.NewRequest("POST", webhooktest.DevRev.BaseURL()+"/webhooks.get", strings.NewReader(strings.Repeat(" ", number)+body))
				require.NoError(b, err)
				_, err = client.Do(req)
				require.Error(b, err)
			}
		})
	}
}

// BenchmarkEqualSteps replays a sequence of equal steps, and compares a request of
// a long one with that of a short one.
func BenchmarkEqualSteps(b *testing.B) {
	side := func(n int) func() time.Duration {
		steps := slices.Repeat([]webhooktest.Step{"webhooks.get/200"}, n)
		return func() time.Duration {
			s := tbtest.New(b.Name())
			client := webhooktest.Replay(s, webhooktest.DevRev, steps...)
			defer s.End()
			return averaged(n, func() { callWith(b, client, "webhooks.get", `{"id":"`+webhooktest.DevRevWebhookID+`"}`) })
		}
	}
	compare(b, "hundred", side(10_000), side(100))
}

// BenchmarkVaryingOutOfOrder replays requests with a member that varies in the
// reverse order of the cassette, and compares a request of a long one with that of
// a short one.
func BenchmarkVaryingOutOfOrder(b *testing.B) {
	request := func(i int, secret string) string {
		return fmt.Sprintf(`{"id":%q,"secret":%q}`, benchID(i), base64.StdEncoding.EncodeToString([]byte(secret)))
	}
	side := func(n int) func() time.Duration {
		file := filepath.Join(b.TempDir(), "bench.yaml")
		writeExchanges(b, file, cassette.Header{Varies: []string{"/secret"}}, "webhooks.update", n, func(i int) (string, string) {
			return request(i, fmt.Sprintf("sent-secret-%d", i+1)), fmt.Sprintf(benchBody, benchID(i))
		})
		return func() time.Duration {
			s := tbtest.New(b.Name())
			client := webhooktest.Open(s, webhooktest.DevRev.With(webhooktest.Varies("/secret")), file)
			defer s.End()
			i := n
			return averaged(n, func() { i--; callWith(b, client, "webhooks.update", request(i, fmt.Sprintf("0123456789-%d", i))) })
		}
	}
	compare(b, "hundred", side(1000), side(100))
}
