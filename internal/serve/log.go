package serve

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"

	"example.com/webhookvcr/internal/exchange"
	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/replay"
)

// LogPath is where a [Server] shows its [Log]. No vendor begins a path with a hyphen.
const LogPath = "/-/requests"

// LogVersion rises when a member of a [Report] changes its meaning or goes.
const LogVersion = 1

// maxKept bounds the requests that a log remembers.
const maxKept = 10_000

// Result says what became of a request.
type Result string

const (
	Answered Result = "answered" // with a recorded answer, or with the fault of its step
	Missed   Result = "missed"   // no recorded interaction answers it
	Refused  Result = "refused"  // it is no exchange that a cassette can hold
)

// Report is what a log knows. Its JSON form is read by scripts.
type Report struct {
	Version  int    `json:"version"`
	Provider string `json:"provider"`
	// Asked counts the requests, and Answered, Missed and Refused what became of
	// them. Breaches counts those that broke the contract, whatever became of
	// them.
	Asked    int `json:"asked"`
	Answered int `json:"answered"`
	Missed   int `json:"missed"`
	Refused  int `json:"refused"`
	Breaches int `json:"breaches"`
	// Forgotten counts the oldest requests, of which only the counts are left.
	Forgotten int     `json:"forgotten"`
	Requests  []Entry `json:"requests"`
	// Unused describes the steps that no request has asked for.
	Unused []string `json:"unused"`
}

// Entry is one request and what answered it. It holds no header, no body and no credential.
type Entry struct {
	// Number counts the requests from 1, those before a reset included.
	Number int    `json:"number"`
	Method string `json:"method"`
	// URL is the vendor's, not this server's.
	URL    string `json:"url"`
	Result Result `json:"result"`
	// Status is that of the answer; 0 when the step's fault lets none through.
	Status int `json:"status"`
	// By is nil when nothing answered.
	By *By `json:"by"`
	// Explanation says why nothing answered, as a test would.
	Explanation string `json:"explanation,omitempty"`
	// Nearest is the recorded interaction that comes nearest to a request that was
	// missed; nil when there is none.
	Nearest *Nearest `json:"nearest,omitempty"`
	// Breach says how the exchange broke the contract.
	Breach string `json:"breach,omitempty"`
	// Notes are remarks that fail nothing, such as an undocumented member.
	Notes []string `json:"notes,omitempty"`
}

// Failed reports whether the request had no answer or broke the contract.
func (e Entry) Failed() bool { return e.Result != Answered || e.Breach != "" }

// By names a recorded interaction.
type By struct {
	// Step counts from 1, and Name is the step as it was given.
	Step     int    `json:"step"`
	Name     string `json:"name"`
	Cassette string `json:"cassette"`
	// Interaction counts from 0, as in the cassette.
	Interaction int `json:"interaction"`
	// Source is "live", "simulated", or empty for another recorder's cassette.
	Source string `json:"source"`
	// Fault is the step's modifier, or empty.
	Fault string `json:"fault,omitempty"`
}

// Nearest is a recorded interaction, and what differs from it.
type Nearest struct {
	By By `json:"by"`
	// Differs is "method", "URL", "Accept" or "body"; "used" for the same request
	// whose answer is not to be had any more.
	Differs     string       `json:"differs"`
	Differences []Difference `json:"differences"`
	// More counts the differences that are not listed.
	More int `json:"more"`
}

// Difference is one part of a request that differs.
type Difference = replay.Difference

// Log is an http.RoundTripper that answers from a sequence and remembers every
// exchange. It is safe for concurrent use.
type Log struct {
	config exchange.Config
	// OnFailure, if not nil, is told of every request without an answer and of
	// every breach of the contract, one at a time.
	OnFailure func(Entry)
	// OnAnswer, if not nil, is told of every other request, one at a time.
	OnAnswer func(Entry)

	// recorded are the credentials in requests of the cassettes, which may be another recorder's.
	recorded credentials

	mu       sync.Mutex
	sequence *replay.Sequence
	report   Report
	number   int // of the last request
	watchers []chan *Entry
}

// NewLog returns a log of what a sequence answers. The configuration's Report and
// NoDefaults have no effect: the log is what is reported to, and requests pass as
// they are.
func NewLog(c exchange.Config, s *replay.Sequence) *Log {
	c.Bare = true
	l := &Log{config: c, sequence: s, report: Report{Version: LogVersion, Provider: c.Definition.Name, Requests: []Entry{}}}
	for _, asked := range s.Requests() {
		l.recorded.add(credentialsOf(c.Definition, asked)...)
	}
	return l
}

