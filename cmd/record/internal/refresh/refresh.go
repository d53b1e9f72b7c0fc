// Package refresh records scenarios into cassettes. Those that change a tenant are recorded
// on webhooks of the run's own, which it removes again.
package refresh

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"example.com/webhookvcr/cmd/record/internal/exit"
	"example.com/webhookvcr/cmd/record/internal/screen"
	"example.com/webhookvcr/cmd/record/internal/session"
	"example.com/webhookvcr/internal/cassette"
	"example.com/webhookvcr/internal/contract"
	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/record"
	"example.com/webhookvcr/internal/say"
)

// Refresh is one run of recordings. Out is the directory that they are written below; when it
// is empty, that of a checkout of this module.
type Refresh struct {
	session.Recorder
	Force, AsAnswered bool
	forced            bool // --force has had an effect
	Out               string
	output            *output
	// own are the webhooks that the run makes on tenants.
	own map[*provider.Definition]*own
}

// Run records what the arguments name, and prints a table of what became of each scenario.
func (r *Refresh) Run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	if r.AsAnswered && r.Out == "" {
		return exit.Errorf(exit.Usage, "--record-as-answered writes scenarios of your own; name their directory with --out DIR")
	}
	err := r.Begin(args, stderr)
	if err != nil {
		return err
	}
	if r.output, err = openOutput(r.Out, r.Targets); err != nil {
		return err
	}
	defer r.output.close()
	for _, t := range r.Targets {
		if t.Exact && t.Writes() && t.Scenario.Live && !t.Asks() {
			return exit.Errorf(exit.Usage, "%s changes the tenant; record it with --write", t.Name())
		}
	}
	r.Expect(func(session.Target) bool { return true })
	var lines []*line
	r.Each(ctx, func(t session.Target) error {
		l := &line{Target: t}
		lines = append(lines, l)
		l.err = r.scenario(ctx, l)
		return l.err
	})
	r.Say()
	var tally session.Tally
	for _, l := range lines {
		tally.Add(l.verdict, cmp.Or(l.err, l.skipped))
	}
	left := r.leftOver(stderr)
	fmt.Fprintf(stdout, "%s\n%s\n", table(lines).Text(screen.Width(stdout)), strings.Join(tally.Texts(), ", "))
	switch lost := tally.Lost(); {
	case ctx.Err() != nil:
		return exit.Errorf(exit.Worse(tally.Code, exit.Failed), "interrupted before the end: %d failed or skipped; every cassette is whole, and the table shows what was done", lost)
	case lost > 0:
		return exit.Errorf(tally.Code, "%s not recorded", session.Scenarios(lost, "was", "were"))
	case left:
		return exit.Errorf(exit.Failed, "every scenario was recorded, but webhooks of this run may be left on the tenant")
	case r.Force && !r.forced:
		return exit.Errorf(exit.Failed, "--force had no effect: no file stood in the way; leave it out")
	}
	return r.Pointers.Idle()
}

// leftOver says what the run has made on tenants and could not remove.
func (r *Refresh) leftOver(stderr io.Writer) (found bool) {
	for _, def := range session.Definitions(r.Targets) {
		if err := r.own[def].report(); err != nil {
			fmt.Fprintf(stderr, "%v\n", err)
			found = true
		}
	}
	return found
}

// scenario records one scenario, or says why it stays as it is.
func (r *Refresh) scenario(ctx context.Context, l *line) error {
	t := l.Target
	_, stored, err := r.stored(t)
	if err != nil && !r.Force {
		err = r.Failed(exit.CauseCassette, t, "%v; remove the file, or let --force replace it", err)
		l.row = row{"unreadable", session.Failed, r.Remark(t, err)}
		return err
	}
	source := t.Session.Tenant.Source
	simulates := source == cassette.Simulated && stored != "" && stored != cassette.Simulated
	r.forced = r.forced || err != nil || simulates
	ended := t.Session.Stopped
	switch {
	case simulates && !r.Force:
		l.row = row{stored, session.Kept, "not simulated; --force puts the simulated one in its place"}
	case !t.Asks() && t.Scenario.Live && stored == "":
		l.row = row{"none", session.LeftOut, "changes the tenant; --write records it, and the shipped cassette serves"}
	case !t.Asks() && t.Scenario.Live:
		l.row = row{stored, session.Kept, "changes the tenant; --write records it"}
	case !t.Asks() && stored == "":
		l.row = row{"none", session.LeftOut, t.Scenario.How + "; the shipped cassette serves"}
	case !t.Asks():
		l.row = row{stored, session.Kept, t.Scenario.How}
	case ctx.Err() != nil:
		l.row = row{source, session.Skipped, exit.CauseInterrupted}
	case ended != nil:
		l.row, l.skipped = row{source, session.Skipped, exit.Remarks[ended.Status]}, ended
	default:
		l.row.source = source
		return r.record(ctx, l, stored)
	}
	return nil
}

