package vcr

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"gopkg.in/dnaeon/go-vcr.v3/cassette"

	"example.com/webhookvcr/internal/alias"
)

// MissError says that no recorded interaction answers a request, and why. It
// wraps cassette.ErrInteractionNotFound of go-vcr.
type MissError struct {
	text string
}

func (e *MissError) Error() string { return e.text }

// Unwrap lets errors.Is find go-vcr's sentinel.
func (e *MissError) Unwrap() error { return cassette.ErrInteractionNotFound }

// maxCompared bounds the interactions that an explanation compares, so that a
// miss on a cassette of ten thousand is explained as fast as on one of ten.
const maxCompared = 16

// maxShown bounds the interactions that an explanation shows.
const maxShown = 3

// miss explains why no interaction answers a request.
func (r *Replay) miss(c *call) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	var names []string
	for _, p := range r.steps {
		if name := p.Tape.title(); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s has no answer for\n\t%s", strings.Join(names, ", "), describeRequest(c.known.method, c.req.URL.String(), c.body))
	candidates := r.nearest(c.known)
	for i, n := range candidates {
		if i == maxShown {
			break
		}
		if i == 0 {
			b.WriteString("\nnearest is ")
		} else {
			b.WriteString("\nthen ")
		}
		b.WriteString(n.explain(c.known))
	}
	if len(candidates) == 0 {
		b.WriteString("\nnothing was recorded")
	}
	if r.Hint != "" {
		b.WriteString("\n" + r.Hint)
	}
	return &MissError{b.String()}
}

// candidate is an interaction near a request that it does not answer.
type candidate struct {
	step *progress
	id   int
	// rank counts what fits: a higher one is nearer.
	rank  int
	stage string
}

func (r *Replay) nearest(k *known) []candidate {
	var found []candidate
	for _, p := range r.steps {
		for _, id := range p.compared() {
			e := &p.Tape.entries[id]
			n := candidate{step: p, id: id}
			n.rank, n.stage = closeness(e, k)
			found = append(found, n)
		}
	}
	slices.SortStableFunc(found, func(a, b candidate) int { return b.rank - a.rank })
	return found
}

