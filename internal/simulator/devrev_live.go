package simulator

import (
	"bytes"
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"example.com/webhookvcr/internal/provider"
)

// devrevLife is what DevRev keeps of a webhook beside what its API shows.
type devrevLife struct {
	traffic *traffic
	// version counts the changes after which a webhook is verified again; what was
	// begun for an older version ends.
	version int
	// why says why the webhook is not active; empty means that nobody has asked yet.
	why string
	// verified says that the receiver at the present URL has echoed a challenge that
	// was signed with the present secret.
	verified bool
	failed   int // events in a row that were not acknowledged
	degraded bool
}

// devrevLive makes a tenant of the placeholder world.
func devrevLive(settings Settings, receivers http.RoundTripper, webhooks int) Live {
	const org = "don:integration:dvrv-us-1:devo/example"
	s := &DevRev{
		Token: provider.Token, Org: org, Now: time.Now, Settings: settings, Receivers: receivers,
		User: &DevRevUser{
			Type: "dev_user", ID: "don:identity:dvrv-us-1:devo/example:devu/user-1", DisplayID: "DEVU-1",
			DisplayName: "name-1", FullName: "Name 1", Email: "user-1@example.com", State: "active",
		},
		Webhooks: []DevRevWebhook{},
	}
	for i := range webhooks {
		id := provider.DevRevWebhookID
		if i > 0 {
			id += "-" + strconv.Itoa(i+1)
		}
		s.Webhooks = append(s.Webhooks, DevRevWebhook{
			ID: id, DisplayID: "WEBHOOK-" + strconv.Itoa(i+1), Status: statusActive,
			URL:        "https://example.com/webhooks/" + strconv.Itoa(i+1),
			Secret:     base64.StdEncoding.EncodeToString([]byte("webhooktest-secret-" + strconv.Itoa(i+1))),
			EventTypes: []string{"work_created"}, CreatedBy: s.User, CreatedDate: s.date(),
		})
	}
	return s
}

// EventTypes implements Live.
func (s *DevRev) EventTypes() []string {
	return slices.DeleteFunc(devrevEventTypes(), func(t string) bool { return t == "verify" })
}

// Payload implements Live. The events of jobs and artifacts have no payload.
func (s *DevRev) Payload(event string) (any, error) {
	if event == "verify" {
		return nil, errors.New("DevRev sends verify requests by itself, when a webhook is made, moved or given a new secret")
	}
	if !slices.Contains(s.EventTypes(), event) {
		return nil, unknownEvent("DevRev", event, s.EventTypes())
	}
	envelope, err := devrevSamples.document(provider.DevRev.Delivery.Body)
	if err != nil {
		return nil, err
	}
	properties, _ := envelope["properties"].(map[string]any)
	described, ok := properties[event].(map[string]any)
	if !ok {
		return nil, nil
	}
	ref, _ := described["$ref"].(string)
	return devrevSamples.object(ref)
}

// devrevSamples makes payloads of the placeholder world.
var devrevSamples = &samples{
	files: provider.DevRev.Schemas,
	date:  "2025-01-01T12:00:00.000Z",
	text: func(kind, member string) string {
		switch kind {
		case "id":
			return "don:core:dvrv-us-1:devo/example:" + strings.TrimSuffix(member, "_id") + "/1"
		case "url":
			return "https://example.com/" + member
		case "mail":
			return "user-1@example.com"
		case "secret":
			return "webhooktest-secret"
		case "display_id":
			return strings.ToUpper(member) + "-1"
		}
		return member
	},
}

// Body implements Live.
func (s *DevRev) Body(event string, payload any) ([]byte, error) {
	webhook := s.org() + ":webhook/1"
	return devrevBody(Message{Event: event, ID: webhook + ":webhook_event/1", Webhook: webhook, Payload: payload, At: time.Now()})
}

func devrevBody(m Message) ([]byte, error) {
	body := map[string]any{
		"id": m.ID, "webhook_id": m.Webhook, "type": m.Event, "timestamp": m.At.UTC().Format("2006-01-02T15:04:05.000Z"),
	}
	if m.Payload != nil {
		body[m.Event] = m.Payload
	}
	return json.Marshal(body)
}

