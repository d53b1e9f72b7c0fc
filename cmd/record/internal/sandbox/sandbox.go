// Package sandbox serves a simulated tenant over HTTP: beside the vendor's management API
// its state, and events that happen when they are asked for.
package sandbox

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"example.com/webhookvcr/internal/contract"
	"example.com/webhookvcr/internal/exchange"
	"example.com/webhookvcr/internal/jsontext"
	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/serve"
	"example.com/webhookvcr/internal/simulator"
)

// Sandbox is a tenant in memory, over HTTP.
type Sandbox struct {
	def      *provider.Definition
	settings simulator.Settings
	webhooks int
	stderr   io.Writer
	server   *serve.Server

	mu       sync.Mutex
	live     simulator.Live
	Breaches int
}

// New begins with so many webhooks. What breaks the contract goes to stderr.
func New(def *provider.Definition, settings simulator.Settings, webhooks int, stderr io.Writer) (*Sandbox, error) {
	t := &Sandbox{def: def, settings: settings, webhooks: webhooks, stderr: stderr}
	t.server = serve.NewServer(def.BaseURL, exchange.NewDirect(exchange.Config{Definition: def, Report: t, Bare: true}, simulator.Transport(t)))
	return t, t.begin()
}

// Front is the server, with what shows and changes the tenant's state.
func (t *Sandbox) Front() *serve.Front {
	mux := http.NewServeMux()
	mux.Handle("/", t.server)
	own := http.NewServeMux() // on its own, so that another method is none of the vendor's
	own.HandleFunc("GET /-/state", t.state)
	own.HandleFunc("DELETE /-/state", t.reset)
	own.HandleFunc("POST /-/events", t.emit)
	mux.Handle("/-/state", own)
	mux.Handle("/-/events", own)
	nothing := func(w http.ResponseWriter, _ *http.Request) {
		serve.NothingThere(w, "/-/state", "/-/events", serve.ReadyPath, serve.ResetPath)
	}
	mux.HandleFunc("/-", nothing)
	mux.HandleFunc("/-/", nothing)
	return &serve.Front{Handler: mux, Page: http.RedirectHandler("/-/state", http.StatusFound), Reset: t.anew, Names: []string{strings.TrimPrefix(t.def.BaseURL, "https://")}}
}

func (t *Sandbox) Close() {
	t.server.Close()
	t.tenant().Close()
}

