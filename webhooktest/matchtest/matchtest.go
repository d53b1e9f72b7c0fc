// Package matchtest proves how strictly a cassette's requests are matched, by
// package webhooktest or by a recorder of a team's own:
//
//	func TestRecorder_matches(t *testing.T) {
//		require.NoError(t, matchtest.Check(webhooktest.DevRev, "testdata/lookup.yaml", func() http.RoundTripper {
//			return newRecorder("testdata/lookup") // the team's own, with its matcher
//		}))
//	}
//
// [Check] works in these steps:
//
//  1. It reads the cassette's requests.
//  2. It changes each request in one step at a time. A table says of each kind of
//     change whether the changed request asks for something else, and why.
//  3. It sends each changed request to a transport that has answered none before.
//  4. A change that matters must be a miss. One that does not must get the
//     recorded answer. The error lists every request for which that is not so.
//
// The package reads JSON and URLs with code of its own: what it shared with the
// matcher would be wrong in both.
//
// It does not check what is recorded, neither by the contract nor for secrets.
package matchtest

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"

	"example.com/webhookvcr/internal/cassette"
	"example.com/webhookvcr/internal/exchange"
	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/replay"
	"example.com/webhookvcr/webhooktest"
)

// Check sends each recorded request of a cassette, changed in one step at a time,
// and returns an error that lists
//
//   - each change that matters and is answered all the same: another method,
//     scheme, host, path, query, media type asked for (where the vendor tells
//     answers apart by it), value, type, digit, member or byte of the body;
//   - each change that does not matter and is not answered, or answered with
//     something else than what was recorded: the order of members, white space,
//     escapes, headers such as User-Agent, credentials, request ids.
//
// replay returns a new transport for each request, which must not reach a
// network, and for which an error is a miss: a team's own recorder with the
// matcher that its tests use. nil means the client of [webhooktest.Open], for a
// cassette that Open reads. The provider has no options: it is
// [webhooktest.DevRev] or [webhooktest.DVelop].
//
// Check leaves out a changed request that another interaction of the cassette
// answers, and one that a scenario of an error answers besides its own. What the
// caller once sent and made up itself (a placeholder that starts with "sent-")
// may be any value of its form, as when replaying, and none of another form. Of a
// large body Check changes the first 100 values. It is an error if the file cannot
// be read.
func Check(p webhooktest.Provider, file string, replay func() http.RoundTripper) error {
	def, err := definition(p)
	if err != nil {
		return err
	}
	loaded, err := cassette.Load(file)
	if err != nil {
		return err
	}
	if of := loaded.Header.Provider; of != "" && of != def.Name {
		return fmt.Errorf("%s was recorded with %s, not with %s", file, of, def.Name)
	}
	if loaded.Orphaned() {
		return fmt.Errorf("%s holds placeholders of what varies, but has lost its key webhooktest, without which they are texts like any other; record it again", file)
	}
	c := check{def: def, transport: replay}
	if c.transport == nil {
		c.transport = ownMatcher(def, loaded)
	}
	for _, e := range loaded.Exchanges() {
		c.recorded = append(c.recorded, newRecordedRequest(e))
	}
	c.also = alsoAnswered(def, loaded.Header.Scenario, c.recorded)
	faults, sent, wrong := c.run()
	if c.unusable != nil {
		return fmt.Errorf("%s: %w", file, c.unusable)
	}
	if wrong == 0 {
		return nil
	}
	return fmt.Errorf("%s: of %d changed requests, %d are not matched as they should be:\n\t%s", file, sent, wrong, strings.Join(abridged(faults, maxFaults), "\n\t"))
}

// definition finds what is known of a provider by its name. A provider with
// options equals none of those that package webhooktest has.
func definition(p webhooktest.Provider) (*provider.Definition, error) {
	for i, bare := range webhooktest.Providers() {
		switch {
		case bare.String() != p.String():
		case !reflect.DeepEqual(bare, p):
			return nil, fmt.Errorf("an option of %s has no effect on matchtest.Check, which compares requests only; leave it out there", p)
		default:
			return provider.All()[i], nil
		}
	}
	return nil, errors.New("the zero Provider names no vendor; use webhooktest.DevRev or webhooktest.DVelop")
}