// Emit implements Live.
func (s *DevRev) Emit(ctx context.Context, event string, payload any, duplicates int) ([]Delivery, error) {
	if !slices.Contains(s.EventTypes(), event) {
		return nil, unknownEvent("DevRev", event, s.EventTypes())
	}
	if err := countable(duplicates); err != nil {
		return nil, err
	}
	ctx, end := s.until(ctx)
	defer end()
	s.mu.Lock()
	s.start()
	webhooks := slices.Clone(s.webhooks)
	results := make([]Delivery, len(webhooks))
	var running sync.WaitGroup
	for i, w := range webhooks {
		d := Delivery{Event: event, Webhook: w.ID, URL: w.URL}
		life := s.life(w.ID)
		if d.Reason = s.refusal(w, life, event); d.Reason != "" {
			s.log.begin(d)
			results[i] = d
			continue
		}
		d.ID = s.newEventID(w.ID)
		version := life.version
		running.Add(1)
		s.work.run(func() {
			defer running.Done()
			results[i] = s.deliver(ctx, d, version, payload, duplicates)
		})
	}
	s.mu.Unlock()
	running.Wait() // each ends with ctx
	return results, nil
}

// refusal says why a webhook gets nothing of an event; empty means that it does.
func (s *DevRev) refusal(w DevRevWebhook, life *devrevLife, event string) string {
	switch {
	case w.Status == statusInactive:
		return "inactive: activate it with webhooks.update"
	case w.Status == statusUnverified && life.why != "":
		return life.why
	case w.Status == statusUnverified:
		return "unverified: the verify request has not been answered yet"
	case len(w.EventTypes) == 0:
		return "not subscribed to any event"
	case !slices.Contains(w.EventTypes, event):
		return "not subscribed to " + event + ", only to " + strings.Join(w.EventTypes, ", ")
	}
	return ""
}

// deliver makes the attempts of one delivery.
func (s *DevRev) deliver(ctx context.Context, d Delivery, version int, payload any, duplicates int) Delivery {
	born := time.Now()
	var body []byte
	s.tenant.deliver(ctx, &d, duplicates, course{
		send: func(duplicate bool) (a Attempt, reason string) {
			w, traffic, reason := s.deliverable(d.Webhook, version, d.Event)
			if reason != "" {
				return a, reason
			}
			d.URL = w.URL
			if !duplicate {
				at := time.Now()
				if s.Settings.KeepTimestamp {
					at = born
				}
				var err error
				if body, err = devrevBody(Message{d.Event, d.ID, w.ID, payload, at}); err != nil {
					return a, err.Error()
				}
			}
			a, ok := s.send(ctx, w, traffic, body)
			if !ok {
				return a, gone
			}
			if a.Reason == "" && !s.settings().Acknowledged(a.Status) {
				a.Reason = fmt.Sprintf("answered %d", a.Status)
			}
			return a, ""
		},
		waits: func() []time.Duration { return s.settings().Waits },
		ended: func() bool {
			_, _, reason := s.deliverable(d.Webhook, version, d.Event)
			return reason != ""
		},
		settled: func() { s.count(ctx, d, version) },
	})
	return d
}

// gone is why a deleted webhook gets nothing.
const gone = "deleted: nothing is sent any more"

// deliverable returns the webhook as it is now, or why a begun delivery ends.
func (s *DevRev) deliverable(id string, version int, event string) (DevRevWebhook, *traffic, string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := s.index(id)
	if i < 0 {
		return DevRevWebhook{}, nil, gone
	}
	w, life := s.webhooks[i], s.life(id)
	if life.version != version && life.degraded && life.why != "" {
		return DevRevWebhook{}, nil, life.why
	}
	if life.version != version {
		return DevRevWebhook{}, nil, "changed: its new URL or secret must be verified first"
	}
	return w, life.traffic, s.refusal(w, life, event)
}

// send makes one signed request. ok is false when the webhook is gone.
func (s *DevRev) send(ctx context.Context, w DevRevWebhook, t *traffic, body []byte) (a Attempt, ok bool) {
	ctx, end, ok := t.begin(ctx)
	if !ok {
		return Attempt{}, false
	}
	defer end()
	return Try(ctx, s.Receivers, s.settings().Timeout, func(ctx context.Context) (*http.Request, error) {
		req, err := devrevRequest(ctx, w.URL, w.Secret, body, s.Settings)
		if err != nil {
			return nil, err
		}
		own := req.Header.Clone()
		for _, h := range w.Headers {
			req.Header.Set(h.Name, h.Value)
		}
		maps.Copy(req.Header, own)
		return req, nil
	}), true
}

