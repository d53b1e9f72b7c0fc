package main

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
	"time"

	"example.com/webhookvcr/internal/exit"
	"example.com/webhookvcr/internal/screen"

	"github.com/spf13/cobra"

	"example.com/webhookvcr/internal/cassette"
	"example.com/webhookvcr/internal/contract"
	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/record"
	"example.com/webhookvcr/internal/say"
)

type refresh struct {
	recorder
	force, asAnswered bool
	forced            bool // --force has had an effect
	out               string
	output            *output
	// own are the webhooks that the run makes on tenants.
	own map[*provider.Definition]*own
}

func refreshCommand(getenv func(string) string, clock clock) *cobra.Command {
	r := &refresh{recorder: recorder{getenv: getenv, clock: clock, undone: "not written"}}
	c := &cobra.Command{
		Use:   "refresh [flags] [PROVIDER[/SCENARIO]...]",
		Short: "Record scenarios, against the tenant in the environment or the simulator",
		Long:  refreshIntroduction + environmentHelp(),
		Example: `  record refresh --simulate
  record refresh --out testdata/cassettes devrev
  record refresh --out testdata/cassettes devrev/webhooks.get/200`,
		DisableFlagsInUseLine: true,
		ValidArgsFunction:     completeScenario,
		RunE: func(c *cobra.Command, args []string) error {
			exit.NotesRecording(c.Context())
			return r.run(c.Context(), args, c.OutOrStdout(), c.ErrOrStderr())
		},
	}
	f := c.Flags()
	f.BoolVar(&r.simulate, "simulate", false, "record the built-in simulator instead of a tenant")
	f.StringVar(&r.out, "out", "", "write `DIR`/PROVIDER/SCENARIO.yaml (default: cassettes, in a checkout of this module)")
	f.BoolVar(&r.acceptDrift, "accept-drift", false, "write answers that break the published contract, and list the breaches in the cassette")
	f.BoolVar(&r.write, "write", false, "record scenarios that change the tenant as well, on webhooks that are made for it and removed again")
	f.BoolVar(&r.force, "force", false, "let a simulated cassette take the place of one that is not simulated, and any that of a file that is no cassette")
	f.BoolVar(&r.asAnswered, "record-as-answered", false, "write what was answered otherwise as well, as DIR/PROVIDER/OPERATION/STATUS-for-SCENARIO.yaml")
	pinFlag(f, &r.pointers)
	recorderFlags(f, &r.recorder, 200*time.Millisecond, "scenario")
	c.MarkFlagDirname("out")
	return c
}

const refreshIntroduction = `refresh sends the requests of the scenarios and writes their cassettes. Without
arguments it takes every scenario of every provider that the environment has
credentials for. PROVIDER/OPERATION takes all scenarios of an operation.

Only read calls are made. Errors that no call provokes (429, 500, 503 and the
like) are never provoked on a tenant: their simulated cassettes stay.

With --write the calls that create, change and delete webhooks are made as well.
Each is made on a webhook of its own, which delivers to a URL below
https://example.com and is removed afterwards, also when the run fails or is
interrupted; a webhook that was there before is never touched. What could not be
removed is named, with the command that removes it.

A cassette is written when the answer is the one that the scenario is about, it
meets the published contract, every value of the tenant in it has been replaced,
and it replays itself. Every token in it must be HTTP's own, a word that the
contract lists at that place, a placeholder, a documented date or count within
bounds, or the plain name of an undocumented member; one that is none of these
keeps the file from being written, and the message names its place. Otherwise
the old file stays as it was. A cassette whose new recording says the same stays
untouched.

What a tenant answers and the contract does not describe is named: a new member,
and a new value of a member whose values are listed. The new value becomes a
placeholder such as word-1, unless --keep POINTER names it.

Which request provokes which error is a guess of this module. A tenant that
answers one with another status, type or media type has "answered otherwise", which
fails the command when the scenario was named or is about a success;
--record-as-answered keeps the answer, as a scenario of your own, with which check
compares from then on. What an answer means that the contract does not describe is
judged as check does.

record help EXIT lists the exit statuses.

Environment, read unless --simulate is given:
`