// RoundTrip implements http.RoundTripper.
func (l *Log) RoundTrip(req *http.Request) (*http.Response, error) {
	w := &witness{}
	c := l.config
	c.Report = w
	resp, by, err := replay.NewTransport(c, l.steps()).Exchange(req)
	e := w.exchange(c.Definition, req, by, err)
	if resp != nil {
		e.Status = resp.StatusCode
	}
	if e.Explanation+e.Breach+req.URL.RawQuery != "" || len(e.Notes) > 0 {
		// The client that hears of a miss has sent what its text quotes; whoever
		// reads the log has not.
		asked := exchange.Asked(req, nil)
		if by.Request != nil {
			asked = by.Request.Request
		}
		sent := credentialsOf(c.Definition, asked)
		hide := func(text string) string { return l.recorded.from(sent.from(text)) }
		e.URL, e.Explanation, e.Breach = hide(e.URL), hide(e.Explanation), hide(e.Breach)
		for i, note := range e.Notes {
			e.Notes[i] = hide(note)
		}
		if e.Nearest != nil {
			for i, d := range e.Nearest.Differences {
				e.Nearest.Differences[i] = Difference{Place: hide(d.Place), Recorded: hide(d.Recorded), Sent: hide(d.Sent)}
			}
		}
	}
	l.add(e)
	return resp, err
}

// refuse remembers a request that no transport can be asked for.
func (l *Log) refuse(r *http.Request, err error) {
	target := l.config.Definition.BaseURL + r.URL.EscapedPath()
	if r.URL.RawQuery != "" {
		target += "?" + r.URL.RawQuery
	}
	l.add(Entry{Method: exchange.Method(r), URL: credentialsOf(l.config.Definition, exchange.Asked(r, nil)).from(target), Result: Refused, Explanation: err.Error()})
}

func (l *Log) add(e Entry) {
	l.mu.Lock()
	defer l.mu.Unlock()
	r := &l.report
	r.Asked++
	switch e.Result {
	case Answered:
		r.Answered++
	case Missed:
		r.Missed++
	case Refused:
		r.Refused++
	}
	if e.Breach != "" {
		r.Breaches++
	}
	l.number++
	e.Number = l.number
	if len(r.Requests) >= maxKept {
		// Half at a time, so that forgetting costs next to nothing.
		r.Requests = slices.Clone(r.Requests[maxKept/2:])
		r.Forgotten += maxKept / 2
	}
	r.Requests = append(r.Requests, e)
	l.watch(&e)
	hear := l.OnAnswer
	if e.Failed() {
		hear = l.OnFailure
	}
	if hear != nil {
		hear(e)
	}
}

// Reset begins anew with a sequence of the same steps, and returns what there was
// to know until then.
func (l *Log) Reset(s *replay.Sequence) Report {
	was := l.Report()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sequence = s
	l.report = Report{Version: LogVersion, Provider: was.Provider, Requests: []Entry{}}
	l.watch(nil)
	return was
}

func (l *Log) steps() *replay.Sequence {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.sequence
}

// Report returns what there is to know so far.
func (l *Log) Report() Report {
	unused := l.steps().Unused()
	l.mu.Lock()
	defer l.mu.Unlock()
	r := l.report
	r.Requests = slices.Clone(r.Requests)
	r.Unused = []string{}
	for _, step := range unused {
		r.Unused = append(r.Unused, l.recorded.from(step))
	}
	return r
}

// ServeHTTP shows the report as JSON.
func (l *Log) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		onlyRead(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	_ = encoder.Encode(l.Report()) // it fails only when the client has gone
}

type witness struct{ failures, notes []string }

func (w *witness) Helper() {}

func (w *witness) Logf(format string, args ...any) {
	w.notes = append(w.notes, fmt.Sprintf(format, args...))
}

func (w *witness) Errorf(format string, args ...any) {
	w.failures = append(w.failures, fmt.Sprintf(format, args...))
}

func (w *witness) exchange(def *provider.Definition, req *http.Request, by replay.Answered, err error) Entry {
	e := Entry{Method: exchange.Method(req), URL: exchange.NewRedactor(def, exchange.Asked(req, nil)).URL(req.URL), Result: Answered, Notes: w.notes}
	var miss *replay.MissError
	switch {
	case errors.As(err, &miss):
		e.Result, e.Explanation, e.Nearest = Missed, miss.Error(), nearest(miss.Nearest)
	case by.Index == nil:
		e.Result, e.Explanation = Refused, err.Error()
	default:
		e.By = nameOf(by)
		e.Breach = strings.Join(w.failures, "\n")
		if s := by.Index.Scenario; by.Request.Credential.Missing && (s == nil || s.Request.Credential != provider.Missing) {
			e.Notes = append(e.Notes, fmt.Sprintf("the request carries no credential; %s would refuse it", def.Title))
		}
	}
	return e
}

// nearest is what a log keeps of an interaction that comes near.
func nearest(n *replay.Nearest) *Nearest {
	if n == nil {
		return nil
	}
	return &Nearest{*nameOf(n.Answered), n.Differs, append([]Difference{}, n.Differences...), n.More}
}

func nameOf(by replay.Answered) *By {
	return &By{
		Step: by.Step, Name: StepName(by.Name), Cassette: by.Index.File.Name,
		Interaction: by.Interaction, Source: by.Index.File.Header.Source, Fault: by.Fault.Modifier(),
	}
}

// StepName is a step's name as it was given, which messages may quote.
func StepName(name string) string {
	if plain, err := strconv.Unquote(name); err == nil {
		return plain
	}
	return name
}
