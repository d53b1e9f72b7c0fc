package webhooktest_test

import (
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/webhooktest"
	"example.com/webhookvcr/webhooktest/internal/tbtest"
)

// counter counts the requests that a transport gets, and its answers.
type counter struct {
	next          http.RoundTripper
	sent, matched *atomic.Int64
}

func (c counter) RoundTrip(req *http.Request) (*http.Response, error) {
	c.sent.Add(1)
	resp, err := c.next.RoundTrip(req)
	if err == nil {
		c.matched.Add(1)
	}
	return resp, err
}

// Each shipped scenario is matched strictly: every change of its requests that
// matters is a miss, every other one is answered.
func TestStrictness_scenarios(t *testing.T) {
	var sent, matched atomic.Int64
	for dir, p := range vendors() {
		for _, s := range p.Scenarios() {
			t.Run(dir+"/"+s.Name, func(t *testing.T) {
				file := filepath.Join("../cassettes", dir, s.Name+".yaml")
				err := webhooktest.CheckMatching(p, file, func() http.RoundTripper {
					return counter{webhooktest.Replay(tbtest.New(t.Name()), p, s.Step()).Transport, &sent, &matched}
				})
				assert.NoError(t, err)
				assert.NoError(t, webhooktest.CheckMatching(p, file, nil), "opened as a cassette of one's own")
			})
		}
	}
	// Many requests of each kind, or the check has become one that cannot fail.
	misses := sent.Load() - matched.Load()
	assert.Greater(t, misses, int64(1000), "requests that matter")
	assert.Greater(t, matched.Load(), int64(500), "requests that do not")
	t.Logf("%d changed requests: %d were not answered, %d were, each as it must be", sent.Load(), misses, matched.Load())
}

// Scenarios of errors answer the well-formed requests as well, and those of no
// other scenario.
func TestStrictness_alsoAnswered(t *testing.T) {
	for dir, p := range vendors() {
		for i, s := range p.Scenarios() {
			t.Run(dir+"/"+s.Name, func(t *testing.T) {
				def := provider.ByName(dir)
				meant := append([]string{s.Name}, def.Scenarios[i].Also...)
				for _, other := range p.Scenarios() {
					resp, err := webhooktest.Replay(tbtest.New(t.Name()), p, s.Step()).Transport.RoundTrip(other.Request())
					want := false
					for _, name := range meant {
						want = want || asks(def.Scenario(name).Request) == asks(def.Scenario(other.Name).Request)
					}
					require.Equal(t, want, err == nil, "the request of %s", other.Name)
					if err == nil {
						io.Copy(io.Discard, resp.Body)
						resp.Body.Close()
						assert.Equal(t, s.Status, resp.StatusCode, "the request of %s", other.Name)
					}
				}
			})
		}
	}
}

// asks is what a scenario's request says, but for what is never compared.
func asks(r provider.Request) string {
	accept := r.Header["Accept"]
	return fmt.Sprint(r.Method, " ", r.Target, " ", accept, " ", r.Body)
}
