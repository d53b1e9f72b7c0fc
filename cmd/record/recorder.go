package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/spf13/pflag"

	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/vcr"
)

// recorder is what refresh and check share: whom they ask, how patiently, and
// what the user sees of it.
type recorder struct {
	simulate               bool
	maxWait, pace, timeout time.Duration
	getenv                 func(string) string
	clock                  clock
	stderr                 io.Writer
	// asked and total count the scenarios that a tenant is asked for; a simulator
	// is too fast for progress.
	asked, total int
	// undone is what messages say of a scenario that failed: "not written".
	undone string
}

func (r *recorder) flags(f *pflag.FlagSet, pace time.Duration, each string) {
	f.DurationVar(&r.maxWait, "max-wait", 2*time.Minute, "how long to wait for a scenario in all when the tenant answers 429 with Retry-After")
	f.DurationVar(&r.pace, "pace", pace, "how long to wait before each "+each+" of a live tenant")
	f.DurationVar(&r.timeout, "timeout", 30*time.Second, "how long to wait for the answer of a live tenant")
}

// begin chooses the scenarios and finds their tenants.
func (r *recorder) begin(args []string, stderr io.Writer) ([]target, map[*provider.Definition]*session, error) {
	r.stderr = stderr
	targets, err := choose(args)
	if err != nil {
		return nil, nil, err
	}
	sessions, err := r.tenants(targets, len(args) > 0)
	if err != nil {
		return nil, nil, err
	}
	return targets, sessions, nil
}

// expect counts the scenarios that a tenant will be asked for.
func (r *recorder) expect(targets []target, sessions map[*provider.Definition]*session, wanted func(target) bool) {
	for _, t := range targets {
		if s := sessions[t.def]; s != nil && s.asks(t) && !r.simulate && wanted(t) {
			r.total++
		}
	}
}

// progress says that a scenario's request is about to be sent.
func (r *recorder) progress(t target) {
	if r.total > 0 {
		r.asked++
		fmt.Fprintf(r.stderr, "%d/%d %s\n", r.asked, r.total, t.name())
	}
}

// each runs f for the targets that have a tenant, one after the other, and says
// what fails. It returns how many were not begun when the user interrupted.
func (r *recorder) each(ctx context.Context, targets []target, sessions map[*provider.Definition]*session, f func(target, *session) error) (missed int) {
	for _, t := range targets {
		s := sessions[t.def]
		switch {
		case s == nil:
			continue
		case ctx.Err() != nil:
			missed++
			continue
		}
		if err := f(t, s); err != nil {
			fmt.Fprintf(r.stderr, "%v\n", err)
			s.note(err)
		}
	}
	return missed
}

// ask sends the scenario's request once. The recording holds what came back; its
// claim on the target file is the caller's to release.
func (r *recorder) ask(ctx context.Context, t target, config vcr.RecordConfig) (*vcr.Recording, answer, error) {
	config.Definition, config.Scenario, config.Name = t.def, t.scenario, t.name()
	recording, err := vcr.NewRecording(config)
	if err != nil {
		return nil, answer{}, exit(exitFailed, "%v", err)
	}
	front := vcr.NewRecordingFront(vcr.Config{Definition: t.def, Report: silent{}, Bare: true}, recording)
	defer front.Close()
	bounded, cancel := context.WithTimeout(ctx, r.timeout)
	defer cancel()
	first, err := send(bounded, t, front)
	if err != nil {
		recording.Release()
		return nil, first, r.classify(ctx, t, err)
	}
	return recording, first, nil
}

// live reads the tenant from the environment and proves that its values can be
// recorded with, so that a mistake is told once and before anything is sent.
func (r *recorder) live(def *provider.Definition) (vcr.Tenant, error) {
	tenant, err := vcr.LiveTenant(def, r.getenv, r.clock.now().UTC().Format(time.DateOnly))
	if err != nil {
		return tenant, err
	}
	tenant.Transport = transport{http.DefaultTransport}
	_, err = vcr.NewRecording(vcr.RecordConfig{Definition: def, Tenant: tenant})
	return tenant, err
}

// silent drops what the front reports: the commit names every problem again,
// sorted and with the next step, and a check finds them itself.
type silent struct{}

func (silent) Helper()               {}
func (silent) Logf(string, ...any)   {}
func (silent) Errorf(string, ...any) {}