func (r *refresh) run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	if r.asAnswered && r.out == "" {
		return exit.Errorf(exit.Usage, "--record-as-answered writes scenarios of your own; name their directory with --out DIR")
	}
	err := r.begin(args, stderr)
	if err != nil {
		return err
	}
	if r.output, err = openOutput(r.out, r.targets); err != nil {
		return err
	}
	defer r.output.close()
	for _, t := range r.targets {
		if t.exact && t.writes() && t.scenario.Live && !t.asks() {
			return exit.Errorf(exit.Usage, "%s changes the tenant; record it with --write", t.name())
		}
	}
	r.expect(func(target) bool { return true })
	var lines []*line
	r.each(ctx, func(t target) error {
		l := &line{target: t}
		lines = append(lines, l)
		l.err = r.scenario(ctx, l)
		return l.err
	})
	r.say()
	s := &summary{}
	for _, l := range lines {
		s.add(l)
	}
	left := r.leftOver(stderr)
	if err := s.print(stdout); err != nil {
		return exit.Errorf(exit.Failed, "%v", err)
	}
	switch err := s.err(ctx.Err() != nil); {
	case err != nil:
		return err
	case left:
		return exit.Errorf(exit.Failed, "every scenario was recorded, but webhooks of this run may be left on the tenant")
	case r.force && !r.forced:
		return exit.Errorf(exit.Failed, "--force had no effect: no file stood in the way; leave it out")
	}
	return r.pointers.idle()
}

// leftOver says what the run has made on tenants and could not remove.
func (r *refresh) leftOver(stderr io.Writer) (found bool) {
	for _, def := range definitions(r.targets) {
		if err := r.own[def].report(); err != nil {
			fmt.Fprintf(stderr, "%v\n", err)
			found = true
		}
	}
	return found
}

// line is what became of a scenario.
type line struct {
	target
	row
	// err is why it was not written, and skipped why it was not asked for.
	err, skipped error
}

// scenario records one scenario, or says why it stays as it is.
func (r *refresh) scenario(ctx context.Context, l *line) error {
	t := l.target
	stored, err := r.stored(t)
	if err != nil && !r.force {
		err = r.failed(exit.CauseCassette, t, "%v; remove the file, or let --force replace it", err)
		l.row = row{"unreadable", failed, r.remark(t, err)}
		return err
	}
	source := t.session.tenant.Source
	simulates := source == cassette.Simulated && stored != "" && stored != cassette.Simulated
	r.forced = r.forced || err != nil || simulates
	ended := t.session.stopped
	switch {
	case simulates && !r.force:
		l.row = row{stored, kept, "not simulated; --force puts the simulated one in its place"}
	case !t.asks() && t.scenario.Live && stored == "":
		l.row = row{"none", leftOut, "changes the tenant; --write records it, and the shipped cassette serves"}
	case !t.asks() && t.scenario.Live:
		l.row = row{stored, kept, "changes the tenant; --write records it"}
	case !t.asks() && stored == "":
		l.row = row{"none", leftOut, t.scenario.How + "; the shipped cassette serves"}
	case !t.asks():
		l.row = row{stored, kept, t.scenario.How}
	case ctx.Err() != nil:
		l.row = row{source, skipped, exit.CauseInterrupted}
	case ended != nil:
		l.row, l.skipped = row{source, skipped, exit.Remarks[ended.Status]}, ended
	default:
		l.row.source = source
		return r.record(ctx, l, stored)
	}
	return nil
}

// record asks the tenant. What the contract does not describe is written when it is
// known that the vendor has answered so.
func (r *refresh) record(ctx context.Context, l *line, stored string) error {
	tenant, err := l.tenant()
	if err != nil {
		return l.end(r, row{}, r.fail(exit.Failed, l.target, "%v", err))
	}
	r.progress(l.target)
	var recording *record.Recording
	g := given{target: l.target}
	once := func() error {
		return r.attempts(ctx, l.target, tenant, func() error {
			try := func(t target, tenant record.Tenant) (err error) {
				if recording != nil {
					recording.Release()
				}
				g.target = t
				recording, g.answer, err = r.attempt(ctx, t, tenant)
				return err
			}
			if tenant.Source == cassette.Live && l.writes() {
				return r.onOwn(ctx, l.target, tenant, try)
			}
			return try(l.target, tenant)
		})
	}
	conclude := func(err error) error {
		if err != nil {
			if recording != nil {
				recording.Release()
			}
			return l.end(r, row{}, err)
		}
		got, err := r.commit(g, recording, tenant.Source)
		return l.end(r, got.row(tenant.Source, stored), err)
	}
	err = once()
	var again func() error
	lookup, outage := (*lookupError)(nil), (*outageError)(nil)
	switch {
	case errors.As(err, &lookup):
		g.status, again = lookup.status, once
	case errors.As(err, &outage) && !l.writes():
		again = func() error { // so each time, and others as documented: that is none
			err := once()
			if errors.As(err, &outage) {
				return r.persists(l.target, outage, g.answer)
			}
			return err
		}
	case err != nil:
		return conclude(err)
	case tenant.Source == cassette.Simulated || g.certain() || g.fits() && !slices.ContainsFunc(recording.Problems(), contract.Problem.Fails):
		r.note(ctx, l.target, nil)
		return conclude(nil)
	case g.passing():
		again = once
	}
	if l.writes() {
		again = nil
	}
	r.doubt(ctx, doubt{&g, err, again, func(err error) {
		if err := conclude(err); err != nil {
			r.complain(l.target, err)
		}
	}})
	return nil
}

