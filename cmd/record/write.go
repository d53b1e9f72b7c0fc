package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"

	"example.com/webhookvcr/internal/jsontext"
	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/record"
)

// own are the webhooks that a run makes on a live tenant, which it removes again.
// Those that were there before are never touched: whatever appears after the list
// was read, and delivers to the URL of the recordings, is the run's own, also when
// the answer to its creation was lost.
type own struct {
	def    *provider.Definition
	tenant record.Tenant
	// before are the ids that were there when the run began.
	before map[string]bool
	// left are the ids that could not be removed, each with the reason.
	left map[string]error
	// lost is why the webhooks could not be looked for at the last attempt.
	lost error
}

// writes reports whether the scenario changes the tenant.
func (t target) writes() bool {
	operation, _, _ := strings.Cut(t.scenario.Name, "/")
	return t.def.Operation(operation).Writes
}

// creates reports whether the scenario makes a webhook itself.
func (t target) creates() bool {
	return t.scenario.Request.Method == t.def.Own.Create.Method && t.scenario.Request.Target == t.def.Own.Create.Target
}

// onOwn records a scenario that writes, on a webhook made for it, and removes what
// was made. f gets the tenant with that webhook in the place of the environment's.
func (r *refresh) onOwn(ctx context.Context, t target, tenant record.Tenant, f func(record.Tenant) error) error {
	s := t.session
	if s.own == nil {
		begun := &own{def: t.def, tenant: tenant, left: map[string]error{}}
		ids, err := begun.list(ctx, r.timeout)
		if err != nil {
			return r.failOwn(ctx, t, "the webhooks that are there could not be listed, so nothing was written", err)
		}
		begun.before = ids
		s.own = begun
	}
	defer s.own.remove(ctx, r.timeout)
	if !t.creates() {
		id, err := s.own.create(ctx, r.timeout)
		if err != nil {
			return r.failOwn(ctx, t, "no webhook could be made to record on", err)
		}
		environment := tenant.Getenv
		variable := seedVariable(t.def)
		tenant.Getenv = func(name string) string {
			if name == variable {
				return id
			}
			return environment(name)
		}
	}
	return f(tenant)
}

// failOwn is a failure of a request that is not the scenario's.
func (r *refresh) failOwn(ctx context.Context, t target, what string, err error) error {
	var answered *answeredError
	if errors.As(err, &answered) && answered.status == http.StatusTooManyRequests {
		return &busyError{answered.retryAfter, ""}
	}
	switch {
	case answered != nil && (answered.status == http.StatusUnauthorized || answered.status == http.StatusForbidden):
		return r.fail(exitRefused, t, "%s: %v; check that %s is valid and may read and write webhooks", what, err, t.def.TokenVar)
	case answered != nil:
		return r.fail(exitFailed, t, "%s: %v", what, err)
	}
	return r.classify(ctx, t, err)
}

// seedVariable is the environment variable with the id of a webhook.
func seedVariable(def *provider.Definition) string {
	for _, s := range def.Bindings {
		if s.Placeholder == def.Own.Seed {
			return s.Var
		}
	}
	return ""
}

// create makes a webhook and returns its id.
func (o *own) create(ctx context.Context, timeout time.Duration) (string, error) {
	header, body, err := o.send(ctx, timeout, o.def.Own.Create, "")
	if err != nil {
		return "", err
	}
	if o.def.Own.Created == "" {
		at, err := url.Parse(header.Get("Location"))
		if err == nil && path.Base(at.Path) != "." && path.Base(at.Path) != "/" {
			return path.Base(at.Path), nil
		}
		return "", errors.New("the answer names no id in its Location header")
	}
	if id, ok := lookUp(body, o.def.Own.Created).(string); ok && id != "" {
		return id, nil
	}
	return "", fmt.Errorf("the answer has no id at %s", o.def.Own.Created)
}

// list returns the ids of the webhooks that are there; true for those that
// deliver to the URL of the recordings.
func (o *own) list(ctx context.Context, timeout time.Duration) (map[string]bool, error) {
	_, body, err := o.send(ctx, timeout, o.def.Own.List, "")
	if err != nil {
		return nil, err
	}
	entries, ok := lookUp(body, o.def.Own.Listed).([]any)
	if !ok && lookUp(body, o.def.Own.Listed) != nil {
		return nil, fmt.Errorf("the answer has no list at %s", o.def.Own.Listed)
	}
	ids := map[string]bool{}
	for _, entry := range entries {
		webhook, _ := entry.(map[string]any)
		if id, ok := webhook["id"].(string); ok {
			ids[id] = webhook[o.def.Own.URL] == o.def.Own.At
		}
	}
	return ids, nil
}