// ownMatcher answers from a cassette as [webhooktest.Open] does.
func ownMatcher(def *provider.Definition, file *cassette.File) func() http.RoundTripper {
	step := replay.Step{Name: file.Name, Index: replay.NewIndex(file, def, nil)}
	return func() http.RoundTripper {
		r, err := replay.NewSequence(step)
		if err != nil {
			return noTransport{err}
		}
		// Requests that break the contract are sent on purpose.
		return replay.NewTransport(exchange.Config{Definition: def, Report: exchange.Silent{}}, r)
	}
}

// A matcher that looks at nothing has hundreds of faults.
const (
	maxFaults = 30 // lines of an error
	maxSteps  = 8  // steps of a line
)

// abridged is a list of at most that many entries, and the number of the others.
func abridged(list []string, most int) []string {
	if len(list) <= most {
		return list
	}
	return append(list[:most:most], fmt.Sprintf("and %d more", len(list)-most))
}

type check struct {
	def       *provider.Definition
	transport func() http.RoundTripper
	recorded  []recordedRequest
	// also are requests that a scenario's cassette answers besides its own.
	also []recordedRequest
	// unusable says why the caller's transport proves nothing.
	unusable error
}

// run sends every change of every recorded request. The faults are one line for
// each kind of change of each request.
func (c *check) run() (faults []string, sent, wrong int) {
	for id, r := range c.recorded {
		for _, change := range requestChanges {
			steps := map[string][]string{} // by what is wrong with them
			for _, v := range r.variants(c.def, change) {
				if change.matters && c.answeredByDesign(v.request) {
					continue
				}
				sent++
				if c.unusable != nil {
					return nil, sent, 0
				}
				if fault := c.fault(v, change.matters); fault != "" {
					wrong++
					if !slices.Contains(steps[fault], v.what) {
						steps[fault] = append(steps[fault], v.what)
					}
				}
			}
			for _, fault := range slices.Sorted(maps.Keys(steps)) {
				faults = append(faults, fmt.Sprintf("#%d %s %s: %s; %s", id, r, fault, strings.Join(abridged(steps[fault], maxSteps), ", "), change.why))
			}
		}
	}
	return faults, sent, wrong
}

// fault sends a changed request and says what is wrong with what comes back.
func (c *check) fault(v variant, matters bool) string {
	transport := c.transport()
	switch {
	case transport == nil:
		c.unusable = errors.New("replay returned nil; expected a transport")
		return ""
	case nilInside(transport):
		c.unusable = fmt.Errorf("replay returned a %T that is nil; expected a transport", transport)
		return ""
	}
	resp, err := transport.RoundTrip(v.request.http())
	if err == nil && resp == nil {
		c.unusable = fmt.Errorf("the %T that replay returned gave neither an answer nor an error; expected one of the two", transport)
		return ""
	}
	if err != nil {
		if matters {
			return ""
		}
		if errors.As(err, new(noTransport)) {
			return err.Error()
		}
		return "is not answered, but should be"
	}
	if resp.Body == nil {
		resp.Body = http.NoBody
	}
	defer resp.Body.Close()
	if matters {
		return "is answered, but should not be"
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return "is answered with a body that breaks off"
	}
	said := parseValue(v.request.body)
	for _, other := range c.recorded {
		if other.status == resp.StatusCode && (other.answer == string(body) || v.request.made[0] != "" && other.answer == strings.ReplaceAll(string(body), v.request.made[1], v.request.made[0])) && other.answers(v.request, said) {
			return ""
		}
	}
	return "is answered with something else than what was recorded"
}

// answeredByDesign reports whether a changed request is one that the cassette
// answers for a reason of its own.
func (c *check) answeredByDesign(r changedRequest) bool {
	said := parseValue(r.body)
	answers := func(other recordedRequest) bool { return other.asksFor(c.def, r) && other.answers(r, said) }
	return slices.ContainsFunc(c.recorded, answers) || slices.ContainsFunc(c.also, answers)
}

// noTransport stands for a client that could not be made.
type noTransport struct{ error }

func (n noTransport) RoundTrip(*http.Request) (*http.Response, error) { return nil, n }

// nilInside reports whether an interface holds a nil, whose methods would panic.
func nilInside(transport http.RoundTripper) bool {
	v := reflect.ValueOf(transport)
	switch v.Kind() {
	case reflect.Chan, reflect.Func, reflect.Map, reflect.Pointer, reflect.Slice:
		return v.IsNil()
	}
	return false
}
