package receivertest_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"net/http"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/webhooktest"
	"example.com/webhookvcr/webhooktest/goldentest"
	"example.com/webhookvcr/webhooktest/receivertest"
)

// repeats asks for the proof more than once: the same probes must find a flaw each time.
var repeats = flag.Int("repeats", 1, "ask every receiver with a flaw so many times")

var whole = flag.Bool("whole", false, "ask every receiver with a flaw every probe, and not those alone that are known to find it, and replay every long name")

// Most of what is tested here waits: more of it runs at one time than there are
// processors. The tests make much garbage: a collector that runs less often saves a
// quarter of their time.
func TestMain(m *testing.M) {
	debug.SetGCPercent(400)
	flag.Parse()
	if err := flag.Set("test.parallel", "24"); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

// unhurried lets a busy machine take its time, so that what is found is the receiver's.
var unhurried = []receivertest.Option{receivertest.Watchdog(10 * time.Minute), receivertest.Answer(time.Minute)}

// vendors are the two sides of the proof: sound receivers, and receivers with one
// flaw each, asked in every way that leaves a probe out otherwise.
var vendors = []struct {
	p        webhooktest.Provider
	receiver func(flaw string) receivertest.Build
	flaws    []string
	ways     [][]receivertest.Option
}{
	{webhooktest.DevRev, devrevReceiver, devrevFlaws, [][]receivertest.Option{nil}},
	{webhooktest.DVelop, dvelopReceiver, dvelopFlaws, [][]receivertest.Option{
		{receivertest.At("https://example.com/hooks/{event}")},
		{receivertest.At("https://example.com/hooks/{event}"), receivertest.HandleResponse("STATUS_AND_BODY"), receivertest.CloudApp(appSecret, appBase, appTenant)},
		{receivertest.At("https://example.com/hooks/{event}"), receivertest.HandleResponse("NONE")},
	}},
}

// ignored is d.velop's way in which no answer counts, so that a refusal brings no other
// call.
const ignored = 2

func TestRun_soundReceiver(t *testing.T) {
	t.Parallel()
	for _, v := range vendors {
		t.Run(v.p.String(), func(t *testing.T) {
			t.Parallel()
			asked := map[string]bool{}
			for way, options := range v.ways {
				for _, sound := range []string{"", soundThrottle, soundRefusal, soundBusy, soundQueue, soundBucket, soundPatient, soundSome, soundAtWork} {
					if (sound == soundRefusal || sound == soundAtWork) && way == ignored {
						continue
					}
					t.Run(sound, func(t *testing.T) {
						t.Parallel()
						receivertest.Run(t, v.p, v.receiver(sound), options...)
					})
				}
				for _, verdict := range receivertest.Judge(t, v.p, v.receiver(""), options...) {
					asked[verdict.ID] = asked[verdict.ID] || verdict.Skipped == ""
				}
			}
			for _, p := range receivertest.Probes(v.p) {
				assert.True(t, asked[p.ID], "%s was never asked", p.ID)
			}
		})
	}
}

// A sender without a second attempt is one, too: what needs one is skipped.
func TestRun_soundReceiverOnce(t *testing.T) {
	t.Parallel()
	for _, v := range vendors {
		t.Run(v.p.String(), func(t *testing.T) {
			once := v.p.With(webhooktest.SentBy(webhooktest.Sender{Waits: []time.Duration{}}))
			for _, sound := range []string{"", soundRefusal} {
				for _, verdict := range receivertest.Judge(t, once, v.receiver(sound), v.ways[0]...) {
					assert.Empty(t, verdict.Failures, verdict.ID)
				}
			}
		})
	}
}

// Each flaw is found, and each probe that can fail finds one. A new probe needs a
// receiver with the flaw that it looks for. The golden file has the probes that find
// each flaw: these are asked, and all of them with -whole, and where the file is written
// anew. The matrix is printed with -v.
func TestRun_findsEveryFlaw(t *testing.T) {
	t.Parallel()
	for _, v := range vendors {
		t.Run(v.p.String(), func(t *testing.T) {
			t.Parallel()
			golden := "flaws_" + strings.ToLower(v.p.String())
			known := map[string][]string{}
			if !*whole && os.Getenv("GOLDIE_UPDATE") == "" {
				data, err := os.ReadFile("testdata/golden/" + golden + ".golden.json")
				require.NoError(t, err)
				require.NoError(t, json.Unmarshal(data, &known))
			}
			found := make([][]string, len(v.flaws))
			t.Run("flaw", func(t *testing.T) {
				const lanes = 12 // a test that waits for its turn makes the stacks of all longer
				for lane := range lanes {
					t.Run(fmt.Sprint(lane), func(t *testing.T) {
						t.Parallel()
						for i := lane; i < len(v.flaws); i += lanes {
							flaw := v.flaws[i]
							t.Run(flaw, func(t *testing.T) {
								build := v.receiver(flaw)
								if known[flaw] != nil {
									build = only(build, known[flaw]...)
								}
								for n := range *repeats {
									var verdicts []receivertest.Verdict
									for _, options := range v.ways {
										verdicts = append(verdicts, receivertest.Judge(t, v.p, build, append(slices.Clip(options), unhurried...)...)...)
									}
									ids := failedProbes(verdicts)
									assert.NotEmpty(t, ids, "nothing finds it")
									if n > 0 {
										assert.Equal(t, found[i], ids, "what finds it changes from run to run")
									}
									found[i] = ids
								}
							})
						}
					})
				}
			})
			finds, byFlaw := map[string][]string{}, map[string][]string{}
			for i, flaw := range v.flaws {
				byFlaw[flaw] = found[i]
				for _, id := range found[i] {
					finds[id] = append(finds[id], flaw)
				}
			}
			var matrix strings.Builder
			for _, p := range receivertest.Probes(v.p) {
				fmt.Fprintf(&matrix, "%-11s %-6s %s\n", p.ID, p.Level, strings.Join(finds[p.ID], "; "))
				if p.Level != receivertest.Info {
					assert.NotEmpty(t, finds[p.ID], "%s finds no flaw", p.ID)
				}
			}
			t.Logf("%d receivers with a flaw, %d probes\n%s", len(v.flaws), len(receivertest.Probes(v.p)), matrix.String())
			goldentest.Assert(t, golden, byFlaw)
		})
	}
}

// only lets a receiver be asked these probes: build skips the others.
func only(build receivertest.Build, ids ...string) receivertest.Build {
	return func(tb testing.TB, secret string) receivertest.Receiver {
		name, _, _ := strings.Cut(tb.Name(), "#") // what is asked again has a number
		if !slices.ContainsFunc(ids, func(id string) bool { return strings.HasSuffix(name, "/"+id) }) {
			tb.Skip("this test is about other probes")
		}
		return build(tb, secret)
	}
}

// failedProbes are the ids of the probes that found something.
func failedProbes(verdicts []receivertest.Verdict) []string {
	ids := map[string]bool{}
	for _, v := range verdicts {
		if len(v.Failures) > 0 {
			ids[v.ID] = true
		}
	}
	return slices.Sorted(maps.Keys(ids))
}

// Which statuses acknowledge a call of d.velop's is a setting: another success is noted
// by the gate, and fails where the status is all that counts.
func TestJudge_successSet(t *testing.T) {
	t.Parallel()
	only200 := webhooktest.DVelop.With(webhooktest.SentBy(webhooktest.Sender{Acknowledged: func(status int) bool { return status == http.StatusOK }}))
	for status, want := range map[int][]string{http.StatusOK: {}, http.StatusAccepted: {"dvelop/H02"}} {
		build := func(tb testing.TB, key string) receivertest.Receiver {
			r := dvelopReceiver("")(tb, key)
			sound := r.Handler
			r.Handler = http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
				sound.ServeHTTP(&created{w, status}, req)
			})
			return r
		}
		assert.Equal(t, want, append([]string{}, failedProbes(receivertest.Judge(t, only200, build, vendors[1].ways[0]...))...), status)
	}
}