// remove removes what was made, also after a failure or an interruption. What
// cannot be removed is tried again with the next scenario.
func (o *own) remove(ctx context.Context, timeout time.Duration) {
	ctx = context.WithoutCancel(ctx)
	ids, err := o.list(ctx, timeout)
	if o.lost = err; err != nil {
		return
	}
	clear(o.left)
	for _, id := range slices.Sorted(maps.Keys(ids)) {
		if _, found := o.before[id]; found || !ids[id] {
			continue
		}
		if _, _, err := o.send(ctx, timeout, o.def.Own.Delete, id); err != nil {
			o.left[id] = err
		}
	}
}

// report says what is left on the tenant, and how to remove it; nil when nothing
// is.
func (o *own) report() error {
	if o == nil {
		return nil
	}
	if o.lost != nil {
		return exit(exitFailed, "%s: what this run made could not be looked for (%v); remove the webhooks that deliver to %s",
			o.def.Name, withoutURL(o.lost), o.def.Own.At)
	}
	var lines []string
	for _, id := range slices.Sorted(maps.Keys(o.left)) {
		req, err := o.request(context.Background(), o.def.Own.Delete, id)
		if err != nil {
			continue
		}
		lines = append(lines, fmt.Sprintf("\t%s (%v)\n\t\t%s", id, withoutURL(o.left[id]), o.curl(req, id)))
	}
	if len(lines) == 0 {
		return nil
	}
	return exit(exitFailed, "%s: %s of this run could not be removed; remove each with the command below it\n%s",
		o.def.Name, count(len(lines), "webhook"), strings.Join(lines, "\n"))
}

// curl is a request as a command, with the credential as its variable.
func (o *own) curl(req *http.Request, id string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "curl -X %s -H \"Authorization: Bearer $%s\"", req.Method, o.def.TokenVar)
	if req.Header.Get("Origin") != "" {
		fmt.Fprintf(&b, " -H \"Origin: $%s\"", o.def.BaseVar)
	}
	if body := o.translate(o.def.Own.Delete.Body, id, quoteJSON); body != "" {
		fmt.Fprintf(&b, " -H 'Content-Type: application/json' -d '%s'", strings.ReplaceAll(body, "'", `'\''`))
	}
	fmt.Fprintf(&b, " \"${%s:-%s}%s\"", o.def.BaseVar, o.def.BaseDefault, req.URL.EscapedPath())
	return b.String()
}

// answeredError is an answer that refuses a request of the run's own.
type answeredError struct {
	status     int
	retryAfter string
}

func (e *answeredError) Error() string { return fmt.Sprintf("the tenant answered %d", e.status) }

// send makes a request of the placeholder world on the tenant.
func (o *own) send(ctx context.Context, timeout time.Duration, asked provider.Request, id string) (http.Header, []byte, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	req, err := o.request(ctx, asked, id)
	if err != nil {
		return nil, nil, err
	}
	resp, err := o.tenant.Transport.RoundTrip(req)
	if err != nil {
		return nil, nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 10<<20))
	if err != nil {
		return nil, nil, &unreachableError{err}
	}
	if resp.StatusCode >= 300 {
		return nil, nil, &answeredError{resp.StatusCode, resp.Header.Get("Retry-After")}
	}
	return resp.Header, body, nil
}

func (o *own) request(ctx context.Context, asked provider.Request, id string) (*http.Request, error) {
	body := o.translate(asked.Body, id, quoteJSON)
	req, err := http.NewRequestWithContext(ctx, asked.Method, o.tenant.BaseURL+o.translate(asked.Target, id, url.PathEscape), strings.NewReader(body))
	if err != nil {
		return nil, errors.New("the request does not translate into one for the tenant")
	}
	req.Close = true // a connection each: what a server sends unasked is logged otherwise
	for name, value := range asked.Header {
		req.Header.Set(name, value)
	}
	req.Header.Set("Authorization", "Bearer "+o.tenant.Token)
	if o.def.Origin {
		if u, err := url.Parse(o.tenant.BaseURL); err == nil {
			req.Header.Set("Origin", u.Scheme+"://"+u.Host)
		}
	}
	return req, nil
}

// translate puts the tenant's values in the place of placeholders.
func (o *own) translate(text, id string, escape func(string) string) string {
	for _, s := range o.def.Bindings {
		real := id
		if s.Placeholder != o.def.Own.Seed {
			real = o.tenant.Getenv(s.Var)
		}
		if real != "" {
			text = strings.ReplaceAll(text, s.Placeholder, escape(real))
		}
	}
	return text
}

// quoteJSON is a value as it stands within the quotation marks of JSON.
func quoteJSON(value string) string {
	quoted, err := json.Marshal(value)
	if err != nil {
		return "" // strings encode
	}
	return string(quoted[1 : len(quoted)-1])
}

// lookUp is the value at a pointer of a body; nil when there is none.
func lookUp(body []byte, pointer string) any {
	var root any
	if json.NewDecoder(bytes.NewReader(body)).Decode(&root) != nil {
		return nil
	}
	v, _ := jsontext.Lookup(root, pointer)
	return v
}
