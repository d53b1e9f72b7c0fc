package record

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"

	"example.com/webhookvcr/internal/cassette"
	"example.com/webhookvcr/internal/contract"
	"example.com/webhookvcr/internal/replay"
	"example.com/webhookvcr/internal/say"
)

// CommitError says why a recording was not written. The file is as it was.
type CommitError struct {
	Name    string
	Reasons []string
	// Hint is the one next step.
	Hint string
}

func (e *CommitError) Error() string {
	var b strings.Builder
	if len(e.Reasons) == 1 {
		fmt.Fprintf(&b, "%s not written: %s", e.Name, e.Reasons[0])
	} else {
		fmt.Fprintf(&b, "%s not written:\n\t%s", e.Name, strings.Join(e.Reasons, "\n\t"))
	}
	if e.Hint != "" {
		fmt.Fprintf(&b, "\nhint: %s", e.Hint)
	}
	return b.String()
}

// Told leaves out the reasons that the test was told when they came up.
func (e *CommitError) Told(told func(reason string) bool) {
	before := len(e.Reasons)
	e.Reasons = slices.DeleteFunc(e.Reasons, told)
	if n := before - len(e.Reasons); n > 0 {
		e.Reasons = append(e.Reasons, "an exchange was refused or breaks the contract, as said above")
	}
}

// Outcome says what a commit did.
type Outcome struct {
	// Written is false when the recording says the same as the file.
	Written bool
	// Interactions is the number of recorded exchanges, Before that of the cassette
	// that was there.
	Interactions, Before int
	// Accepted are the contract problems that the cassette now lists.
	Accepted []string
}

// Verdict is how a test, or a scenario, has ended.
type Verdict int

const (
	Passed     Verdict = iota
	Failed             // it went on to its end
	EndedEarly         // it failed, and what it had still to ask was not asked
)

// Commit saves what was recorded, or says why not and changes nothing. It is
// the only way in which a cassette gets on the disk. Of a test that has not passed a
// recording that passes every other gate is kept as NAME.rejected.yaml; the next one
// that succeeds removes that.
func (r *Recording) Commit(test Verdict) (Outcome, error) {
	defer r.alone()()
	defer r.Release()
	data, header, err := r.gate()
	if err != nil {
		return Outcome{}, err
	}
	outcome := Outcome{Interactions: len(r.captured), Accepted: header.Accepted}
	if test != Passed {
		return outcome, r.reject(data, test)
	}
	outcome, err = r.save(data, header, outcome)
	if err == nil {
		// That it stays is no reason to fail what has succeeded.
		if info, err := os.Lstat(rejected(r.Path)); err == nil && info.Mode().IsRegular() {
			_ = os.Remove(rejected(r.Path))
		}
	}
	return outcome, err
}

// save replaces the file unless it says the same.
func (r *Recording) save(data string, header cassette.Header, outcome Outcome) (Outcome, error) {
	old, err := os.ReadFile(r.Path)
	switch {
	case err == nil && string(old) == data:
		return outcome, nil
	case err == nil:
		if file, err := cassette.Parse(r.Name, old); err == nil {
			if cassette.Same(file, header, r.captured, r.Definition.Volatile) {
				return outcome, nil
			}
			outcome.Before = len(file.Interactions)
		}
	case !errors.Is(err, fs.ErrNotExist):
		return outcome, r.refused("", err.Error())
	}
	if r.before.Changed(r.Path) {
		return outcome, r.refused("let one process at a time record it", "the file has changed since this recording began")
	}
	if err := cassette.Replace(r.Path, data, r.captured, r.place); err != nil {
		return outcome, r.refused("", err.Error())
	}
	outcome.Written = true
	return outcome, nil
}

func (r *Recording) refused(hint string, reasons ...string) error {
	slices.Sort(reasons)
	return &CommitError{Name: r.Name, Reasons: slices.Compact(reasons), Hint: hint}
}

