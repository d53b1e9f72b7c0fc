package vcr

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"

	"example.com/webhookvcr/internal/provider"
)

// JournalPath is where a [Server] shows its [Journal]. No vendor begins a path
// with a hyphen.
const JournalPath = "/-/requests"

// JournalVersion rises when a member of a [Report] changes its meaning or goes.
const JournalVersion = 1

// maxKept bounds the requests that a journal remembers.
const maxKept = 10_000

// Result says what became of a request.
type Result string

// The results.
const (
	Served  Result = "answered" // with a recorded answer, or with the fault of its step
	Missed  Result = "missed"   // no recorded interaction answers it
	Refused Result = "refused"  // it is no exchange that a cassette can hold
)

// Report is what a journal knows. Its JSON form is read by scripts.
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
	Forgotten int        `json:"forgotten"`
	Requests  []Exchange `json:"requests"`
	// Unused describes the steps that no request has asked for.
	Unused []string `json:"unused"`
}

// Failed reports whether a request had no answer or broke the contract.
func (r Report) Failed() bool { return r.Missed+r.Refused+r.Breaches > 0 }

// Exchange is one request and what answered it. It holds no header, no body and
// no credential.
type Exchange struct {
	// Number counts the requests from 1.
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
	// Breach says how the exchange broke the contract.
	Breach string `json:"breach,omitempty"`
	// Notes are remarks that fail nothing, such as an undocumented member.
	Notes []string `json:"notes,omitempty"`
}

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

// Journal is an http.RoundTripper that answers from a replay and remembers every
// exchange. It is safe for concurrent use.
type Journal struct {
	config   Config
	sequence *Sequence
	// OnFailure, if not nil, is told of every request without an answer and of
	// every breach of the contract, one at a time.
	OnFailure func(Exchange)

	// recorded are the credentials in requests of the cassettes, which may be
	// another recorder's.
	recorded withheld

	mu     sync.Mutex
	report Report
}

// NewJournal returns a journal of the replay. The configuration's Report and
// NoDefaults have no effect: the journal is what is reported to, and requests
// pass as they are.
func NewJournal(c Config, s *Sequence) *Journal {
	c.Bare = true
	j := &Journal{config: c, sequence: s, report: Report{Version: JournalVersion, Provider: c.Definition.Name, Requests: []Exchange{}}}
	for _, asked := range s.Requests() {
		j.recorded.add(withhold(c.Definition, asked.Sent, asked.Body)...)
	}
	return j
}

// RoundTrip implements http.RoundTripper.
func (j *Journal) RoundTrip(req *http.Request) (*http.Response, error) {
	w := &witness{}
	c := j.config
	c.Report = w
	resp, by, err := NewTransport(c, j.sequence).Exchange(req)
	e := w.exchange(c.Definition, req, by, err)
	if resp != nil {
		e.Status = resp.StatusCode
	}
	if e.Explanation+e.Breach+req.URL.RawQuery != "" || len(e.Notes) > 0 {
		// The client that hears of a miss has sent what its text quotes; whoever
		// reads the journal has not.
		var body []byte
		if by.Request != nil {
			body = by.Request.Body
		}
		sent := withhold(c.Definition, req, body)
		hide := func(text string) string { return j.recorded.from(sent.from(text)) }
		e.URL, e.Explanation, e.Breach = hide(e.URL), hide(e.Explanation), hide(e.Breach)
		for i, note := range e.Notes {
			e.Notes[i] = hide(note)
		}
	}
	j.add(e)
	return resp, err
}

// refuse remembers a request that no transport can be asked for.
func (j *Journal) refuse(r *http.Request, err error) {
	target := j.config.Definition.BaseURL + r.URL.EscapedPath()
	if r.URL.RawQuery != "" {
		target += "?" + r.URL.RawQuery
	}
	j.add(Exchange{Method: Method(r), URL: withhold(j.config.Definition, r, nil).from(target), Result: Refused, Explanation: err.Error()})
}

func (j *Journal) add(e Exchange) {
	j.mu.Lock()
	defer j.mu.Unlock()
	r := &j.report
	r.Asked++
	switch e.Result {
	case Served:
		r.Answered++
	case Missed:
		r.Missed++
	case Refused:
		r.Refused++
	}
	if e.Breach != "" {
		r.Breaches++
	}
	e.Number = r.Asked
	if len(r.Requests) >= maxKept {
		// Half at a time, so that forgetting costs next to nothing.
		r.Requests = slices.Clone(r.Requests[maxKept/2:])
		r.Forgotten += maxKept / 2
	}
	r.Requests = append(r.Requests, e)
	if j.OnFailure != nil && (e.Result != Served || e.Breach != "") {
		j.OnFailure(e)
	}
}

// Report returns what there is to know so far.
func (j *Journal) Report() Report {
	unused := j.sequence.Unused()
	j.mu.Lock()
	defer j.mu.Unlock()
	r := j.report
	r.Requests = slices.Clone(r.Requests)
	r.Unused = []string{}
	for _, step := range unused {
		r.Unused = append(r.Unused, j.recorded.from(step))
	}
	return r
}

// ServeHTTP shows the report as JSON.
func (j *Journal) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, JournalPath+" can be read only", http.StatusMethodNotAllowed)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	_ = encoder.Encode(j.Report()) // it fails only when the client has gone
}

// witness hears what is reported of one exchange.
type witness struct{ failures, notes []string }

func (w *witness) Helper() {}

func (w *witness) Logf(format string, args ...any) {
	w.notes = append(w.notes, fmt.Sprintf(format, args...))
}

func (w *witness) Errorf(format string, args ...any) {
	w.failures = append(w.failures, fmt.Sprintf(format, args...))
}

// exchange says what became of the request.
func (w *witness) exchange(def *provider.Definition, req *http.Request, by Answered, err error) Exchange {
	e := Exchange{Method: Method(req), URL: secrecyOf(def, req, nil).url(req.URL), Result: Served, Notes: w.notes}
	var miss *MissError
	switch {
	case errors.As(err, &miss):
		e.Result, e.Explanation = Missed, miss.Error()
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

// nameOf names the interaction that answered.
func nameOf(by Answered) *By {
	name := by.Name
	if plain, err := strconv.Unquote(name); err == nil {
		name = plain
	}
	return &By{
		Step: by.Step, Name: name, Cassette: by.Index.File.Name,
		Interaction: by.Interaction, Source: by.Index.File.Header.Source, Fault: by.Fault.modifier(),
	}
}