func (t *Sandbox) begin() error {
	receivers := &simulator.Receivers{Advice: "let the webhook point to a loopback address, such as http://127.0.0.1:8080/hook"}
	live, err := simulator.NewLive(t.def, t.settings, receivers, t.webhooks)
	if err != nil {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.live = live
	return nil
}

func (t *Sandbox) tenant() simulator.Live {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.live
}

// ServeHTTP implements http.Handler for the management API.
func (t *Sandbox) ServeHTTP(w http.ResponseWriter, r *http.Request) { t.tenant().ServeHTTP(w, r) }

// Helper, Logf and Errorf implement exchange.Reporter: what breaks the contract is
// printed and counted.
func (t *Sandbox) Helper() {}

func (t *Sandbox) Logf(format string, args ...any) { fmt.Fprintf(t.stderr, format+"\n", args...) }

func (t *Sandbox) Errorf(format string, args ...any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.Breaches++
	fmt.Fprintf(t.stderr, format+"\n", args...)
}

func (t *Sandbox) state(w http.ResponseWriter, _ *http.Request) {
	live := t.tenant()
	shown := map[string]any{"deliveries": told(live.Deliveries())}
	text, err := json.Marshal(live.State())
	if err == nil {
		var members map[string]any
		err = json.Unmarshal(text, &members)
		maps.Copy(shown, members)
	}
	reply(w, http.StatusOK, shown, err)
}

// anew begins with another tenant.
func (t *Sandbox) anew() error {
	t.tenant().Close()
	return t.begin()
}

func (t *Sandbox) reset(w http.ResponseWriter, _ *http.Request) {
	if err := t.anew(); err != nil {
		reply(w, 0, nil, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func (t *Sandbox) emit(w http.ResponseWriter, r *http.Request) {
	all, err := t.happen(r)
	reply(w, http.StatusOK, map[string]any{"deliveries": told(all)}, err)
}

func (t *Sandbox) happen(r *http.Request) ([]simulator.Delivery, error) {
	d := json.NewDecoder(io.LimitReader(r.Body, 10<<20))
	d.UseNumber()
	d.DisallowUnknownFields()
	var asked happening
	if err := d.Decode(&asked); err != nil {
		return nil, fmt.Errorf("the body is no JSON object of an event: %w", err)
	}
	if d.More() {
		return nil, errors.New("the body goes on after the JSON object of an event")
	}
	live := t.tenant()
	payload, err := live.Payload(asked.Event)
	if err != nil {
		return nil, err
	}
	if asked.Body == nil && payload != nil {
		if asked.Body, err = json.Marshal(payload); err != nil {
			return nil, err
		}
	}
	text := []byte(asked.Body)
	for _, pointer := range slices.Sorted(maps.Keys(asked.Set)) {
		if text, err = jsontext.Place(text, pointer, asked.Set[pointer]); err != nil {
			return nil, fmt.Errorf("set %q: %w", pointer, err)
		}
	}
	for _, pointer := range asked.Remove {
		if text, err = jsontext.Remove(text, pointer); err != nil {
			return nil, fmt.Errorf("remove %q: %w", pointer, err)
		}
	}
	var value any
	if len(text) > 0 {
		d := json.NewDecoder(bytes.NewReader(text))
		d.UseNumber()
		if err := d.Decode(&value); err != nil {
			return nil, err
		}
	}
	body, err := live.Body(asked.Event, value)
	if err != nil {
		return nil, fmt.Errorf("%w; give one as body", err)
	}
	if t.def.Delivery != nil {
		problems, err := contract.CheckDelivery(t.def, body)
		if err != nil {
			return nil, err
		}
		var broken []string
		for _, p := range problems {
			if p.Fails() {
				broken = append(broken, p.String())
			}
		}
		if len(broken) > 0 {
			return nil, errors.New(strings.Join(broken, "\n"))
		}
	}
	return live.Emit(r.Context(), asked.Event, value, asked.Duplicates)
}

// happening is what POST /-/events takes.
type happening struct {
	Event      string                     `json:"event"`
	Set        map[string]json.RawMessage `json:"set"`
	Remove     []string                   `json:"remove"`
	Body       json.RawMessage            `json:"body"`
	Duplicates int                        `json:"duplicates"`
}

// delivered is a delivery as JSON.
type delivered struct {
	Event        string      `json:"event"`
	ID           string      `json:"id,omitempty"`
	Webhook      string      `json:"webhook"`
	URL          string      `json:"url"`
	Acknowledged bool        `json:"acknowledged"`
	Reason       string      `json:"reason,omitempty"`
	Attempts     []attempted `json:"attempts"`
}

type attempted struct {
	At       time.Time `json:"at"`
	Duration string    `json:"duration"`
	Status   int       `json:"status"`
	Reason   string    `json:"reason,omitempty"`
}

func told(all []simulator.Delivery) []delivered {
	told := make([]delivered, len(all))
	for i, d := range all {
		told[i] = delivered{d.Event, d.ID, d.Webhook, d.URL, d.Acknowledged, d.Reason, make([]attempted, len(d.Attempts))}
		for j, a := range d.Attempts {
			told[i].Attempts[j] = attempted{a.At, a.Duration.String(), a.Status, a.Reason}
		}
	}
	return told
}

// reply answers with JSON, or with what is wrong.
func reply(w http.ResponseWriter, status int, v any, err error) {
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	_ = enc.Encode(v) // a client that has gone is no concern of a handler
}