// gate runs every check on what was captured and returns the encoded cassette.
func (r *Recording) gate() (string, cassette.Header, error) {
	header := cassette.Header{Provider: r.Definition.Name, Source: r.Tenant.Source}
	if r.Scenario != nil {
		header.Scenario = r.Scenario.Name
	}
	if r.Tenant.Source == cassette.Live {
		header.Recorded = r.Tenant.Day
	}
	var idle []string
	if header.Varies, idle = r.varied(); len(idle) > 0 {
		return "", header, r.refused("leave the pointer out, or name a member that the test sends", idle...)
	}
	header.Pinned = slices.Sorted(maps.Keys(r.pinned))
	if refusals := r.refusedSoFar(); len(refusals) > 0 {
		return "", header, r.refused("", refusals...)
	}
	if len(r.captured) == 0 {
		return "", header, r.refused("", "no request was made, so there is nothing to record")
	}
	if frozen := r.allErrors(); frozen != "" {
		next := "check the credential and record again"
		if code := r.captured[0].Response.Code; code == http.StatusTooManyRequests || code >= 500 {
			next = "wait a while and record again"
		}
		return "", header, r.refused("a cassette of refusals only would be replayed for ever; "+next, frozen)
	}
	if reason, hint := r.unknown(); reason != "" {
		return "", header, r.refused(hint, reason)
	}
	if idle := r.idle(r.Meant); len(idle) > 0 {
		var reasons []string
		for _, n := range idle {
			reason := fmt.Sprintf("%s had no effect: %s", r.Spell(n.Option, n.Place), n.Why())
			if strings.HasPrefix(n.Place, "/") {
				if meant := contract.NearPointer(r.Definition, n.Place, contract.Wish{}); meant != "" {
					reason += fmt.Sprintf("; did you mean %q?", meant)
				}
			}
			reasons = append(reasons, reason)
		}
		return "", header, r.refused("correct what the option names, or leave it out", reasons...)
	}
	if reasons, places := r.breaches(); len(reasons) > 0 {
		if !r.AcceptDrift {
			return "", header, r.refused("what breaks the published contract is news of the vendor's; accept it with "+r.Spell("AcceptDrift", ""), reasons...)
		}
		header.Accepted = places
	}
	if len(r.broke) > 0 {
		hint := "send what the contract documents"
		if allow := r.Spell("AllowProblems", ""); allow != "" {
			hint += ", or name the place in " + allow
		}
		return "", header, r.refused(hint, r.broke...)
	}
	if reasons, hint := r.leaks(); len(reasons) > 0 {
		return "", header, r.refused(hint, reasons...)
	}
	data, err := cassette.Encode(header, r.captured)
	if err != nil {
		return "", header, r.refused("", err.Error())
	}
	if reason := r.replaysItself(&cassette.File{Name: r.Name, Header: header, Interactions: r.captured}); reason != "" {
		return "", header, r.refused("", reason)
	}
	return data, header, nil
}

// allErrors names the refusal when nothing but 401, 403, 429 and 5xx was recorded by
// a test of the user's own. Scenarios are about such answers.
func (r *Recording) allErrors() string {
	if r.Scenario != nil || slices.ContainsFunc(r.captured, func(ia *cassette.Interaction) bool {
		c := ia.Response.Code
		return c != http.StatusUnauthorized && c != http.StatusForbidden && c != http.StatusTooManyRequests && c < 500
	}) {
		return ""
	}
	return fmt.Sprintf("every answer was a refusal, the first %s", r.captured[0].Response.Status)
}

// unknown says that the tenant does not know what a variable gives, as far as the
// first answer about it tells: replayed for ever, that would be the vendor's answer.
func (r *Recording) unknown() (reason, hint string) {
	if r.Scenario != nil {
		return "", ""
	}
	for i, ia := range r.captured {
		name, variable := r.bindingIn(ia)
		if name == "" {
			continue
		}
		if ia.Response.Code != http.StatusNotFound {
			return "", ""
		}
		reason = fmt.Sprintf("exchange #%d: the answer is %s, and the request names what %s gives; is that still there?", i, ia.Response.Status, variable)
		return reason, fmt.Sprintf("correct %s, or the path of %s; a test of a missing one sends another id than %q", variable, r.Definition.BaseVar, name)
	}
	return "", ""
}

func (r *Recording) breaches() (reasons, places []string) {
	for _, p := range r.problems {
		if p.Fails() {
			reasons = append(reasons, p.String())
			places = append(places, p.Name())
		}
	}
	slices.Sort(places)
	return reasons, slices.Compact(places)
}

// replaysItself sends what the caller sent to the recording, in order, and
// demands that each request gets its own answer.
func (r *Recording) replaysItself(file *cassette.File) string {
	switch asked, found := replay.Misled(file, r.Definition, r.Scenario, r.asked); {
	case asked < 0:
		return ""
	case found < 0:
		return fmt.Sprintf("the recording does not replay itself: %s would get no answer: the recorded one does not have the media type that was asked for, or the test sent what does not fit its placeholder", r.place(asked))
	default:
		return fmt.Sprintf("the recording does not replay itself: %s would get the answer of #%d", r.place(asked), found)
	}
}

// reject keeps a recording whose test failed beside the target: a first
// recording often fails for want of a golden file.
func (r *Recording) reject(data string, test Verdict) error {
	name, size := rejected(r.Name), say.Count(len(r.captured), "exchange")
	if _, err := cassette.Inspect(rejected(r.Path), name); err != nil {
		return r.refused("", "the test failed", err.Error())
	}
	if err := cassette.Replace(rejected(r.Path), data, r.captured, r.place); err != nil {
		return r.refused("", "the test failed", err.Error())
	}
	accept := fmt.Sprintf("accept it: mv %s %s", Quote(name), Quote(r.Name))
	if test == EndedEarly {
		return r.refused(fmt.Sprintf("the recording holds what came before, %s; record again when the test gets to its end; if it had nothing more to ask, %s", size, accept), "the test failed and ended early")
	}
	return r.refused(fmt.Sprintf("what was recorded is sound, %s; if the test and its subtests had nothing more to ask, %s", size, accept), "the test failed")
}

// rejected is the path of the recording that was not accepted, beside its target.
func rejected(path string) string { return strings.TrimSuffix(path, ".yaml") + ".rejected.yaml" }

// Recorded is the number of exchanges so far.
func (r *Recording) Recorded() int {
	defer r.alone()()
	return len(r.captured)
}

// Quote writes a word of a command line as a shell takes it.
func Quote(word string) string {
	if strings.Trim(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./-") == "" {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

// Problems are the breaches of contract that the answers showed.
func (r *Recording) Problems() []contract.Problem {
	defer r.alone()()
	return slices.Clone(r.problems)
}
