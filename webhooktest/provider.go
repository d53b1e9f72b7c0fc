package webhooktest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"path"
	"slices"

	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/scenario"
)

// Token stands for the tenant's credential wherever code under test needs one:
// Authorization: Bearer webhooktest-token. It is never compared when replaying,
// and becomes the tenant's own on the wire when recording.
const Token = provider.Token

// Provider is a vendor known to this module, with the options that apply to it.
// The zero value names no vendor and fails every test that uses it.
type Provider struct {
	def     *provider.Definition
	options options
}

var errNoProvider = errors.New("the zero Provider names no vendor; use webhooktest.DevRev or webhooktest.DVelop")

// Providers returns the known vendors.
func Providers() []Provider {
	var all []Provider
	for _, def := range provider.All() {
		all = append(all, Provider{def: def})
	}
	return all
}

// String returns the vendor's own name: "DevRev", "d.velop".
func (p Provider) String() string {
	if p.def == nil {
		return "no provider"
	}
	return p.def.Title
}

// BaseURL returns the root of the vendor's API in the placeholder world, without
// a trailing slash: what the code under test takes as its base URL, recording
// and replaying. For d.velop it is the tenant's root, without /dmsconfig.
func (p Provider) BaseURL() string {
	if p.def == nil {
		return ""
	}
	return p.def.BaseURL
}

// With returns the provider with options, for all calls that take it. The provider
// itself stays as it is. Open, Checked, Validate and ValidateBody take options of one
// call as well; Replay, whose last arguments are steps, takes them here alone. A
// mistake in an option, or one that has no effect on a call, is an error of that call.
func (p Provider) With(opts ...Option) Provider {
	p.options = p.options.clone()
	for i, o := range opts {
		if o == nil {
			p.options.mistakes = append(p.options.mistakes, fmt.Errorf("option %d is nil; leave it out", i+1))
			continue
		}
		o(&p.options)
	}
	return p
}

// Scenario is a shipped cassette, or one of your own below [OwnScenarios].
type Scenario struct {
	// Name is OPERATION/STATUS[-VARIANT], such as "webhooks.get/400-invalid_id".
	// Step(s.Name) is the step that replays the scenario.
	Name string
	// Operation is the vendor's name of the API call, such as "webhooks.get".
	Operation string
	// Summary says in a few words what the scenario shows; nothing for one that no
	// shipped scenario has.
	Summary string
	// Status is the HTTP status of the answer.
	Status int
	// Source says where the cassette comes from: "live" (a tenant) or
	// "simulated" (the built-in simulator, made from the published contract). It is
	// empty for a cassette that does not say.
	Source string

	request func() (*http.Request, error)
}

// Request returns a new request as the scenario's cassette answers it. Scenarios
// of errors also answer the well-formed request of the operation, so that a
// client that never sends a bad request can be shown the error as well.
func (s Scenario) Request() *http.Request {
	req, err := s.request()
	if err != nil {
		// A test of the definitions keeps this from happening, and a cassette whose
		// URL does not parse is not loaded.
		panic(fmt.Sprintf("webhooktest: scenario %s: %v", s.Name, err))
	}
	return req
}

// Scenarios returns the vendor's scenarios in the order of the table in
// docs/testing.md: enough to loop over every documented answer. Your own follow that
// no shipped scenario has; one that does not load is left out, and its step says why.
func (p Provider) Scenarios() []Scenario {
	if p.def == nil {
		return nil
	}
	var all []Scenario
	for i := range p.def.Scenarios {
		s := &p.def.Scenarios[i]
		source := ""
		if file, err := p.scenarioLibrary().File(s); err == nil {
			source = file.Header.Source
		}
		all = append(all, Scenario{
			Name: s.Name, Operation: path.Dir(s.Name), Summary: s.Summary, Status: s.Status, Source: source,
			request: func() (*http.Request, error) { return scenario.Request(context.Background(), p.def, s) },
		})
	}
	for _, name := range p.scenarioLibrary().Added() {
		if file, err := p.scenarioLibrary().AddedFile(name); err == nil {
			all = append(all, Scenario{
				Name: name, Operation: path.Dir(name), Status: file.Interactions[0].Response.Code, Source: file.Header.Source,
				request: func() (*http.Request, error) { return scenario.Recorded(context.Background(), file) },
			})
		}
	}
	return slices.Clip(all)
}