// What another success than 200 says to the vendor is nowhere written: no probe fails
// for it, and those of DevRev note it.
func TestJudge_otherSuccess(t *testing.T) {
	t.Parallel()
	for _, v := range vendors {
		for _, status := range []int{201, 202, 203} {
			t.Run(fmt.Sprint(v.p, " ", status), func(t *testing.T) {
				t.Parallel()
				build := func(tb testing.TB, secret string) receivertest.Receiver {
					r := v.receiver("")(tb, secret)
					sound := r.Handler
					r.Handler = http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
						c := &created{w, status}
						sound.ServeHTTP(c, req)
						if c.status != http.StatusOK {
							c.WriteHeader(http.StatusOK)
						}
					})
					return r
				}
				verdicts := receivertest.Judge(t, v.p, build, v.ways[0]...)
				assert.Empty(t, failedProbes(verdicts))
				for _, verdict := range verdicts {
					if verdict.ID == "devrev/S01" || verdict.ID == "devrev/J01" {
						assert.Equal(t, []string{fmt.Sprintf("answered %d, which is not documented to acknowledge a delivery", status)}, verdict.Notes, verdict.ID)
					}
				}
			})
		}
	}
}

// created is an answer with another status in place of 200.
type created struct {
	http.ResponseWriter
	status int
}

// WriteHeader implements http.ResponseWriter.
func (c *created) WriteHeader(status int) {
	if status == http.StatusOK {
		status = c.status
	}
	c.ResponseWriter.WriteHeader(status)
	c.status = http.StatusOK // written
}

// Write implements http.ResponseWriter.
func (c *created) Write(p []byte) (int, error) {
	if c.status != http.StatusOK {
		c.WriteHeader(http.StatusOK)
	}
	return c.ResponseWriter.Write(p)
}

func TestProbes(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, v := range vendors {
		for _, p := range receivertest.Probes(v.p) {
			require.False(t, seen[p.ID], p.ID)
			seen[p.ID] = true
			for _, text := range []string{p.Sent, p.Expected, p.Why, p.Source} {
				assert.NotEmpty(t, text, p.ID)
			}
		}
	}
	assert.Empty(t, receivertest.Probes(webhooktest.Provider{}))
}

// The README counts what is proved here.
func TestProbes_readme(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("../../README.md")
	require.NoError(t, err)
	text := strings.Join(strings.Fields(string(readme)), " ")
	flaws := 0
	for _, v := range vendors {
		flaws += len(v.flaws)
		assert.Regexp(t, fmt.Sprintf(`\b%d( probes)? for %s`, len(receivertest.Probes(v.p)), v.p), text)
	}
	assert.Contains(t, text, fmt.Sprintf("each of %d receivers with one flaw", flaws))
}
