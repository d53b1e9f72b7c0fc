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
	"slices"
	"strings"
	"sync"
	"time"

	"example.com/webhookvcr/internal/exit"

	"github.com/spf13/pflag"

	"example.com/webhookvcr/internal/contract"
	"example.com/webhookvcr/internal/exchange"
	"example.com/webhookvcr/internal/jsontext"
	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/say"
	"example.com/webhookvcr/internal/serve"
	"example.com/webhookvcr/internal/simulator"
)

// simulation is serve --simulate: a tenant in memory, over HTTP.
type simulation struct {
	wanted      bool
	webhooks    int
	waits       []time.Duration
	rawKey, hex bool
}

func (s *simulation) flags(f *pflag.FlagSet) {
	f.BoolVar(&s.wanted, "simulate", false, "serve a tenant in memory in place of steps: what is created can be read, changed and deleted, and is delivered to")
	f.IntVar(&s.webhooks, "seed-webhooks", 0, "let the simulated tenant begin with `N` webhooks")
	f.DurationSliceVar(&s.waits, "waits", nil, "wait so long between the attempts of a delivery, such as `1s,1s` (default: as the vendor does)")
	f.Lookup("waits").DefValue = "" // it would show as []
	f.BoolVar(&s.rawKey, "raw-key", false, "sign DevRev's deliveries with the text of the secret, not with the bytes that it encodes")
	f.BoolVar(&s.hex, "hex", false, "write DevRev's signatures in hexadecimal digits, not in base64")
}

const simulateHelp = `With --simulate there are no steps: a tenant in memory answers every operation,
keeps what is created, verifies receivers and delivers to URLs on loopback
addresses. Its credential is "` + provider.Token + `". Waiting takes real time;
--waits shortens it. What the vendors leave open has the defaults that
"go doc example.com/webhookvcr/webhooktest.Sender" names.
  GET    /-/state   the webhooks, what was delivered, and why or why not
  DELETE /-/state   begins anew
  POST   /-/events  lets an event happen and answers with its deliveries:
    {"event": "work_created", "set": {"/work/title": "A title"}}
    further members: "remove" (pointers), "body" (a whole payload), "duplicates"
It ends with status 0, or with 1 when a request broke the contract.
`

// simulate serves a tenant until the context ends.
func (s *serving) simulate(ctx context.Context, args []string) error {
	def, err := definition(args)
	if err != nil {
		return err
	}
	switch {
	case len(args) > 1:
		return exit.Errorf(exit.Usage, "--simulate serves a tenant in place of steps; leave out %s", strings.Join(args[1:], " "))
	case s.tenant.webhooks < 0 || s.tenant.webhooks > simulator.MaxWebhooks:
		return exit.Errorf(exit.Usage, "--seed-webhooks %d: give 0 to %d", s.tenant.webhooks, simulator.MaxWebhooks)
	case slices.ContainsFunc(s.tenant.waits, func(d time.Duration) bool { return d < 0 }):
		return exit.Errorf(exit.Usage, "--waits %v: give 0 or more", s.tenant.waits)
	case def.Delivery == nil && (s.tenant.rawKey || s.tenant.hex):
		return exit.Errorf(exit.Usage, "--raw-key and --hex are about signatures, and %s documents none", def.Title)
	}
	settings := simulator.Settings{Waits: s.tenant.waits, RawKey: s.tenant.rawKey, Hex: s.tenant.hex}
	t, err := newServed(def, settings, s.tenant.webhooks, s.stderr)
	if err != nil {
		return exit.Errorf(exit.Failed, "%v", err)
	}
	defer t.close()
	begun := func(url string) {
		if !s.quiet {
			fmt.Fprintf(s.stderr, "try: curl %s/-/state\n", url)
		}
	}
	if err := s.listen(ctx, t.front(), begun, t.close); err != nil {
		return err
	}
	if t.breaches > 0 {
		return exit.Errorf(exit.Failed, "%s broke the contract", say.Count(t.breaches, "request"))
	}
	return nil
}

// served is a tenant in memory, over HTTP.
type served struct {
	def      *provider.Definition
	settings simulator.Settings
	webhooks int
	stderr   io.Writer
	server   *serve.Server

	mu       sync.Mutex
	live     simulator.Live
	breaches int
}

// newServed begins with so many webhooks. What breaks the contract goes to stderr.
func newServed(def *provider.Definition, settings simulator.Settings, webhooks int, stderr io.Writer) (*served, error) {
	t := &served{def: def, settings: settings, webhooks: webhooks, stderr: stderr}
	t.server = serve.NewServer(def.BaseURL, exchange.NewDirect(exchange.Config{Definition: def, Report: t, Bare: true}, simulator.Transport(t)))
	return t, t.begin()
}

// front is the server, with what shows and changes the tenant's state.
func (t *served) front() *serve.Front {
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

func (t *served) close() {
	t.server.Close()
	t.tenant().Close()
}

func (t *served) begin() error {
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

func (t *served) tenant() simulator.Live {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.live
}

// ServeHTTP implements http.Handler for the management API.
func (t *served) ServeHTTP(w http.ResponseWriter, r *http.Request) { t.tenant().ServeHTTP(w, r) }

// Helper, Logf and Errorf implement exchange.Reporter: what breaks the contract is
// printed and counted.
func (t *served) Helper() {}

func (t *served) Logf(format string, args ...any) { fmt.Fprintf(t.stderr, format+"\n", args...) }

func (t *served) Errorf(format string, args ...any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.breaches++
	fmt.Fprintf(t.stderr, format+"\n", args...)
}

func (t *served) state(w http.ResponseWriter, _ *http.Request) {
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
func (t *served) anew() error {
	t.tenant().Close()
	return t.begin()
}

func (t *served) reset(w http.ResponseWriter, _ *http.Request) {
	if err := t.anew(); err != nil {
		reply(w, 0, nil, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func (t *served) emit(w http.ResponseWriter, r *http.Request) {
	all, err := t.happen(r)
	reply(w, http.StatusOK, map[string]any{"deliveries": told(all)}, err)
}

// happening is what POST /-/events takes.
type happening struct {
	Event      string                     `json:"event"`
	Set        map[string]json.RawMessage `json:"set"`
	Remove     []string                   `json:"remove"`
	Body       json.RawMessage            `json:"body"`
	Duplicates int                        `json:"duplicates"`
}

func (t *served) happen(r *http.Request) ([]simulator.Delivery, error) {
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
