package refresh

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"example.com/webhookvcr/cmd/record/internal/exit"
	"example.com/webhookvcr/cmd/record/internal/session"
	"example.com/webhookvcr/internal/jsontext"
	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/record"
	"example.com/webhookvcr/internal/say"
)

// own are the webhooks that a run makes on a live tenant, which it removes again.
// It knows them by the answers to their creation, and, should an answer be lost, by
// their URL, which is the run's own. Those that were there before are never touched.
type own struct {
	def    *provider.Definition
	tenant record.Tenant
	// at is what the URLs of this run's webhooks begin with.
	at string
	// before are the ids that were there when the run began.
	before map[string]bool

	mu sync.Mutex
	// made are the ids that the tenant has answered a creation with, and that no
	// list has shown to be gone.
	made map[string]bool
	// unanswered counts the creations without an answer of which no list has shown a
	// webhook: one may yet appear.
	unanswered int
	// left are the ids that could not be removed, each with the reason.
	left map[string]error
	// lost is why the webhooks could not be looked for at the last attempt.
	lost error
}

// onOwn records a scenario that writes, on a webhook made for it, and removes what
// was made. f gets the tenant with that webhook in the place of the environment's.
func (r *Refresh) onOwn(ctx context.Context, t session.Target, tenant record.Tenant, f func(session.Target, record.Tenant) error) error {
	if r.own[t.Def] == nil {
		begun := &own{def: t.Def, tenant: tenant, at: t.Def.Own.At + "/" + strconv.Itoa(1_000_000+rand.IntN(9_000_000)), made: map[string]bool{}, left: map[string]error{}}
		ids, err := begun.list(ctx, r.Timeout)
		if err != nil {
			return r.failOwn(ctx, t, "the webhooks that are there could not be listed, so nothing was written", err)
		}
		begun.before = ids
		if r.own == nil {
			r.own = map[*provider.Definition]*own{}
		}
		r.own[t.Def] = begun
	}
	o := r.own[t.Def]
	defer o.remove(ctx, r.Clock, r.Timeout, r.MaxWait)
	tenant.Transport = watching{o, tenant.Transport}
	if create := t.Def.Own.Create; t.Scenario.Request.Method != create.Method || t.Scenario.Request.Target != create.Target {
		id, err := o.create(ctx, r.Timeout)
		if err != nil {
			return r.failOwn(ctx, t, "no webhook could be made to record on", err)
		}
		environment := tenant.Getenv
		tenant.Getenv = func(name string) string {
			if slices.ContainsFunc(t.Def.Bindings, func(b provider.Binding) bool { return b.Var == name && b.Placeholder == t.Def.Own.Placeholder }) {
				return id
			}
			return environment(name)
		}
	}
	// A URL of the run's own, where the cassette takes any.
	if slices.Contains(t.Scenario.Varies, "/"+t.Def.Own.URL) {
		own := *t.Scenario
		own.Request.Body = strings.ReplaceAll(own.Request.Body, t.Def.Own.At, o.at)
		t.Scenario = &own
	}
	return f(t, tenant)
}

// watching notes what is created on its way past.
type watching struct {
	own  *own
	next http.RoundTripper
}

