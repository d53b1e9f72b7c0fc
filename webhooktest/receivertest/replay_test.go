package receivertest_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gopkg.in/dnaeon/go-vcr.v3/cassette"

	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/record"
	"example.com/webhookvcr/webhooktest"
	"example.com/webhookvcr/webhooktest/receivertest"
)

const (
	heard = `{"id":"don:integration:dvrv-us-1:devo/11FVC3ScK:webhook/1jGzMh1N:webhook_event/77","webhook_id":"don:integration:dvrv-us-1:devo/11FVC3ScK:webhook/1jGzMh1N","type":"work_created","timestamp":"2026-03-01T12:00:00.000Z","work_created":{"work":{"type":"issue","id":"don:core:dvrv-us-1:devo/11FVC3ScK:issue/42","display_id":"ISS-42","title":"Quarterly numbers","owned_by":[]}}}`
	asked = `{"id":"don:integration:dvrv-us-1:devo/11FVC3ScK:webhook/1jGzMh1N:webhook_event/79","webhook_id":"don:integration:dvrv-us-1:devo/11FVC3ScK:webhook/1jGzMh1N","type":"verify","timestamp":"2026-03-01T12:00:00.000Z","verify":{"challenge":"Zm9vYmFyYmF6"}}`
)

// listened writes a delivery as record listen does, one that came when it was made.
func listened(t *testing.T, body string, status int, answer string) string {
	t.Helper()
	return listenedAt(t, stamped, body, status, answer)
}

// stamped is the time of the events.
var stamped = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func listenedAt(t *testing.T, at time.Time, body string, status int, answer string) string {
	t.Helper()
	d := recordable(filepath.Join(t.TempDir(), "delivery.yaml"), body)
	d.Received, d.Status, d.Answer, d.AcceptDrift = at, status, []byte(answer), true
	_, _, err := d.Commit()
	require.NoError(t, err)
	return d.Path
}

// recordable is a delivery that came when it was made, and was acknowledged.
func recordable(file, body string) record.Delivery {
	return record.Delivery{
		Definition: &provider.DevRev, BaseURL: "https://api.devrev.ai", Secret: "dXowRk5HY05sMjhOek15Zg==", Received: stamped, Path: file, Name: "delivery.yaml",
		Body: []byte(body), Status: http.StatusOK,
		Sign: func(body []byte) http.Header {
			return http.Header{"X-Devrev-Signature": {provider.Signature(receivertest.Secret, body, false, false)}}
		},
	}
}

// strictly builds a receiver that takes fresh and signed deliveries.
func strictly(testing.TB, string) receivertest.Receiver {
	return receivertest.Receiver{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		var delivery struct {
			Timestamp time.Time
			Verify    *json.RawMessage
		}
		switch {
		case err != nil || json.Unmarshal(body, &delivery) != nil || delivery.Timestamp.IsZero():
			w.WriteHeader(http.StatusBadRequest)
		case r.Header.Get("X-DevRev-Signature") != provider.Signature(receivertest.Secret, body, false, false), time.Since(delivery.Timestamp).Abs() > 5*time.Second:
			w.WriteHeader(http.StatusUnauthorized)
		case delivery.Verify != nil && os.Getenv("NO_ECHO") == "":
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write(*delivery.Verify)
		}
	})}
}

func TestReplay(t *testing.T) {
	t.Parallel()
	for name, file := range map[string]string{
		"event":  listened(t, heard, 200, "thank you"),
		"verify": listened(t, asked, 200, `{"challenge":"Zm9vYmFyYmF6"}`),
		// What is no event is replayed as such.
		"empty": listened(t, "", 400, ""), "text": listened(t, "text", 400, ""), "null": listened(t, "null", 400, ""),
		"array": listened(t, "[]", 400, ""), "two documents": listened(t, heard+heard, 400, ""), "a type that is a number": listened(t, `{"type":1}`, 400, ""),
	} {
		t.Run(name, func(t *testing.T) { receivertest.Replay(t, webhooktest.DevRev, file, strictly) })
	}
}

