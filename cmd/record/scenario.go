package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/simulator"
	"example.com/webhookvcr/internal/vcr"
)

// row is a scenario's line in the summary.
type row struct{ source, verdict, remark string }

// scenario records one scenario, or says why it stays as it is.
func (r *refresh) scenario(ctx context.Context, t target, tenant vcr.Tenant) (row, error) {
	path := r.path(t)
	stored, err := vcr.Load(path)
	if tenant.Source == vcr.Simulated {
		if err == nil && stored.Header.Source == vcr.Live && !r.force {
			return row{vcr.Live, "kept", "a live recording; --force puts the simulated one in its place"}, nil
		}
		if tenant, err = simulated(t); err != nil {
			return row{vcr.Simulated, "failed", "see the message"}, exit(exitFailed, "%s: %v", t.name(), err)
		}
	} else if !t.scenario.Live {
		return row{vcr.Simulated, "kept", t.scenario.How}, nil
	}
	outcome, err := r.attempts(ctx, t, tenant, path)
	switch {
	case err != nil:
		return row{tenant.Source, "failed", "see the message"}, err
	case !outcome.Written:
		return row{tenant.Source, "unchanged", ""}, nil
	case len(outcome.Accepted) > 0:
		return row{tenant.Source, "written", "accepted: " + strings.Join(outcome.Accepted, ", ")}, nil
	default:
		return row{tenant.Source, "written", ""}, nil
	}
}

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

// attempts records a scenario and waits as long as a throttling tenant says.
func (r *refresh) attempts(ctx context.Context, t target, tenant vcr.Tenant, path string) (vcr.Outcome, error) {
	for waited := time.Duration(0); ; {
		if tenant.Source == vcr.Live {
			if err := sleep(ctx, r.pace); err != nil {
				return vcr.Outcome{}, exit(exitFailed, "%s not written: interrupted", t.name())
			}
		}
		outcome, err := r.attempt(ctx, t, tenant, path)
		var status *vcr.StatusError
		if !errors.As(err, &status) || status.Status != http.StatusTooManyRequests {
			return outcome, err
		}
		wait := retryAfter(status.RetryAfter)
		if waited += wait; waited > r.maxWait {
			return outcome, exit(exitThrottled, "%s not written: the tenant is throttling and asks to wait %s, longer than --max-wait allows in all", t.name(), wait)
		}
		fmt.Fprintf(r.stderr, "%s: throttled, waiting %s as Retry-After says\n", t.name(), wait)
		if err := sleep(ctx, wait); err != nil {
			return outcome, exit(exitFailed, "%s not written: interrupted", t.name())
		}
	}
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// retryAfter reads the header in both of its forms; without one the vendor's
// window is guessed at 30 seconds.
func retryAfter(value string) time.Duration {
	if seconds, err := strconv.ParseFloat(value, 64); err == nil && seconds >= 0 && seconds < 1e6 {
		return max(time.Second, time.Duration(seconds*float64(time.Second)))
	}
	if at, err := http.ParseTime(value); err == nil {
		return max(time.Second, time.Until(at))
	}
	return 30 * time.Second
}

// attempt sends the scenario's request once and commits what came back.
func (r *refresh) attempt(ctx context.Context, t target, tenant vcr.Tenant, path string) (vcr.Outcome, error) {
	recording, err := vcr.NewRecording(vcr.RecordConfig{
		Definition: t.def, Tenant: tenant, Path: path, Name: t.name(), Scenario: t.scenario, AcceptDrift: r.acceptDrift,
	})
	if err != nil {
		return vcr.Outcome{}, exit(exitFailed, "%v", err)
	}
	defer recording.Release()
	report := &messages{}
	front := vcr.NewRecordingFront(vcr.Config{Definition: t.def, Report: report, Bare: true}, recording)
	defer front.Close()
	first, err := send(ctx, t, front)
	if err != nil {
		return vcr.Outcome{}, classify(t, err)
	}
	if err := expected(t, first); err != nil {
		return vcr.Outcome{}, err
	}
	outcome, err := recording.Commit(false)
	if err != nil {
		return outcome, exit(exitFailed, "%v", err)
	}
	return outcome, nil
}

// messages drops what the front reports: the commit names every problem again,
// sorted and with the next step.
type messages struct{}

func (*messages) Helper()               {}
func (*messages) Logf(string, ...any)   {}
func (*messages) Errorf(string, ...any) {}

// answer is the first answer of a scenario.
type answer struct {
	status                            int
	mediaType, location, retry, error string
}

// send makes the scenario's request, and follows the redirect when the scenario
// is about one.
func send(ctx context.Context, t target, front http.RoundTripper) (answer, error) {
	var first answer
	client := &http.Client{Transport: front, CheckRedirect: func(_ *http.Request, via []*http.Request) error {
		if !t.scenario.Follow || len(via) > 3 {
			return http.ErrUseLastResponse
		}
		return nil
	}}
	seen := client.Transport
	client.Transport = observer{seen, &first}
	req, err := http.NewRequestWithContext(ctx, t.scenario.Request.Method, t.def.BaseURL+t.scenario.Request.Target, strings.NewReader(t.scenario.Request.Body))
	if err != nil {
		return first, err
	}
	if t.scenario.Request.Body == "" {
		req.Body = http.NoBody
	}
	for name, value := range t.scenario.Request.Header {
		req.Header.Set(name, value)
	}
	switch t.scenario.Request.Credential {
	case provider.Valid:
		req.Header.Set("Authorization", "Bearer "+provider.Token)
	case provider.Wrong:
		req.Header.Set("Authorization", "Bearer "+provider.WrongToken)
	}
	if t.def.Origin && !t.scenario.Request.NoOrigin {
		req.Header.Set("Origin", t.def.BaseURL)
	}
	resp, err := client.Do(req)
	if err != nil {
		return first, err
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	return first, err
}

// observer notes the first answer that passes.
type observer struct {
	next  http.RoundTripper
	first *answer
}

func (o observer) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := o.next.RoundTrip(req)
	if err != nil || o.first.status != 0 {
		return resp, err
	}
	o.first.status = resp.StatusCode
	o.first.mediaType, _, _ = mime.ParseMediaType(resp.Header.Get("Content-Type"))
	o.first.location, o.first.retry = resp.Header.Get("Location"), resp.Header.Get("Retry-After")
	if resp.StatusCode >= 400 {
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			return nil, err
		}
		resp.Body = io.NopCloser(strings.NewReader(string(body)))
		var tagged struct {
			Type string `json:"type"`
		}
		if json.Unmarshal(body, &tagged) == nil {
			o.first.error = tagged.Type
		}
	}
	return resp, nil
}