// record asks the tenant. What the contract does not describe is written when it is
// known that the vendor has answered so.
func (r *Refresh) record(ctx context.Context, l *line, stored string) error {
	tenant, err := l.Tenant()
	if err != nil {
		return l.end(r, row{}, r.Fail(exit.Failed, l.Target, "%v", err))
	}
	r.Progress(l.Target)
	var recording *record.Recording
	g := session.Given{Target: l.Target}
	once := func() error {
		return r.Attempts(ctx, l.Target, tenant, func() error {
			try := func(t session.Target, tenant record.Tenant) (err error) {
				if recording != nil {
					recording.Release()
				}
				g.Target = t
				recording, g.Answer, err = r.attempt(ctx, t, tenant)
				return err
			}
			if tenant.Source == cassette.Live && l.Writes() {
				return r.onOwn(ctx, l.Target, tenant, try)
			}
			return try(l.Target, tenant)
		})
	}
	conclude := func(err error) error {
		if err != nil {
			if recording != nil {
				recording.Release()
			}
			return l.end(r, row{}, err)
		}
		done, err := r.commit(g, recording, stored)
		return l.end(r, done, err)
	}
	err = once()
	var again func() error
	lookup, outage := (*session.LookupError)(nil), (*session.OutageError)(nil)
	switch {
	case errors.As(err, &lookup):
		g.Status, again = lookup.Status, once
	case errors.As(err, &outage) && !l.Writes():
		again = func() error { // so each time, and others as documented: that is none
			err := once()
			if errors.As(err, &outage) {
				return r.Persists(l.Target, outage, g.Answer)
			}
			return err
		}
	case err != nil:
		return conclude(err)
	case tenant.Source == cassette.Simulated || g.Certain() || g.Fits() && !slices.ContainsFunc(recording.Problems(), contract.Problem.Fails):
		r.Note(ctx, l.Target, nil)
		return conclude(nil)
	case g.Passing():
		again = once
	}
	if l.Writes() {
		again = nil
	}
	r.Doubt(ctx, session.Doubt{Given: &g, Failed: err, Again: again, Conclude: conclude})
	return nil
}

// stored is the cassette that is there, and its source; nil when none is.
func (r *Refresh) stored(t session.Target) (file *cassette.File, source string, err error) {
	file, err = cassette.Load(r.output.path(t))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, "", nil
	case err != nil:
		return nil, "", err
	}
	return file, cmp.Or(file.Header.Source, "unknown"), nil // plain go-vcr does not say
}

// attempt sends the scenario's request once. The recording is the caller's to commit or
// to release.
func (r *Refresh) attempt(ctx context.Context, t session.Target, tenant record.Tenant) (*record.Recording, session.Answer, error) {
	pinned := r.Pointers.Of(t.Def, r.AcceptDrift).Pin
	if file, _, _ := r.stored(t); file != nil { // its error has been told
		pinned = append(pinned, file.Header.Pinned...)
	}
	recording, got, err := r.Ask(ctx, t, record.Config{Tenant: tenant, Path: r.output.path(t), AcceptDrift: r.AcceptDrift, Pinned: pinned})
	if err != nil {
		return nil, got, err
	}
	err = r.Trouble(t, got)
	if busy := (*session.BusyError)(nil); err != nil && !(errors.As(err, &busy) && busy.Outage != "") {
		recording.Release()
		return nil, got, err
	}
	return recording, got, err // what looks like an outage may be none
}

