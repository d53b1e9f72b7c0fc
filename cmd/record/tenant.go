package main

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/simulator"
	"example.com/webhookvcr/internal/vcr"
)

// tenants finds where each provider is recorded. A provider that the command
// line names must have credentials; otherwise those without any are left out.
func (r *recorder) tenants(targets []target, named bool) (map[*provider.Definition]*session, error) {
	sessions := map[*provider.Definition]*session{}
	tried := map[*provider.Definition]bool{}
	var missing, leftOut, mistakes []string
	for _, t := range targets {
		if tried[t.def] {
			continue
		}
		tried[t.def] = true
		if r.simulate {
			sessions[t.def] = &session{tenant: vcr.Tenant{Source: vcr.Simulated}}
			continue
		}
		lacks, begun := r.lacks(t.def)
		switch line := t.def.Name + ": " + enumerate(lacks); {
		case len(lacks) > 0 && (named || begun):
			missing = append(missing, line)
			continue
		case len(lacks) > 0:
			leftOut = append(leftOut, line)
			continue
		}
		tenant, err := r.live(t.def)
		if err != nil {
			mistakes = append(mistakes, fmt.Sprintf("%s: %v", t.def.Name, err))
			continue
		}
		sessions[t.def] = &session{tenant: tenant}
	}
	if len(mistakes) > 0 {
		return nil, exit(exitUsage, "%s", strings.Join(mistakes, "\n"))
	}
	if len(sessions) == 0 {
		missing = append(missing, leftOut...)
	}
	if len(missing) > 0 {
		return nil, exit(exitMissing, "variables that a recording needs are not set\n\t%s\nset them to your tenant's values, or record the built-in simulator with --simulate", strings.Join(missing, "\n\t"))
	}
	for _, line := range leftOut {
		fmt.Fprintf(r.stderr, "left out, for want of variables: %s\n", line)
	}
	return sessions, nil
}

// enumerate joins names as a sentence does.
func enumerate(names []string) string {
	last := len(names) - 1
	if last <= 0 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:last], ", ") + " and " + names[last]
}

// lacks lists the variables that a live recording cannot do without and the
// environment does not have. begun says that it has others: then they were
// forgotten.
func (r *recorder) lacks(def *provider.Definition) (names []string, begun bool) {
	var required []string
	if def.BaseDefault == "" {
		required = append(required, def.BaseVar)
	}
	required = append(required, def.TokenVar)
	for _, s := range def.Seeds {
		if s.Lookup == nil {
			required = append(required, s.Var)
		}
	}
	for _, name := range required {
		if r.getenv(name) == "" {
			names = append(names, name)
		}
	}
	return names, len(names) < len(required)
}

// transport marks the errors of a tenant that gives no answer.
type transport struct{ next http.RoundTripper }

func (t transport) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := t.next.RoundTrip(req)
	if err != nil {
		return nil, &unreachableError{err}
	}
	return resp, nil
}

type unreachableError struct{ err error }

func (e *unreachableError) Error() string { return e.err.Error() }
func (e *unreachableError) Unwrap() error { return e.err }

// simulated is the simulator in the state that the scenario needs.
func simulated(t target) (vcr.Tenant, error) {
	handler, err := simulator.New(t.def, t.scenario.Switch)
	if err != nil {
		return vcr.Tenant{}, err
	}
	base, token, env := simulator.Tenant(t.def)
	return vcr.Tenant{
		BaseURL: base, Token: token, Source: vcr.Simulated,
		Getenv:    func(name string) string { return env[name] },
		Transport: simulator.Transport(handler),
	}, nil
}

// session is what is known of a tenant while its scenarios are recorded.
type session struct {
	tenant vcr.Tenant
	// welcomed says that the tenant has answered a request with its credential.
	welcomed bool
	// stopped is the failure that every further scenario would meet as well.
	stopped *exitError
}

// asks reports whether the scenario's request will be sent.
func (s *session) asks(t target) bool { return s.tenant.Source == vcr.Simulated || t.scenario.Live }

// tenantOf is the tenant that the scenario asks: the simulator has a state for
// each.
func (s *session) tenantOf(t target) (vcr.Tenant, error) {
	if s.tenant.Source == vcr.Simulated {
		return simulated(t)
	}
	return s.tenant, nil
}

// welcome notes that a request with the tenant's credential was answered.
func (s *session) welcome(t target) {
	if t.scenario.Request.Credential == provider.Valid {
		s.welcomed = true
	}
}

// note decides whether a failure ends the provider's part of the run.
func (s *session) note(err error) {
	var e *exitError
	if !errors.As(err, &e) {
		return
	}
	switch e.code {
	case exitUnreachable, exitThrottled:
		s.stopped = e
	case exitRefused, exitLogin:
		// A credential that was good for one call lacks a right, no more.
		if !s.welcomed {
			s.stopped = e
		}
	}
}