// A delivery is as old in a replay as it was when it came, and each receiver answers it
// as it did then.
func TestReplay_moment(t *testing.T) {
	t.Parallel()
	stamps := map[string]string{
		"as it is": heard, "of another zone": strings.Replace(heard, "12:00:00.000Z", "17:30:00+05:30", 1),
		"none": strings.Replace(heard, `"timestamp":"2026-03-01T12:00:00.000Z",`, "", 1), "malformed": strings.Replace(heard, "2026-03-01T12:00:00.000Z", "yesterday", 1),
	}
	cells := 0
	for name, body := range stamps {
		for _, age := range []time.Duration{0, 1500 * time.Millisecond, 4 * time.Second, 6 * time.Second, 10 * time.Minute, 24 * time.Hour, 1000 * 24 * time.Hour, -2 * time.Second, -10 * time.Minute} {
			at := stamped.Add(age)
			status := map[bool]int{true: 200, false: 401}[age.Abs() <= 5*time.Second]
			if name == "none" || name == "malformed" {
				status = 400
			}
			t.Run(fmt.Sprint(name, " ", age), func(t *testing.T) {
				receivertest.Replay(t, webhooktest.DevRev, listenedAt(t, at, body, status, ""), func(tb testing.TB, secret string) receivertest.Receiver {
					assert.Equal(t, at, time.Now().UTC())
					return strictly(tb, secret)
				})
			})
			cells++
		}
	}
	t.Logf("%d moments", cells)
}

// Plain go-vcr loads what is replayed.
func TestReplay_goVCR(t *testing.T) {
	t.Parallel()
	file := listened(t, heard, 200, "")
	loaded, err := cassette.Load(strings.TrimSuffix(file, ".yaml"))
	require.NoError(t, err)
	assert.Len(t, loaded.Interactions, 1)
}

// The tenant's values are in no recording, and neither is what a receiver says.
func TestReplay_recording(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile(listened(t, heard, 200, "thank you"))
	require.NoError(t, err)
	for _, value := range []string{"11FVC3ScK", "1jGzMh1N", "Quarterly", "ISS-42", "thank you", "dXowRk5HY05sMjhOek15Zg"} {
		assert.NotContains(t, string(data), value)
	}
	assert.Contains(t, string(data), "received: '2026-03-01T12:00:00Z'}")
}

// TestReplay_fails runs below in a process of its own: it must fail.
func TestReplay_fails(t *testing.T) {
	file := os.Getenv("REPLAYED")
	if file == "" {
		t.Skip("runs in a process of its own")
	}
	receivertest.Replay(t, webhooktest.DevRev, file, strictly)
}

func TestReplay_failures(t *testing.T) {
	t.Parallel()
	changed := func(file, old, new string) string {
		data, err := os.ReadFile(file)
		require.NoError(t, err)
		require.Contains(t, string(data), old)
		other := filepath.Join(t.TempDir(), "other.yaml")
		require.NoError(t, os.WriteFile(other, bytes.ReplaceAll(data, []byte(old), []byte(new)), 0o600))
		return other
	}
	event, verify := listened(t, heard, 200, ""), listened(t, asked, 200, `{"challenge":"Zm9vYmFyYmF6"}`)
	for _, tt := range []struct{ name, file, env, want string }{
		{"other status", listened(t, heard, 500, ""), "", "#0, work_created of 2026-03-01T12:00:00Z: answered 200, recorded is 500"},
		{"no echo", verify, "NO_ECHO=1", `#0, verify of 2026-03-01T12:00:00Z: the answer is no JSON, recorded is {"challenge":"opaque-1"}`},
		{"changed body", changed(event, `"issue"`, `"ticket"`), "", "#0 is not signed with receivertest.Secret"},
		{"no delivery", "../../cassettes/devrev/webhooks.get/200.yaml", "", "holds no deliveries; record some with record listen"},
		{"no file", "nowhere.yaml", "", "nowhere.yaml"},
		{"before a bubble begins", listenedAt(t, time.Date(1999, 1, 1, 0, 0, 0, 0, time.UTC), heard, 401, ""), "", "is of 1999-01-01, and no synctest bubble begins before 2000; record it again"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cmd := exec.Command(os.Args[0], "-test.run=^TestReplay_fails$", "-test.v")
			cmd.Env = append(os.Environ(), "REPLAYED="+tt.file, tt.env)
			out, err := cmd.CombinedOutput()
			assert.Error(t, err)
			assert.Contains(t, string(out), tt.want)
		})
	}
}

