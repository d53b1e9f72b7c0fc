package webhooktest

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"strings"
	"sync"
	"testing"

	"example.com/webhookvcr/cassettes"
	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/vcr"
)

// Replay returns a client that answers from the provider's scenarios, offline,
// in the order of the steps: each request takes the first unused step that
// matches it. Requests are matched by method, URL, JSON value of the body and,
// for d.velop, the media type asked for; never by token.
//
// The test fails when a request has no answer (with an explanation of the
// nearest one; the error wraps go-vcr's cassette.ErrInteractionNotFound), when a
// request or an answer breaks the vendor's contract, and at its end when a step
// was not used. Authorization and Origin are added to requests that lack them.
//
// The client is safe for concurrent use, waits for nothing, opens no
// connection, and may be used inside a testing/synctest bubble.
func Replay(tb testing.TB, p Provider, steps ...Step) *http.Client {
	tb.Helper()
	return &http.Client{Transport: replay(tb, p, steps)}
}

func replay(tb testing.TB, p Provider, steps []Step) *vcr.Front {
	tb.Helper()
	resolved, err := p.resolve(steps)
	if err != nil {
		fatal(tb, err)
	}
	return front(tb, p, resolved, "")
}

// front starts a replay that ends with the test.
func front(tb testing.TB, p Provider, steps []vcr.Step, hint string) *vcr.Front {
	tb.Helper()
	r, err := vcr.NewReplay(steps...)
	if err != nil {
		fatal(tb, err)
	}
	r.Hint = hint
	f := vcr.NewFront(p.config(tb), r)
	tb.Cleanup(func() {
		tb.Helper()
		f.Close()
		if p.options.allowUnused || tb.Failed() {
			return
		}
		if unused := r.Unused(); len(unused) > 0 {
			tb.Errorf("the test has ended and no request asked for\n\t%s\nleave the step out, or use AllowUnused when that is as it should be", strings.Join(unused, "\n\t"))
		}
	})
	return f
}

func (p Provider) config(tb testing.TB) vcr.Config {
	return vcr.Config{
		Definition: p.def, Report: tb,
		Strict: p.options.strict, NoDefaults: p.options.noDefaults,
		AllowProblems: p.options.allowProblems, OnRequest: p.options.onRequest,
	}
}

// shipped remembers the parsed cassettes of this module: scenario -> *vcr.File.
var shipped sync.Map

// own remembers the parsed cassettes of other file systems by their content,
// since an fs.FS says nothing reliable of whether a file has changed.
var own sync.Map // [32]byte -> *vcr.File

// scenarioFile reads a scenario's cassette: the team's own where there is one.
func (p Provider) scenarioFile(s *provider.Scenario) (*vcr.File, error) {
	name := p.def.Name + "/" + s.Name + ".yaml"
	if p.options.scenarios != nil {
		data, err := fs.ReadFile(p.options.scenarios, name)
		if err == nil {
			return ownFile(name, data)
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("scenario %s: %w", s.Name, err)
		}
	}
	if file, ok := shipped.Load(s); ok {
		return file.(*vcr.File), nil
	}
	data, err := cassettes.FS.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("scenario %s of %s has no cassette yet; go run ./cmd/record refresh --simulate makes it", s.Name, p.def.Name)
	}
	file, err := vcr.Parse("cassettes/"+name, data)
	if err != nil {
		return nil, err
	}
	stored, _ := shipped.LoadOrStore(s, file)
	return stored.(*vcr.File), nil
}

func ownFile(name string, data []byte) (*vcr.File, error) {
	key := sha256.Sum256(append([]byte(name+"\n"), data...))
	if file, ok := own.Load(key); ok {
		return file.(*vcr.File), nil
	}
	file, err := vcr.Parse(name, data)
	if err != nil {
		return nil, err
	}
	stored, _ := own.LoadOrStore(key, file)
	return stored.(*vcr.File), nil
}