// compared lists the interactions worth a comparison: around the first unused
// one, which is where a sequence has got out of step.
func (p *progress) compared() []int {
	first := 0
	for first < len(p.Tape.entries) && p.isUsed(first) {
		first++
	}
	first = max(0, min(first-maxCompared/4, len(p.Tape.entries)-maxCompared))
	var ids []int
	for id := first; id < len(p.Tape.entries) && len(ids) < maxCompared; id++ {
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

func closeness(e *entry, k *known) (int, string) {
	recorded := canonicalURL(e.url)
	path := func(s string) string { p, _, _ := strings.Cut(s, "?"); return p }
	switch {
	case path(recorded) != path(k.url):
		rank := 0
		if e.ia.Request.Method == k.method {
			rank = 1
		}
		return rank, stageURL
	case e.ia.Request.Method != k.method:
		return 2, stageMethod
	case recorded != k.url:
		return 3, stageURL
	case e.accept != "" && !k.any && !slices.Contains(k.accepts, e.accept):
		return 4, stageAccept
	case canonicalBody([]byte(e.ia.Request.Body)) != k.body && !bindBody(canonicalBody([]byte(e.ia.Request.Body)), k.body, new(alias.Sent)):
		return 5, stageBody
	default:
		return 6, stageUsed
	}
}

func (n candidate) explain(k *known) string {
	e := &n.step.Tape.entries[n.id]
	label := n.step.Tape.label(n.id)
	switch n.stage {
	case stageMethod:
		return fmt.Sprintf("%s (same URL), whose method differs:\n\t-%s +%s", label, e.ia.Request.Method, k.method)
	case stageURL:
		return fmt.Sprintf("%s, whose URL differs:\n\t-%s %s", label, e.ia.Request.Method, e.ia.Request.URL)
	case stageAccept:
		return fmt.Sprintf("%s (same method and URL), which was asked for as another media type:\n\tAccept  -%q  +%q", label, e.accept, strings.Join(k.accepts, ", "))
	case stageBody:
		return fmt.Sprintf("%s (same method, URL and headers), whose body differs:\n\t%s", label, strings.Join(diffBodies(e.ia.Request.Body, k.body), "\n\t"))
	default:
		return fmt.Sprintf("%s (the same request), already used by the call at %s", label, n.step.uses[n.id].caller())
	}
}

// caller finds the place in the code under test, or in its test, that made the
// call: the first frame outside net/http and this module.
func (u use) caller() string {
	frames := runtime.CallersFrames(u.callers)
	for {
		frame, more := frames.Next()
		if frame.File != "" && !strings.HasPrefix(frame.Function, "net/http.") && !strings.HasPrefix(frame.Function, "runtime.") &&
			!strings.Contains(frame.Function, "/internal/vcr.") && !strings.Contains(frame.Function, "go-vcr.v3/") {
			return fmt.Sprintf("%s:%d", filepath.Base(frame.File), frame.Line)
		}
		if !more {
			return "an unknown place"
		}
	}
}

// title names a tape in messages; a simulated cassette is always called so.
func (t *Tape) title() string {
	name := t.File.Name
	if t.Scenario != nil {
		name = t.Scenario.Name
	}
	if t.File.Header.Source == Simulated {
		name += " (simulated)"
	}
	return name
}

// label names one interaction in messages.
func (t *Tape) label(id int) string {
	if t.Scenario != nil && len(t.entries) == 1 {
		return t.title()
	}
	return fmt.Sprintf("%s #%d", t.title(), id)
}

func (t *Tape) request(id int) string {
	req := &t.entries[id].ia.Request
	return describeRequest(req.Method, req.URL, []byte(req.Body))
}

// maxQuoted bounds the part of a body that a message quotes.
const maxQuoted = 400

func describeRequest(method, url string, body []byte) string {
	line := method + " " + url
	if len(body) > 0 {
		var compact bytes.Buffer
		if len(body) < 1<<16 && json.Compact(&compact, body) == nil {
			body = compact.Bytes()
		}
		if len(body) > maxQuoted {
			return fmt.Sprintf("%s %q… (%d bytes)", line, body[:maxQuoted], len(body))
		}
		line += " " + printable(string(body))
	}
	return line
}

// printable keeps JSON as it is and quotes what would break a line.
func printable(s string) string {
	for _, r := range s {
		if r < ' ' || r == 0x7f || r == '\ufffd' {
			return fmt.Sprintf("%q", s)
		}
	}
	return s
}

// diffBodies lists the members that differ, want before got.
func diffBodies(want, got string) []string {
	var a, b any
	if !decodeExact(canonicalBody([]byte(want)), &a) || !decodeExact(got, &b) {
		return []string{fmt.Sprintf("-%s", clip(want)), fmt.Sprintf("+%s", clip(got))}
	}
	var lines []string
	diffValues("", a, b, &lines)
	if len(lines) > 8 {
		lines = append(lines[:8], fmt.Sprintf("and %d more", len(lines)-8))
	}
	if len(lines) == 0 {
		lines = []string{fmt.Sprintf("-%s", clip(want)), fmt.Sprintf("+%s", clip(got))}
	}
	return lines
}

func clip(s string) string {
	if len(s) > maxQuoted {
		return fmt.Sprintf("%q… (%d bytes)", s[:maxQuoted], len(s))
	}
	return printable(s)
}

func diffValues(pointer string, want, got any, lines *[]string) {
	switch a := want.(type) {
	case map[string]any:
		if b, ok := got.(map[string]any); ok {
			names := make([]string, 0, len(a)+len(b))
			for name := range a {
				names = append(names, name)
			}
			for name := range b {
				if _, ok := a[name]; !ok {
					names = append(names, name)
				}
			}
			slices.Sort(names)
			for _, name := range names {
				at := pointer + "/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(name)
				x, inA := a[name]
				y, inB := b[name]
				switch {
				case !inB:
					*lines = append(*lines, fmt.Sprintf("%s  -%s", at, compact(x)))
				case !inA:
					*lines = append(*lines, fmt.Sprintf("%s  +%s", at, compact(y)))
				default:
					diffValues(at, x, y, lines)
				}
			}
			return
		}
	case []any:
		if b, ok := got.([]any); ok && len(a) == len(b) {
			for i := range a {
				diffValues(fmt.Sprintf("%s/%d", pointer, i), a[i], b[i], lines)
			}
			return
		}
	case string:
		if b, ok := got.(string); ok {
			if _, sent := alias.IsSent(a); a == b || sent && new(alias.Sent).Bind(a, b) {
				return
			}
		}
	}
	if x, y := compact(want), compact(got); x != y {
		*lines = append(*lines, fmt.Sprintf("%s  -%s  +%s", pointer, x, y))
	}
}

func compact(v any) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if e.Encode(v) != nil {
		return "…"
	}
	return clip(strings.TrimSpace(b.String()))
}