// Whatever stands beyond the bounds of the contract's reader, the documented members
// stay, and what is written replays: each place of a name × its length around the bound ×
// its letters × with AcceptDrift and without; without -whole every third of them.
func TestReplay_longNames(t *testing.T) {
	t.Parallel()
	places := []struct{ name, before, after string }{
		{"first in the delivery", `{`, `"id":`},
		{"last in the delivery", `"owned_by":[]}}`, `}`},
		{"in the payload", `"work_created":{`, `"work":`},
		{"in the object", `"work":{`, `"type":"issue"`},
		{"below an undocumented name", `"owned_by":[]`, `}}}`},
	}
	letters := []struct{ name, one string }{{"ASCII", "n"}, {"ü", "ü"}, {"escaped", `\u00fc`}, {"emoji", "😀"}}
	bytesOf := map[string]int{"n": 1, "ü": 2, `\u00fc`: 2, "😀": 4}
	cells := map[string][]string{}
	n := 0
	for _, place := range places {
		for _, letter := range letters {
			for _, size := range []int{252, 256, 260, 300, 1000} {
				for _, drift := range []bool{false, true} {
					if n++; !*whole && n%3 != 0 {
						continue
					}
					name := strings.Repeat(letter.one, size/bytesOf[letter.one])
					members := fmt.Sprintf(`"%s":{"%sn":[1]}`, name, name)
					body := ""
					switch place.name {
					case "last in the delivery":
						body = strings.TrimSuffix(heard, "}") + "," + members + "}"
					case "below an undocumented name":
						body = strings.Replace(heard, `"owned_by":[]`, `"owned_by":[],"theirs":[{`+members+`}]`, 1)
					default:
						body = strings.Replace(heard, place.before, place.before+members+",", 1)
					}
					require.True(t, json.Valid([]byte(body)), body)
					file := filepath.Join(t.TempDir(), "delivery.yaml")
					d := recordable(file, body)
					d.AcceptDrift = drift
					cell := fmt.Sprintf("%-27s %-8s %4d bytes", place.name, letter.name, size)
					if _, _, err := d.Commit(); !assert.NoError(t, err, "%s, AcceptDrift %v", cell, drift) {
						continue
					}
					written, err := os.ReadFile(file)
					require.NoError(t, err)
					assert.NotContains(t, string(written), name[:40], cell)
					for _, member := range []string{`"id":`, `"webhook_id":`, `"type":"work_created"`, `"timestamp":"2026-`, `"work_created":`, `"work":`, `"display_id":`, `"title":`, `"owned_by":[]`} {
						assert.Contains(t, string(written), member, cell)
					}
					if t.Run(cell, func(t *testing.T) { receivertest.Replay(t, webhooktest.DevRev, file, documented) }) {
						cells[cell] = append(cells[cell], map[bool]string{false: "strict: replays", true: "drift: replays"}[drift])
					}
				}
			}
		}
	}
	for _, cell := range slices.Sorted(maps.Keys(cells)) {
		t.Logf("%s  %s", cell, strings.Join(cells[cell], ", "))
	}
}

// A number beyond the bounds is replaced as any other; what is too deep, has too many
// values or a name twice is not written.
func TestReplay_beyondBounds(t *testing.T) {
	t.Parallel()
	for name, value := range map[string]string{
		"digits": strings.Repeat("7", 101), "fraction": "0." + strings.Repeat("7", 101), "exponent": "1e12345", "depth": strings.Repeat("[", 500) + strings.Repeat("]", 500), "values": "[" + strings.Repeat("0,", 200_000) + "0]",
		"twice": `0,"title":"again"`, "undocumented twice": `0,"theirs":0`,
	} {
		for _, drift := range []bool{false, true} {
			file := filepath.Join(t.TempDir(), "delivery.yaml")
			d := recordable(file, strings.Replace(heard, `"owned_by":[]`, `"owned_by":[],"theirs":`+value, 1))
			d.AcceptDrift = drift
			_, _, err := d.Commit()
			if strings.HasSuffix(name, "twice") {
				assert.ErrorContains(t, err, "the delivery cannot be recorded: the member at line 1, column ")
				assert.NoFileExists(t, file)
				continue
			}
			if name == "depth" || name == "values" {
				assert.ErrorContains(t, err, "the delivery cannot be recorded: the text has "+name)
				assert.NoFileExists(t, file)
				continue
			}
			if assert.NoError(t, err, name) {
				t.Run(fmt.Sprint(name, " ", drift), func(t *testing.T) { receivertest.Replay(t, webhooktest.DevRev, file, documented) })
			}
		}
	}
}

// documented takes what strictly takes, if it has the members that are documented.
func documented(tb testing.TB, secret string) receivertest.Receiver {
	r := strictly(tb, secret)
	further := r.Handler
	r.Handler = http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, err := io.ReadAll(req.Body)
		var delivery map[string]json.RawMessage
		var payload struct {
			Work *struct{ ID, Type, Title *string }
		}
		if err != nil || json.Unmarshal(body, &delivery) != nil || json.Unmarshal(delivery[`work_created`], &payload) != nil || delivery["id"] == nil || payload.Work == nil || payload.Work.Title == nil || payload.Work.ID == nil || payload.Work.Type == nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		req.Body = io.NopCloser(bytes.NewReader(body))
		further.ServeHTTP(w, req)
	})
	return r
}