// expected compares the answer with the one that the scenario is about.
func expected(t target, got answer) error {
	s := t.scenario
	valid := s.Request.Credential == provider.Valid && !s.Request.NoOrigin
	login := t.def.LoginPath != "" && strings.HasPrefix(strings.TrimPrefix(got.location, t.def.BaseURL), t.def.LoginPath)
	switch {
	case got.status == s.Status && got.error != s.Type && s.Type != "":
		return exit(exitFailed, "%s not written: the answer is a %d of type %q, the scenario is about %q", t.name(), got.status, got.error, s.Type)
	case got.status == s.Status && s.MediaType != "" && got.mediaType != s.MediaType:
		return exit(exitFailed, "%s not written: the answer is %q, the scenario is about %q", t.name(), got.mediaType, s.MediaType)
	case got.status == s.Status:
		return nil
	case got.status == http.StatusTooManyRequests:
		return &vcr.StatusError{Status: got.status, RetryAfter: got.retry}
	case valid && login:
		return exit(exitLogin, "%s not written: the tenant sent us to its login page; %s is no valid credential, or has expired", t.name(), t.def.TokenVar)
	case valid && (got.status == http.StatusUnauthorized || got.status == http.StatusForbidden):
		return exit(exitRefused, "%s not written: the tenant answered %d; check that %s is valid and may read webhooks", t.name(), got.status, t.def.TokenVar)
	default:
		return exit(exitFailed, "%s not written: the tenant answered %d, the scenario is about %d; its cassette stays as it was", t.name(), got.status, s.Status)
	}
}

// classify gives a failed request its exit status.
func classify(t target, err error) error {
	var status *vcr.StatusError
	var refused *vcr.RefusedError
	switch {
	case errors.As(err, &status) && status.Status == http.StatusTooManyRequests:
		return status
	case errors.As(err, &status) && (status.Status == http.StatusUnauthorized || status.Status == http.StatusForbidden):
		return exit(exitRefused, "%s not written: the tenant answered %d; check that %s is valid and may read webhooks", t.name(), status.Status, t.def.TokenVar)
	case errors.As(err, &status) && status.Status >= 300 && status.Status < 400:
		return exit(exitLogin, "%s not written: the tenant sent us elsewhere instead of answering; %s is no valid credential, or has expired", t.name(), t.def.TokenVar)
	case errors.As(err, &refused):
		return exit(exitFailed, "%s not written: %v", t.name(), refused)
	case errors.Is(err, context.Canceled):
		return exit(exitFailed, "%s not written: interrupted", t.name())
	default:
		return exit(exitUnreachable, "%s not written: %s cannot be reached: %v", t.name(), t.def.BaseVar, errors.Unwrap(err))
	}
}