// devrevRequest is a delivery with its signature.
func devrevRequest(ctx context.Context, url, secret string, body []byte, s Settings) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", mediaJSON)
	req.Header.Set("X-Devrev-Signature", provider.Signature(secret, body, s.RawKey, s.Hex))
	return req, nil
}

// count keeps account of the events in a row that failed. What the caller has given
// up, and what a webhook would not get any more, says nothing of its receiver.
func (s *DevRev) count(ctx context.Context, d Delivery, version int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	w, life := s.unchanged(d.Webhook, version)
	if w == nil || len(d.Attempts) == 0 || ctx.Err() != nil || w.Status != statusActive {
		return
	}
	if d.Acknowledged {
		life.failed = 0
		return
	}
	life.failed++
	if life.failed < s.settings().DegradedAfter {
		return
	}
	life.failed, life.degraded = 0, true
	w.Status = statusUnverified
	s.verifyAgain(d.Webhook, fmt.Sprintf("degraded: %d events in a row were not acknowledged", s.settings().DegradedAfter))
}

// verifyAgain begins the verification of a webhook that was made or changed. The
// caller holds the lock.
func (s *DevRev) verifyAgain(id, why string) {
	life := s.life(id)
	life.version++
	life.why = why
	s.stir.now()
	if s.Receivers == nil {
		return
	}
	version, begun := life.version, time.Now()
	s.work.run(func() { s.verify(id, version, begun, why) })
}

// verify sends verify requests until one is answered with its challenge or the
// time is over. The attempts of other deliveries come at the same distances.
func (s *DevRev) verify(id string, version int, begun time.Time, before string) {
	ctx := s.context()
	settings := s.settings()
	deadline := begun.Add(settings.VerifyWithin)
	over := func() bool {
		_, _, ok := s.unverified(id, version)
		return !ok
	}
	if !s.stir.rest(ctx, settings.VerifyAfter, over) {
		return
	}
	d := Delivery{Event: "verify", Webhook: id}
	var change func(Delivery)
	for i := 0; ; i++ {
		w, traffic, ok := s.unverified(id, version)
		if !ok {
			return
		}
		challenge := s.newChallenge()
		if change == nil {
			d.ID, d.URL = s.lockedEventID(id), w.URL
			change = s.log.begin(d)
		}
		body, err := devrevBody(Message{"verify", d.ID, id, map[string]any{"challenge": challenge}, time.Now()})
		if err != nil {
			return
		}
		a, ok := s.send(ctx, w, traffic, body)
		if !ok {
			return
		}
		if a.Reason == "" {
			a.Reason = unechoed(a, challenge)
		}
		d.Attempts = append(d.Attempts, a)
		late := time.Now().After(deadline)
		verb := "was"
		if a.Err != nil {
			verb = "got"
		}
		d.Reason = fmt.Sprintf("the verify request of %s %s %s", a.At.UTC().Format("2006-01-02T15:04:05Z"), verb, cmp.Or(a.Reason, "answered too late"))
		if d.Acknowledged = a.Reason == "" && !late; d.Acknowledged {
			d.Reason = ""
		}
		change(d)
		if d.Acknowledged {
			s.activate(id, version)
			return
		}
		s.explain(id, version, joined(before, "not verified yet: "+d.Reason))
		if i < len(settings.Waits) && time.Now().Add(settings.Waits[i]).Before(deadline) {
			if !s.stir.rest(ctx, settings.Waits[i], over) {
				return
			}
			continue
		}
		if !s.stir.rest(ctx, time.Until(deadline), over) {
			return
		}
		s.explain(id, version, joined(before, fmt.Sprintf("unverified after %v: %s", settings.VerifyWithin, d.Reason)))
		return
	}
}

func joined(before, now string) string {
	if before == "" {
		return now
	}
	return before + "; " + now
}

