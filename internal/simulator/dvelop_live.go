package simulator

import (
	"bytes"
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"example.com/webhookvcr/internal/provider"
)

// dvelopLive makes a tenant of the placeholder world.
func dvelopLive(settings Settings, receivers http.RoundTripper, webhooks int) Live {
	s := &DVelop{
		Token: provider.Token, Base: provider.DVelop.BaseURL, RepositoryID: provider.DVelopRepositoryID,
		Settings: settings, Receivers: receivers,
	}
	for _, event := range dvelopEvents() {
		e := DVelopEvent{ID: event.ID}
		if event.ID == provider.DVelopEventID {
			for i := range webhooks {
				id := provider.DVelopWebhookID
				if i > 0 {
					id = fmt.Sprintf("bbbbbbbb-0000-4000-8000-%012d", i+1)
				}
				e.Webhooks = append(e.Webhooks, DVelopWebhook{
					ID: id, Description: "webhook " + strconv.Itoa(i+1), Enabled: true, HandleResponse: "STATUS",
					URI: "https://example.com/webhooks/" + strconv.Itoa(i+1), Retry: new(true), Timeout: new(int32(300)),
				})
			}
		}
		s.Events = append(s.Events, e)
	}
	return s
}

// EventTypes implements Live.
func (s *DVelop) EventTypes() []string {
	all := slices.Clone(provider.DVelop.Events)
	slices.Sort(all)
	return all
}

// Payload implements Live. The members of two events are known.
func (s *DVelop) Payload(event string) (any, error) {
	category := map[string]any{"id": "cccccccc-0000-4000-8000-000000000001", "name": "category", "type": "DOCUMENT"}
	switch {
	case !slices.Contains(provider.DVelop.Events, event):
		return nil, unknownEvent("d.velop", event, s.EventTypes())
	case event == "postimport":
		return map[string]any{
			"doc":     map[string]any{"id": "XY00000001", "dateCreated": "2025-01-01T12:00:00+01:00", "fileExtension": "pdf", "size": 1024},
			"docType": category,
		}, nil
	case event == "presearch":
		return map[string]any{"user": map[string]any{}, "docType": category}, nil
	}
	return nil, nil
}

// Body implements Live.
func (s *DVelop) Body(event string, payload any) ([]byte, error) {
	return dvelopBody(Message{Event: event, Payload: payload})
}

func dvelopBody(m Message) ([]byte, error) {
	if m.Payload == nil {
		return nil, fmt.Errorf("what d.velop sends at %s is not documented", m.Event)
	}
	return json.Marshal(m.Payload)
}

// dvelopRequest is a delivery with its webhook's key, if there is one.
func dvelopRequest(ctx context.Context, url, key string, body []byte, _ Settings) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", mediaJSON)
	if key != "" {
		req.Header.Set("Authorization", "Bearer "+key)
	}
	return req, nil
}

// dvelopProven reports whether a delivery has a key, where the guide or, of older servers,
// a copy of it puts one.
func dvelopProven(h http.Header) bool {
	scheme, key, _ := strings.Cut(h.Get("Authorization"), " ")
	return strings.EqualFold(scheme, "Bearer") && key != "" || h.Get("X-Dv-Api-Key") != ""
}

// Emit implements Live. The webhooks of an event are called one after the other,
// in the event's order; those that it does not name come last.
func (s *DVelop) Emit(ctx context.Context, event string, payload any, duplicates int) ([]Delivery, error) {
	body, err := s.Body(event, payload)
	if err == nil {
		err = countable(duplicates)
	}
	if err != nil {
		return nil, err
	}
	ctx, end := s.until(ctx)
	defer end()
	s.mu.Lock()
	s.start()
	i := slices.IndexFunc(s.events, func(e DVelopEvent) bool { return e.ID == event })
	if i < 0 {
		s.mu.Unlock()
		return nil, unknownEvent("d.velop", event, s.EventTypes())
	}
	webhooks := ordered(s.events[i])
	s.mu.Unlock()
	results := make([]Delivery, 0, len(webhooks))
	var running sync.WaitGroup
	running.Add(1)
	s.work.run(func() {
		defer running.Done()
		for _, w := range webhooks {
			results = append(results, s.deliver(ctx, event, w.ID, body, duplicates))
		}
	})
	running.Wait()
	return results, nil
}

// ordered are the webhooks of an event in the order in which they are called.
func ordered(e DVelopEvent) []DVelopWebhook {
	place := func(w DVelopWebhook) int {
		i := slices.IndexFunc(e.Order, func(id string) bool { return strings.EqualFold(id, w.ID) })
		if i < 0 {
			return len(e.Order)
		}
		return i
	}
	all := slices.Clone(e.Webhooks)
	slices.SortStableFunc(all, func(a, b DVelopWebhook) int { return cmp.Compare(place(a), place(b)) })
	return all
}

// deliver makes the attempts of one delivery.
func (s *DVelop) deliver(ctx context.Context, event, id string, body []byte, duplicates int) Delivery {
	d := Delivery{Event: event, Webhook: id}
	var waits []time.Duration
	s.tenant.deliver(ctx, &d, duplicates, course{
		send: func(bool) (a Attempt, reason string) {
			w, t, target, reason := s.deliverable(event, id, body)
			d.URL = target
			if reason != "" {
				return a, reason
			}
			a, ok := s.send(ctx, w, t, target, body)
			if !ok {
				return a, gone
			}
			waits = s.waits(w)
			// NONE ignores the answer; the member retry speaks of a time-out without an
			// exception for it.
			ignored := w.HandleResponse == "NONE" || w.HandleResponse == ""
			if a.Reason == "" && !ignored && !dvelopWire.Complete(s.Settings).Acknowledged(a.Status) {
				a.Reason = fmt.Sprintf("answered %d", a.Status)
			}
			return a, ""
		},
		waits: func() []time.Duration { return waits },
		ended: func() bool {
			_, _, _, reason := s.deliverable(event, id, body)
			return reason != ""
		},
		settled: func() {},
	})
	return d
}

