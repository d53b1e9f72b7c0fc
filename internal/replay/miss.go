package replay

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"example.com/webhookvcr/internal/cassette"
	"example.com/webhookvcr/internal/exchange"
	"example.com/webhookvcr/internal/jsontext"
	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/say"
)

// MissError says that no recorded interaction answers a request, and why. It
// wraps cassette.ErrInteractionNotFound of go-vcr.
type MissError struct {
	// Nearest is the recorded interaction that comes nearest; nil when none is compared.
	Nearest *Nearest

	text string
}

// Nearest is a recorded interaction that does not answer a request.
type Nearest struct {
	Answered
	// Differs is "method", "URL", "Accept" or "body"; "used" for the same request
	// whose answer is not to be had any more.
	Differs     string
	Differences []Difference
	// More counts the differences that are not listed.
	More int
}

// newMiss makes an error of a text, in which two places that look alike differ.
func newMiss(nearest *Nearest, text string) *MissError {
	return &MissError{nearest, jsontext.Visible(text)}
}

func (e *MissError) Error() string { return e.text }

// Unwrap lets errors.Is find go-vcr's sentinel.
func (e *MissError) Unwrap() error { return cassette.ErrNotFound }

// maxCompared bounds the interactions that an explanation compares, so that a
// miss on a cassette of ten thousand is explained as fast as on one of ten.
const maxCompared = 16

// maxShown bounds the interactions that an explanation shows.
const maxShown = 3

func (s *Sequence) miss(r *exchange.Request, k *Key, breaches []string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var b strings.Builder
	switch place := exchange.Callers().String(); {
	case len(s.steps) == 0 && place == "":
		b.WriteString("no step was given, so that no request may come, and here is one")
	case len(s.steps) == 0:
		b.WriteString("no step was given, so that no request may come, and the call at " + place + " sends one")
	case place == "":
		b.WriteString(s.noAnswer())
	default:
		b.WriteString(s.noAnswer() + " the call at " + place)
	}
	secret := exchange.NewRedactor(k.def, r.Request)
	b.WriteString("\n\t" + secret.Request(r.Request))
	if len(breaches) > 0 {
		b.WriteString("\nthe request breaks the contract of " + k.def.Title + ":\n\t" + strings.Join(breaches, "\n\t"))
	}
	if p, id, _, _ := s.find(k); p != nil { // it is only not its turn
		first := s.skipped(p, id)
		fmt.Fprintf(&b, "\n%s answers it, but InOrder is set and %s comes first, which no request has asked for\n\t%s",
			s.label(p, id), s.label(first.step, first.id), first.step.Index.request(first.id))
		return newMiss(nil, b.String())
	}
	var nearest *Nearest
	for i, n := range s.nearest(k) {
		if i == maxShown {
			break
		}
		if i == 0 {
			b.WriteString("\nnearest is ")
			nearest = n.described(r, k, secret)
		} else {
			b.WriteString("\nthen ")
		}
		b.WriteString(n.explain(s, r, k, secret))
		b.WriteString(n.elsewhere(s, k.def))
	}
	if s.Hint != nil {
		b.WriteString("\n" + s.Hint())
	}
	return newMiss(nearest, b.String())
}