// end enters what became of the scenario, and returns why it has failed.
func (l *line) end(r *refresh, done row, err error) error {
	var other *otherwiseError
	switch {
	case err == nil:
		l.row = done
	case errors.As(err, &other):
		l.row = row{l.source, otherwise, other.answered(l.def)}
		if !l.exact && l.scenario.Status >= 300 {
			err = nil
		}
	default:
		l.row = row{l.source, failed, r.remark(l.target, err)}
	}
	l.err = err
	return err
}

// recorded is what became of a scenario that was recorded.
type recorded struct {
	record.Outcome
	// replaced says how many values were replaced.
	replaced string
	// answered is the answer in place of the one asked for, and as the name under
	// which it was recorded; empty when the tenant answered as the scenario says.
	answered, as string
}

// row is the scenario's line.
func (r recorded) row(source, stored string) row {
	verdict := unchanged
	var notes []string
	if r.Written {
		verdict = written
	}
	if r.as != "" {
		notes = append(notes, r.answered, verdict+" as "+r.as)
		verdict = otherwise
	} else if r.Written && stored != "" && stored != source {
		notes = append(notes, "was "+stored)
	}
	if r.Written && len(r.Accepted) > 0 {
		notes = append(notes, "accepted: "+strings.Join(r.Accepted, ", "))
	}
	if r.replaced != "" {
		notes = append(notes, r.replaced)
	}
	return row{source, verdict, strings.Join(notes, "; ")}
}

// foreign is the source of a cassette that does not say where it comes from:
// one that plain go-vcr has saved.
const foreign = "unknown"

// stored is the source of the cassette that is there, empty when none is.
func (r *refresh) stored(t target) (source string, err error) {
	file, err := cassette.Load(r.output.path(t))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", nil
	case err != nil:
		return "", err
	case file.Header.Source == "":
		return foreign, nil
	default:
		return file.Header.Source, nil
	}
}

// pins are what the cassette that is there has pinned.
func (r *refresh) pins(t target) []string {
	file, err := cassette.Load(r.output.path(t))
	if err != nil {
		return nil // stored has said why, if that matters
	}
	return file.Header.Pinned
}

// attempt sends the scenario's request once. The recording is the caller's to commit or
// to release.
func (r *refresh) attempt(ctx context.Context, t target, tenant record.Tenant) (*record.Recording, answer, error) {
	recording, got, err := r.ask(ctx, t, record.Config{
		Tenant: tenant, Path: r.output.path(t), AcceptDrift: r.acceptDrift, Pinned: slices.Concat(r.pointers.of(t.def, r.acceptDrift).pin, r.pins(t)),
	})
	if err != nil {
		return nil, got, err
	}
	err = r.trouble(t, got)
	if busy := (*busyError)(nil); err != nil && !(errors.As(err, &busy) && busy.outage != "") {
		recording.Release()
		return nil, got, err
	}
	return recording, got, err // what looks like an outage may be none
}

// commit writes what came back.
func (r *refresh) commit(g given, recording *record.Recording, source string) (got recorded, err error) {
	defer recording.Release()
	t := g.target
	if err := r.expected(g); err != nil {
		var other *otherwiseError
		if !r.asAnswered || !errors.As(err, &other) {
			return got, err
		}
		t.scenario = other.variant(*t.scenario)
		if err := recording.Instead(t.scenario, r.output.path(t), t.name()); err != nil {
			return got, exit.Errorf(exit.Failed, "%v", err)
		}
		got.answered, got.as = other.answered(t.def), t.scenario.Name
	}
	got.Outcome, err = recording.Commit(record.Passed)
	switch {
	case err == nil:
		got.replaced = replaced(recording.Replaced())
		if source == cassette.Live {
			got.replaced = strings.Trim(got.replaced+"; "+r.pointers.news(r.stderr, t.name(), recording.News()), "; ")
		}
		return got, nil
	case !r.acceptDrift && slices.ContainsFunc(recording.Problems(), contract.Problem.Fails):
		return got, exit.Errorf(exit.Drift, "%v", err)
	default:
		return got, exit.Errorf(exit.Failed, "%v", err)
	}
}

// row is a scenario's line in the summary.
type row struct{ source, verdict, remark string }

// summary is what refresh prints at its end.
type summary struct {
	rows  []summarized
	tally tally
}