// Echo is the challenge in the answer to a verify request; empty when it has none. The
// member is the one of that very name: who reads JSON with an eye on the case finds no
// other. An answer that is no object is an error.
func Echo(body []byte) (challenge string, err error) {
	var answer map[string]json.RawMessage
	if err := json.Unmarshal(body, &answer); err != nil {
		return "", err
	}
	_ = json.Unmarshal(answer["challenge"], &challenge) // anything else than a string is none
	return challenge, nil
}

// unechoed says what is wrong with the answer to a verify request.
func unechoed(a Attempt, challenge string) string {
	echo, err := Echo(a.Body)
	switch {
	case a.Status != http.StatusOK:
		return fmt.Sprintf("answered with %d", a.Status)
	case len(a.Body) == 0:
		return "answered with 200 and no challenge"
	case err != nil:
		return "answered with 200 and a body that is no JSON object"
	case echo == "":
		return "answered with 200 and no challenge"
	case echo != challenge:
		return "answered with 200 and another challenge"
	}
	return ""
}

func (s *DevRev) unverified(id string, version int) (DevRevWebhook, *traffic, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	w, life := s.unchanged(id, version)
	if w == nil || w.Status != statusUnverified {
		return DevRevWebhook{}, nil, false
	}
	return *w, life.traffic, true
}

func (s *DevRev) activate(id string, version int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if w, life := s.unchanged(id, version); w != nil && w.Status == statusUnverified {
		w.Status = statusActive
		life.why, life.degraded, life.verified = "", false, true
		s.stir.now()
	}
}

func (s *DevRev) explain(id string, version int, why string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if w, life := s.unchanged(id, version); w != nil {
		life.why = why
	}
}

// unchanged is the webhook with what is kept of it, nil when it is gone or has another
// version by now; the caller holds the lock.
func (s *DevRev) unchanged(id string, version int) (*DevRevWebhook, *devrevLife) {
	i := s.index(id)
	if i < 0 || s.life(id).version != version {
		return nil, nil
	}
	return &s.webhooks[i], s.life(id)
}

// index is the place of a webhook, or -1; the caller holds the lock.
func (s *DevRev) index(id string) int {
	return slices.IndexFunc(s.webhooks, func(w DevRevWebhook) bool { return w.ID == id })
}

// life is what is kept of a webhook; the caller holds the lock.
func (s *DevRev) life(id string) *devrevLife {
	life, ok := s.lives[id]
	if !ok {
		life = &devrevLife{traffic: newTraffic(), verified: true}
		s.lives[id] = life
	}
	return life
}

// State implements Live: the webhooks as webhooks.list shows them, and why one is not active.
func (s *DevRev) State() any {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.start()
	why := map[string]string{}
	for _, w := range s.webhooks {
		if reason := s.refusal(w, s.life(w.ID), ""); w.Status != statusActive {
			why[w.ID] = reason
		}
	}
	return map[string]any{"webhooks": slices.Clone(s.webhooks), "not_active": why}
}

func (s *DevRev) newEventID(webhook string) string {
	s.events++
	return webhook + ":webhook_event/" + strconv.Itoa(s.events)
}

func (s *DevRev) lockedEventID(webhook string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.newEventID(webhook)
}

func (s *DevRev) newChallenge() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	sum := s.digest("devrev challenge")
	return base64.StdEncoding.EncodeToString(sum[:20])
}

// devrevWire is how DevRev delivers: its guide has the times but for VerifyAfter, and
// its OpenAPI document lists no other success than 200.
var devrevWire = Wire{
	Body: devrevBody, Request: devrevRequest, Verify: provider.DevRev.Delivery.Handshake,
	Proven: func(h http.Header) bool { return h.Get("X-Devrev-Signature") != "" }, Proof: "X-Devrev-Signature",
	Statuses: []int{200, 400, 401, 403, 429, 500, 503},
	Settings: Settings{
		Timeout: 3 * time.Second, Waits: []time.Duration{30 * time.Second, 3 * time.Minute},
		Acknowledged: func(status int) bool { return status == http.StatusOK },
		VerifyAfter:  100 * time.Millisecond, VerifyWithin: 3 * time.Minute, DegradedAfter: 3,
	},
}

func (s *DevRev) settings() Settings { return devrevWire.Complete(s.Settings) }