func (w watching) RoundTrip(req *http.Request) (*http.Response, error) {
	create := w.own.def.Own.Create
	if req.Method != create.Method || !strings.HasSuffix(req.URL.EscapedPath(), w.own.translate(create.Target, "", url.PathEscape)) {
		return w.next.RoundTrip(req)
	}
	resp, err := w.next.RoundTrip(req)
	var body []byte
	if err == nil {
		body, err = io.ReadAll(io.LimitReader(resp.Body, 10<<20))
		resp.Body.Close()
	}
	if err != nil {
		w.own.note("", err)
		return nil, err
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	if resp.StatusCode < 300 {
		id, _ := w.own.created(resp.Header, body) // without one, a list shows what was made
		w.own.note(id, nil)
	}
	return resp, nil
}

// note enters what became of a creation: the webhook that its answer names, or the
// error in the place of an answer.
func (o *own) note(id string, unanswered error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if id != "" {
		o.made[id] = true
	}
	if unanswered != nil {
		o.unanswered++
	}
}

// failOwn is a failure of a request that is not the scenario's.
func (r *Refresh) failOwn(ctx context.Context, t session.Target, what string, err error) error {
	var answered *answeredError
	var unreachable *session.UnreachableError
	switch {
	case errors.As(err, &answered) && answered.status == http.StatusTooManyRequests:
		return &session.BusyError{RetryAfter: answered.retryAfter}
	case answered != nil && (answered.status == http.StatusUnauthorized || answered.status == http.StatusForbidden):
		return r.Fail(exit.Refused, t, "%s: %v; check that %s is valid and may read and write webhooks", what, err, t.Def.TokenVar)
	case ctx.Err() != nil, errors.Is(err, context.DeadlineExceeded), errors.As(err, &unreachable):
		return r.Classify(ctx, t, err)
	}
	return r.Fail(exit.Failed, t, "%s: %v", what, err)
}

// create makes a webhook and returns its id.
func (o *own) create(ctx context.Context, timeout time.Duration) (string, error) {
	asked := o.def.Own.Create
	asked.Body = strings.ReplaceAll(asked.Body, o.def.Own.At, o.at)
	header, body, err := o.send(ctx, timeout, asked, "")
	var answered *answeredError
	if err != nil {
		if !errors.As(err, &answered) {
			o.note("", err)
		}
		return "", err
	}
	id, err := o.created(header, body)
	o.note(id, nil)
	return id, err
}

// created is the id in the answer to a creation.
func (o *own) created(header http.Header, body []byte) (string, error) {
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
// deliver to the URL of this run. A body without the list is an error: it must not
// look like a tenant without webhooks.
func (o *own) list(ctx context.Context, timeout time.Duration) (map[string]bool, error) {
	_, body, err := o.send(ctx, timeout, o.def.Own.List, "")
	if err != nil {
		return nil, err
	}
	entries, ok := lookUp(body, o.def.Own.Listed).([]any)
	if !ok {
		return nil, fmt.Errorf("the answer has no list at %s", o.def.Own.Listed)
	}
	ids := map[string]bool{}
	for _, entry := range entries {
		webhook, _ := entry.(map[string]any)
		id, ok := webhook["id"].(string)
		if !ok {
			return nil, fmt.Errorf("an entry of the list at %s has no id", o.def.Own.Listed)
		}
		at, _ := webhook[o.def.Own.URL].(string)
		ids[id] = strings.HasPrefix(at, o.at)
	}
	return ids, nil
}

// tries is how often the clean-up asks for the list before it gives up.
const tries = 3

// remove removes what was made, also after a failure or an interruption, and makes
// sure by the list that it is gone. What is left is tried again with the next
// scenario.
func (o *own) remove(ctx context.Context, clock session.Clock, timeout, maxWait time.Duration) {
	ctx = context.WithoutCancel(ctx)
	backoff := &backoff{clock, maxWait}
	ids, err := o.listed(ctx, backoff, timeout)
	o.mu.Lock()
	defer o.mu.Unlock()
	clear(o.left)
	doomed := maps.Clone(o.made) // known, also when the list is not to be had
	for id, ours := range ids {
		if _, found := o.before[id]; !found && ours {
			if !o.made[id] {
				o.unanswered = max(0, o.unanswered-1)
			}
			doomed[id] = true
		}
	}
	for _, id := range slices.Sorted(maps.Keys(doomed)) {
		if _, found := o.before[id]; found {
			continue // an answer that names what was there before is not believed
		}
		o.made[id] = true
		err := backoff.throttled(ctx, func() error {
			_, _, err := o.send(ctx, timeout, o.def.Own.Delete, id)
			return err
		})
		var answered *answeredError
		if err != nil && !(errors.As(err, &answered) && answered.status == http.StatusNotFound) {
			o.left[id] = err
		}
	}
	if len(doomed) > 0 || err != nil {
		ids, err = o.listed(ctx, backoff, timeout)
	}
	if o.lost = err; err != nil {
		return // what was deleted may be there: the next list says
	}
	for id := range doomed {
		if _, there := ids[id]; there && o.left[id] == nil {
			o.left[id] = errors.New("the tenant says that it is removed, and lists it")
		}
		if _, there := ids[id]; !there {
			delete(o.left, id)
			delete(o.made, id)
		}
	}
}

// listed is the list, asked for again if need be.
func (o *own) listed(ctx context.Context, backoff *backoff, timeout time.Duration) (ids map[string]bool, err error) {
	for i := range tries {
		if i > 0 && backoff.Sleep(ctx, time.Duration(i)*2*time.Second) != nil {
			return nil, err
		}
		err = backoff.throttled(ctx, func() (err error) {
			ids, err = o.list(ctx, timeout)
			return err
		})
		if err == nil {
			return ids, nil
		}
	}
	return nil, err
}

// backoff is how long the clean-up still waits for a tenant that throttles.
type backoff struct {
	session.Clock
	left time.Duration
}

// throttled asks until the tenant no longer throttles, and waits as long as it says.
func (b *backoff) throttled(ctx context.Context, ask func() error) error {
	for {
		err := ask()
		var answered *answeredError
		if !errors.As(err, &answered) || answered.status != http.StatusTooManyRequests {
			return err
		}
		wait, _ := session.RetryAfter(answered.retryAfter, b.Now())
		if wait > b.left || b.Sleep(ctx, wait) != nil {
			return err
		}
		b.left -= wait
	}
}

// report says what is left on the tenant, and how to remove it; nil when nothing
// is.
func (o *own) report() error {
	if o == nil {
		return nil
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	var lines []string
	left := maps.Clone(o.left)
	if o.lost != nil {
		for id := range o.made {
			if left[id] == nil {
				left[id] = errors.New("no list shows whether it is gone")
			}
		}
	}
	for _, id := range slices.Sorted(maps.Keys(left)) {
		lines = append(lines, fmt.Sprintf("\t%s (%v)\n\t\t%s", id, session.WithoutAddress(left[id]), o.curl(id)))
	}
	var parts []string
	if len(lines) > 0 {
		parts = append(parts, say.Count(len(lines), "webhook")+" of this run may not be removed; remove each with the command below it\n"+strings.Join(lines, "\n"))
	}
	if o.lost != nil {
		parts = append(parts, fmt.Sprintf("what this run made could not be looked for at the end (%v); look for webhooks that deliver to %s and remove them", session.WithoutAddress(o.lost), o.at))
	} else if o.unanswered > 0 {
		parts = append(parts, fmt.Sprintf("a creation got no answer, and may be carried out yet; look for a webhook that delivers to %s later, and remove it", o.at))
	}
	if len(parts) == 0 {
		return nil
	}
	return exit.Errorf(exit.Failed, "%s: %s", o.def.Name, strings.Join(parts, "\n"+o.def.Name+": "))
}

// curl is the request that removes a webhook as a command, with the tenant's values
// as their variables.
func (o *own) curl(id string) string {
	removal := o.def.Own.Delete
	target, body := removal.Target, removal.Body
	for _, b := range o.def.Bindings {
		if b.Placeholder == o.def.Own.Placeholder {
			target, body = strings.ReplaceAll(target, b.Placeholder, url.PathEscape(id)), strings.ReplaceAll(body, b.Placeholder, quoteJSON(id))
			continue
		}
		target = strings.ReplaceAll(target, "/"+b.Placeholder, "/$"+b.Var)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "curl -X %s -H \"Authorization: Bearer $%s\"", removal.Method, o.def.TokenVar)
	if o.def.Origin {
		fmt.Fprintf(&b, " -H \"Origin: $%s\"", o.def.BaseVar)
	}
	if body != "" {
		fmt.Fprintf(&b, " -H 'Content-Type: application/json' -d '%s'", strings.ReplaceAll(body, "'", `'\''`))
	}
	base := "$" + o.def.BaseVar
	if o.def.BaseDefault != "" {
		base = fmt.Sprintf("${%s:-%s}", o.def.BaseVar, o.def.BaseDefault)
	}
	fmt.Fprintf(&b, " \"%s%s\"", base, target)
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
	body := o.translate(asked.Body, id, quoteJSON)
	req, err := http.NewRequestWithContext(ctx, asked.Method, o.tenant.BaseURL+o.translate(asked.Target, id, url.PathEscape), strings.NewReader(body))
	if err != nil {
		return nil, nil, errors.New("the request does not translate into one for the tenant")
	}
	req.Close = true // a connection each: what a server sends unasked is logged otherwise
	for name, value := range asked.Header {
		req.Header.Set(name, value)
	}
	req.Header.Set("Authorization", "Bearer "+o.tenant.Token)
	if u, err := url.Parse(o.tenant.BaseURL); o.def.Origin && err == nil {
		req.Header.Set("Origin", u.Scheme+"://"+u.Host)
	}
	resp, err := o.tenant.Transport.RoundTrip(req)
	if err != nil {
		return nil, nil, err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, 10<<20))
	if err == nil && resp.StatusCode >= 300 {
		err = &answeredError{resp.StatusCode, resp.Header.Get("Retry-After")}
	}
	return resp.Header, answer, err
}

// translate puts the tenant's values in the place of placeholders.
func (o *own) translate(text, id string, escape func(string) string) string {
	for _, s := range o.def.Bindings {
		real := id
		if s.Placeholder != o.def.Own.Placeholder {
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
	quoted := jsontext.Quote(value)
	return quoted[1 : len(quoted)-1]
}

// lookUp is the value at a pointer of a body; nil when there is none.
func lookUp(body []byte, pointer string) any {
	var root any
	if json.Unmarshal(body, &root) != nil {
		return nil
	}
	v, _ := jsontext.Lookup(root, pointer)
	return v
}