// summarized is the line of one scenario, or of several of a vendor that are alike.
type summarized struct {
	provider, scenario, status string
	row
}

func (s *summary) add(l *line) {
	s.rows = append(s.rows, summarized{l.def.Name, l.scenario.Name, strconv.Itoa(l.scenario.Status), l.row})
	s.tally.add(l.verdict, cmp.Or(l.err, l.skipped))
}

// print writes the table: the many that were left out for one reason in one line.
func (s *summary) print(w io.Writer) error {
	kind := func(r summarized) summarized { return summarized{provider: r.provider, row: r.row} }
	alike := map[summarized]int{}
	for _, r := range s.rows {
		alike[kind(r)]++
	}
	var t screen.Table
	t.Add("SCENARIO", "STATUS", "SOURCE", "VERDICT", "REMARK")
	for _, r := range s.rows {
		name := r.provider + "/" + r.scenario
		switch n := alike[kind(r)]; {
		case n == 0:
			continue
		case n > maxAlike && (r.verdict == leftOut || r.verdict == skipped || r.verdict == failed):
			name, r.status = r.provider+" "+say.Count(n, "scenario"), ""
			alike[kind(r)] = 0
		}
		t.Add(name, r.status, r.source, r.verdict, r.remark)
	}
	if err := t.Print(w); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "\n%s\n", strings.Join(s.tally.texts(), ", "))
	return err
}

func (s *summary) err(interrupted bool) error {
	lost := s.tally.lost()
	switch {
	case interrupted:
		return exit.Errorf(exit.Worse(s.tally.code, exit.Failed), "interrupted before the end: %d failed or skipped; every cassette is whole, and the table shows what was done", lost)
	case lost == 0:
		return nil
	default:
		return exit.Errorf(s.tally.code, "%s not recorded", scenarios(lost, "was", "were"))
	}
}

// nouns are the kinds of values, in the order in which they are counted.
var nouns = []struct {
	kind provider.Kind
	noun string
}{
	{provider.ID, "id"},
	{provider.DisplayID, "display id"},
	{provider.Event, "event"},
	{provider.Secret, "secret"},
	{provider.Key, "key"},
	{provider.URL, "URL"},
	{provider.Mail, "mail address"},
	{provider.Name, "name"},
	{provider.Text, "text"},
	{provider.Opaque, "reference"},
	{provider.Word, "word"},
	{provider.Header, "header name"},
	{provider.Undocumented, "undocumented value"},
}

// replaced says how many values of the tenant a recording has replaced; empty
// when none.
func replaced(counts map[provider.Kind]int) string {
	var parts []string
	others := 0
	for _, n := range counts {
		others += n
	}
	for _, k := range nouns {
		if n := counts[k.kind]; n > 0 {
			others -= n
			parts = append(parts, say.Count(n, k.noun))
		}
	}
	if others > 0 {
		parts = append(parts, fmt.Sprintf("%d other", others))
	}
	if len(parts) == 0 {
		return ""
	}
	return "replaced " + strings.Join(parts, ", ")
}

// output is the directory that cassettes are written below.
type output struct {
	dir string
	// fresh are the directories that were missing when the command began,
	// parents first.
	fresh []string
}

// shippedDir holds the cassettes of a checkout of this module.
const shippedDir = "cassettes"

// openOutput finds out whether a directory can be written, before a tenant is
// asked anything. It creates nothing.
func openOutput(dir string, targets []target) (*output, error) {
	if dir == "" {
		if !inCheckout() {
			return nil, exit.Errorf(exit.Usage, "this is no checkout of the module, so there is no cassettes directory to refresh; name one of your own with --out DIR")
		}
		dir = shippedDir
	}
	o := &output{dir: dir}
	exists := filepath.Clean(dir)
	for {
		info, err := os.Stat(exists)
		if err == nil && !info.IsDir() {
			return nil, exit.Errorf(exit.Usage, "--out %q: %s is no directory; name one, or a path at which one can be made", dir, exists)
		}
		if err == nil {
			break
		}
		// A file among the parents is an error as well, and shows as such one
		// level further up.
		parent := filepath.Dir(exists)
		if parent == exists {
			return nil, exit.Errorf(exit.Failed, "--out %q: %v", dir, say.Reason(err))
		}
		exists = parent
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

func (o *output) path(t target) string {
	return filepath.Join(o.dir, t.def.Name, filepath.FromSlash(t.scenario.Name)+".yaml")
}

// close removes the directories that were made for cassettes which then were
// not written; os.Remove leaves those that hold something.
func (o *output) close() {
	for _, dir := range slices.Backward(o.fresh) {
		os.Remove(dir)
	}
}