// commit writes what came back in the place of a cassette of that source, if there is one.
func (r *Refresh) commit(g session.Given, recording *record.Recording, stored string) (row, error) {
	defer recording.Release()
	t, answered := g.Target, ""
	if err := r.expected(g); err != nil {
		var other *otherwiseError
		if !r.AsAnswered || !errors.As(err, &other) {
			return row{}, err
		}
		// A scenario about the answer that came: with the request of the one that was asked
		// for, whose name is in its own.
		variant := *t.Scenario
		variant.Name = session.VariantName(variant.Name, g.Status)
		variant.Status, variant.Type, variant.MediaType = g.Status, g.ErrorType, g.MediaType
		t.Scenario = &variant
		if err := recording.Instead(t.Scenario, r.output.path(t), t.Name()); err != nil {
			return row{}, exit.Errorf(exit.Failed, "%v", err)
		}
		answered = other.answered(t.Def)
	}
	done, err := recording.Commit(record.Passed)
	switch {
	case err != nil && !r.AcceptDrift && slices.ContainsFunc(recording.Problems(), contract.Problem.Fails):
		return row{}, exit.Errorf(exit.Drift, "%v", err)
	case err != nil:
		return row{}, exit.Errorf(exit.Failed, "%v", err)
	}
	source, verdict := t.Session.Tenant.Source, session.Unchanged
	var notes []string
	if done.Written {
		verdict = session.Written
	}
	if answered != "" {
		notes = append(notes, answered, verdict+" as "+t.Scenario.Name)
		verdict = session.Otherwise
	} else if done.Written && stored != "" && stored != source {
		notes = append(notes, "was "+stored)
	}
	if done.Written && len(done.Accepted) > 0 {
		notes = append(notes, "accepted: "+strings.Join(done.Accepted, ", "))
	}
	notes = append(notes, session.Replaced(recording.Replaced()))
	if source == cassette.Live {
		notes = append(notes, r.Pointers.News(r.Stderr, t.Name(), recording.News()))
	}
	notes = slices.DeleteFunc(notes, func(note string) bool { return note == "" })
	return row{source, verdict, strings.Join(notes, "; ")}, nil
}

// line is what became of a scenario.
type line struct {
	session.Target
	row
	// err is why it was not written, and skipped why it was not asked for.
	err, skipped error
}

// end enters what became of the scenario, and returns why it has failed.
func (l *line) end(r *Refresh, done row, err error) error {
	var other *otherwiseError
	switch {
	case err == nil:
		l.row = done
	case errors.As(err, &other):
		l.row = row{l.source, session.Otherwise, other.answered(l.Def)}
		if !l.Exact && l.Scenario.Status >= 300 {
			err = nil
		}
	default:
		l.row = row{l.source, session.Failed, r.Remark(l.Target, err)}
	}
	l.err = err
	return err
}

// row is a scenario's line in the summary.
type row struct{ source, verdict, remark string }

// table is what refresh prints at its end: the many scenarios of a provider that were left
// out for one reason are one line.
func table(lines []*line) *screen.Table {
	type alike struct {
		def      *provider.Definition
		scenario *provider.Scenario // of one that has a line of its own
		row
	}
	kind := func(l *line) alike {
		if l.verdict == session.LeftOut || l.verdict == session.Skipped || l.verdict == session.Failed {
			return alike{l.Def, nil, l.row}
		}
		return alike{l.Def, l.Scenario, l.row}
	}
	t := &screen.Table{}
	t.Add("SCENARIO", "STATUS", "SOURCE", "VERDICT", "REMARK")
	session.Folded(lines, kind, func(l *line, n int) {
		name, status := l.Name(), strconv.Itoa(l.Scenario.Status)
		if n > 1 {
			name, status = l.Def.Name+" "+say.Count(n, "scenario"), ""
		}
		t.Add(name, status, l.source, l.verdict, l.remark)
	})
	return t
}

// output is the directory that cassettes are written below.
type output struct {
	dir string
	// fresh are the directories that were missing when the command began,
	// parents first.
	fresh []string
}