// deliverable returns the webhook as it is now with the URL to call, or why it gets nothing.
func (s *DVelop) deliverable(event, id string, body []byte) (w DVelopWebhook, t *traffic, target, reason string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range s.events {
		if e.ID != event {
			continue
		}
		for _, w := range e.Webhooks {
			if w.ID != id {
				continue
			}
			base, err := url.Parse(s.Base + "/")
			if err != nil {
				return w, nil, w.URI, "the tenant's base URL is none: " + err.Error()
			}
			to, err := base.Parse(w.URI)
			switch {
			case w.URI == "":
				return w, nil, "", "it has no uri"
			case err != nil:
				return w, nil, w.URI, "its uri is no URL"
			case !w.Enabled:
				return w, nil, to.String(), "not enabled"
			}
			return w, s.trafficOf(id), to.String(), restricted(w, body)
		}
	}
	return DVelopWebhook{}, nil, "", gone
}

// restricted says which restriction keeps an event from a webhook. Only the key
// CATEGORY is known, from a public program: the category's id. What the others
// mean is not documented, so they restrict nothing here.
func restricted(w DVelopWebhook, body []byte) string {
	var event struct {
		DocType struct {
			ID string `json:"id"`
		} `json:"docType"`
	}
	_ = json.Unmarshal(body, &event) // a body of another form names no category
	categories := []string{}
	for _, r := range w.Restrictions {
		if r.Key != nil && r.Value != nil && *r.Key == "CATEGORY" {
			categories = append(categories, *r.Value)
		}
	}
	if len(categories) == 0 || slices.Contains(categories, event.DocType.ID) {
		return ""
	}
	return fmt.Sprintf("restricted to the category %s, the event's is %q", strings.Join(categories, " or "), event.DocType.ID)
}

func (s *DVelop) send(ctx context.Context, w DVelopWebhook, t *traffic, target string, body []byte) (a Attempt, ok bool) {
	ctx, end, ok := t.begin(ctx)
	if !ok {
		return Attempt{}, false
	}
	defer end()
	timeout := s.Settings.Timeout
	if timeout == 0 && w.Timeout != nil {
		timeout = max(0, time.Duration(*w.Timeout)*time.Millisecond) // no page says what less than 0 means, nor refuses it
	}
	return Try(ctx, s.Receivers, cmp.Or(timeout, dvelopWire.Settings.Timeout), func(ctx context.Context) (*http.Request, error) {
		key := ""
		if w.APIKey != nil {
			key = *w.APIKey
		}
		req, err := dvelopRequest(ctx, target, key, body, s.Settings)
		if err != nil {
			return nil, err
		}
		if base, err := url.Parse(s.Base); err == nil && base.Host == req.URL.Host {
			// What receivers behind the tenant's own host get; about others nothing is known.
			req.Header.Set("X-Dv-Baseuri", s.Base)
		}
		return req, nil
	}), true
}

// DVelopAppSignature is the header x-dv-sig-1 that d.velop's router adds for apps:
// it covers the tenant's base URI and id, so it is the same for each request. The
// secret is base64.
func DVelopAppSignature(secret, base, tenant string) (string, error) {
	key, err := base64.StdEncoding.DecodeString(secret)
	if err != nil {
		return "", fmt.Errorf("the secret of an app is base64: %w", err)
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(base + tenant))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil)), nil
}

// trafficOf is what is on its way to a webhook; the caller holds the lock.
func (s *DVelop) trafficOf(id string) *traffic {
	t, ok := s.traffic[id]
	if !ok {
		t = newTraffic()
		s.traffic[id] = t
	}
	return t
}

// State implements Live: the events that have webhooks, by their ids.
func (s *DVelop) State() any {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.start()
	type event struct {
		Order    []string        `json:"order"`
		Webhooks []DVelopWebhook `json:"webhooks"`
	}
	events := map[string]event{}
	for _, e := range s.events {
		if len(e.Webhooks) > 0 {
			events[e.ID] = event{e.Order, ordered(e)}
		}
	}
	return map[string]any{"events": events}
}

// waits are the times between attempts: the member retry, true unless the webhook
// says otherwise, stands for up to three more. What lies between them is not
// documented.
func (s *DVelop) waits(w DVelopWebhook) []time.Duration {
	if w.Retry != nil && !*w.Retry {
		return nil
	}
	return dvelopWire.Complete(s.Settings).Waits
}

// dvelopWire is how d.velop delivers: 300 milliseconds and three more attempts are
// the documented defaults of a webhook. Which status is a success is not documented.
var dvelopWire = Wire{
	Body: dvelopBody, Request: dvelopRequest,
	Proven: dvelopProven, Proof: "Authorization: Bearer with the key of the webhook",
	Settings: Settings{
		Timeout: 300 * time.Millisecond, Waits: []time.Duration{0, 0, 0},
		Acknowledged: func(status int) bool { return status/100 == 2 },
	},
}