// noAnswer begins a miss with what was searched.
func (s *Sequence) noAnswer() string {
	var names []string
	for _, p := range s.steps {
		if name := p.Index.title(); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	if len(names) == 1 {
		return names[0] + " has no answer for"
	}
	return say.List(names, "and") + " have no answer for"
}

// candidate is an interaction near a request that it does not answer.
type candidate struct {
	step *progress
	id   int
	// rank counts what fits: a higher one is nearer.
	rank  int
	stage string
}

func (s *Sequence) nearest(k *Key) []candidate {
	var found []candidate
	for _, p := range s.steps {
		for _, id := range p.compared() {
			n := candidate{step: p, id: id, rank: 6, stage: stageUsed}
			if !p.Index.answered(id, k) {
				n.rank, n.stage = p.Index.closeness(id, k)
			}
			found = append(found, n)
		}
	}
	slices.SortStableFunc(found, func(a, b candidate) int { return b.rank - a.rank })
	return found
}

// answered reports whether an interaction stands in one of the classes of a
// request: a scenario of an error answers others than the recorded one as well.
func (t *Index) answered(id int, k *Key) bool {
	for c := range t.classesOf(k, k.class.Body) {
		if _, found := slices.BinarySearch(t.classes[c], id); found {
			return true
		}
	}
	return false
}

// compared lists the interactions worth a comparison: around the first unused
// one, which is where a sequence has got out of step.
func (p *progress) compared() []int {
	first := 0
	for first < len(p.Index.entries) && p.isUsed(first) {
		first++
	}
	first = max(0, min(first-maxCompared/4, len(p.Index.entries)-maxCompared))
	var ids []int
	for id := first; id < len(p.Index.entries) && len(ids) < maxCompared; id++ {
		ids = append(ids, id)
	}
	return ids
}

// The stages of a comparison, each ruling out what follows.
const (
	stageMethod = "method"
	stageURL    = "URL"
	stageAccept = "Accept"
	stageBody   = "body"
	stageUsed   = "used"
)

func (t *Index) closeness(id int, k *Key) (int, string) {
	e, fresh := &t.entries[id], t.newSent()
	recorded := cassette.CanonicalURL(e.url)
	path := func(s string) string { p, _, _ := strings.Cut(s, "?"); return p }
	body := cassette.CanonicalBody([]byte(e.ia.Request.Body))
	switch {
	case path(recorded) != path(k.class.URL):
		rank := 0
		if e.ia.Request.Method == k.class.Method {
			rank = 1
		}
		return rank, stageURL
	case e.ia.Request.Method != k.class.Method:
		return 2, stageMethod
	case recorded != k.class.URL && !(e.bound && bindURL(recorded, k.class.URL, fresh.Try())):
		return 3, stageURL
	case !k.takes(e.accept):
		return 4, stageAccept
	case body != k.class.Body && !(e.bound && bindBody(body, k.class.Body, fresh.Try())):
		return 5, stageBody
	default:
		return 6, stageUsed
	}
}

// maxDifferences bounds the members that an explanation lists.
const maxDifferences = 8

func (n candidate) described(r *exchange.Request, k *Key, secret exchange.Redactor) *Nearest {
	d := &Nearest{Answered: Answered{Index: n.step.Index, Step: n.step.number, Name: n.step.Name, Interaction: n.id, Fault: n.step.Fault}, Differs: n.stage}
	switch e := &n.step.Index.entries[n.id]; n.stage {
	case stageMethod:
		d.Differences = []Difference{{"method", e.ia.Request.Method, k.class.Method}}
	case stageURL:
		d.Differences = diffURLs(secret, e.url, r.URL)
	case stageAccept:
		d.Differences = []Difference{{"Accept", strconv.Quote(e.accept), strconv.Quote(k.accept.asks())}}
	case stageBody:
		d.Differences = diffBodies(secret, e.ia.Request.Body, k.class.Body)
		if more := len(d.Differences) - maxDifferences; more > 0 {
			d.Differences, d.More = d.Differences[:maxDifferences], more
		}
	}
	return d
}

// differing begins what is said of an interaction, by the stage that rules it out.
var differing = map[string]string{
	stageMethod: "same URL, but the method differs",
	stageURL:    "the URL differs",
	stageAccept: "same method and URL, but another media type is asked for",
	stageBody:   "same method and URL, but the body differs",
}

func (n candidate) explain(s *Sequence, r *exchange.Request, k *Key, secret exchange.Redactor) string {
	e := &n.step.Index.entries[n.id]
	label := s.label(n.step, n.id)
	if why := differing[n.stage]; why != "" {
		d := n.described(r, k, secret)
		text := label + ": " + why + " (-recorded +sent)"
		for _, difference := range d.Differences {
			text += "\n\t" + difference.String()
		}
		if d.More > 0 {
			text += fmt.Sprintf("\n\tand %d more", d.More)
		}
		return text
	}
	if !n.step.isUsed(n.id) {
		return fmt.Sprintf("%s: the same request, but what varies in it does not fit the calls before: where the recording has one value twice, a replay must send one twice, and where it has two, two\n\t%s",
			label, strings.Join(e.unbound(k, r.URL, &n.step.sent), ", "))
	}
	if place := n.step.uses[n.id].String(); place != "" {
		return fmt.Sprintf("%s: the same request, but already used by the call at %s", label, place)
	}
	return label + ": the same request, but already used by an earlier call"
}

// elsewhere is the way out for a write with another body than the scenario's.
func (n candidate) elsewhere(s *Sequence, def *provider.Definition) string {
	sc := n.step.Index.Scenario
	if n.stage != stageBody || sc == nil || sc.Status >= 300 || s.Elsewhere == "" {
		return ""
	}
	operation, _, _ := strings.Cut(sc.Name, "/")
	if op := def.Operation(operation); op == nil || !op.Writes {
		return ""
	}
	differ := ""
	if len(sc.Varies) > 0 {
		differ = ", in which " + strings.Join(sc.Varies, " and ") + " may differ"
	}
	return fmt.Sprintf("\n\tthe scenario answers this body%s; %s", differ, s.Elsewhere)
}

// label names an interaction, its file and, in a sequence, its step.
func (s *Sequence) label(p *progress, id int) string {
	t := p.Index
	label := t.label(id)
	if t.Scenario != nil {
		label += " in " + t.File.Name
	}
	if len(s.steps) > 1 {
		label = fmt.Sprintf("step %d, %s", p.number, label)
	}
	return label
}

// title names a cassette in messages; a simulated cassette is always called so.
func (t *Index) title() string {
	name, what := t.File.Name, []string(nil)
	if t.Scenario != nil {
		name = t.Scenario.Name
	}
	if t.File.Header.Source == cassette.Simulated {
		what = append(what, "simulated")
	}
	if t.origin != nil {
		what = append(what, "changed by the test")
	}
	if len(what) > 0 {
		name += " (" + strings.Join(what, ", ") + ")"
	}
	return name
}

func (t *Index) label(id int) string {
	if t.Scenario != nil && len(t.entries) == 1 {
		return t.title()
	}
	return fmt.Sprintf("%s #%d", t.title(), id)
}

func (t *Index) request(id int) string {
	req := cassette.RequestOf(t.entries[id].ia)
	return exchange.NewRedactor(t.def, req).Request(req)
}