func (o *output) path(t session.Target) string {
	return filepath.Join(o.dir, t.Def.Name, filepath.FromSlash(t.Scenario.Name)+".yaml")
}

// close removes the directories that were made for cassettes which then were
// not written; os.Remove leaves those that hold something.
func (o *output) close() {
	for _, dir := range slices.Backward(o.fresh) {
		os.Remove(dir)
	}
}

// openOutput finds out whether a directory can be written, before a tenant is
// asked anything. It creates nothing.
func openOutput(dir string, targets []session.Target) (*output, error) {
	if dir == "" {
		if !session.InCheckout() {
			return nil, exit.Errorf(exit.Usage, "this is no checkout of the module, so there is no cassettes directory to refresh; name one of your own with --out DIR")
		}
		dir = session.ShippedDir
	}
	o := &output{dir: dir}
	exists := filepath.Clean(dir)
	info, err := os.Stat(exists)
	for err != nil && exists != filepath.Dir(exists) { // a file among the parents shows as such one level further up
		exists = filepath.Dir(exists)
		info, err = os.Stat(exists)
	}
	switch {
	case err != nil:
		return nil, exit.Errorf(exit.Failed, "--out %q: %v", dir, say.Reason(err))
	case !info.IsDir():
		return nil, exit.Errorf(exit.Usage, "--out %q: %s is no directory; name one, or a path at which one can be made", dir, exists)
	}
	probe, err := os.CreateTemp(exists, ".webhooktest-*")
	if err != nil {
		return nil, exit.Errorf(exit.Failed, "--out %q: %s cannot be written: %v", dir, exists, say.Reason(err))
	}
	probe.Close()
	if err := os.Remove(probe.Name()); err != nil {
		return nil, exit.Errorf(exit.Failed, "--out %q: %v", dir, say.Reason(err))
	}
	for _, t := range targets {
		for parent := filepath.Dir(o.path(t)); !slices.Contains(o.fresh, parent); parent = filepath.Dir(parent) {
			if _, err := os.Lstat(parent); err == nil {
				break
			}
			o.fresh = append(o.fresh, parent)
		}
	}
	slices.Sort(o.fresh)
	return o, nil
}

// expected compares the answer with the one that the scenario is about.
func (r *Refresh) expected(g session.Given) error {
	s := g.Scenario
	var what string
	switch {
	case g.Fits():
		return nil
	case g.Status != s.Status:
		what = fmt.Sprintf("a %d, and the scenario is about a %d", g.Status, s.Status)
	case g.ErrorType != s.Type && s.Type != "":
		what = fmt.Sprintf("a %d of %s, and the scenario is about the type %q", g.Status, named(g.Def, "type", g.ErrorType), s.Type)
	default:
		what = fmt.Sprintf("a %d of %s, and the scenario is about %q", g.Status, named(g.Def, "media type", g.MediaType), s.MediaType)
	}
	return &otherwiseError{r.Fail(exit.Failed, g.Target, "the tenant answered %s; its cassette stays as it was", what), g.Answer}
}

// otherwiseError is about a tenant that answers a request with something else than its
// scenario is about. Which request provokes which error is this project's guess, so
// that is news of the vendor, and no failure of the tenant.
type otherwiseError struct {
	error // what is said when the command line names the scenario
	got   session.Answer
}

// Unwrap gives the error its exit status.
func (e *otherwiseError) Unwrap() error { return e.error }

// answered is the answer in the words of the summary.
func (e *otherwiseError) answered(def *provider.Definition) string {
	switch errorType := e.got.ErrorType; {
	case errorType == "":
		return strconv.Itoa(e.got.Status)
	case contract.IsWord(def, errorType):
		return fmt.Sprintf("%d %s", e.got.Status, errorType)
	default:
		return fmt.Sprintf("%d of %s", e.got.Status, named(def, "type", errorType))
	}
}

// named quotes the type or the media type of an answer only when it is public knowledge.
func named(def *provider.Definition, kind, value string) string {
	switch {
	case value == "":
		return "no " + kind
	case contract.IsWord(def, value):
		return fmt.Sprintf("%s %q", kind, value)
	default:
		return "a " + kind + " that the contract does not list"
	}
}
