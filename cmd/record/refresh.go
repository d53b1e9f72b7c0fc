package main

import (
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

	"github.com/spf13/cobra"

	"example.com/webhookvcr/internal/cassette"
	"example.com/webhookvcr/internal/contract"
	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/record"
)

type refresh struct {
	recorder
	force, asAnswered bool
	out               string
	output            *output
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
	f.StringArrayVar(&r.pointers.pin, "pin", nil, "record a fixed date or number at the JSON `POINTER` of answers, such as /webhook/modified_date; may be given several times, and holds for later recordings")
	r.flags(f, 200*time.Millisecond, "scenario")
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
answers one with another status or type has "answered otherwise", which fails the
command only when the scenario was named; --record-as-answered keeps the answer,
as a scenario of your own.

record help EXIT lists the exit statuses.

Environment, read unless --simulate is given:
`

func (r *refresh) run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	if r.asAnswered && r.out == "" {
		return exit(exitUsage, "--record-as-answered writes scenarios of your own; name their directory with --out DIR")
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
			return exit(exitUsage, "%s changes the tenant; record it with --write", t.name())
		}
	}
	r.expect(func(target) bool { return true })
	s := &summary{}
	s.tally.missed = r.each(ctx, func(t target) error {
		row, err := r.scenario(ctx, t)
		s.add(t, row, err)
		return err
	})
	left := r.leftOver(stderr)
	if err := s.print(stdout); err != nil {
		return exit(exitFailed, "%v", err)
	}
	switch err := s.err(ctx.Err() != nil); {
	case err != nil:
		return err
	case left:
		return exit(exitFailed, "every scenario was recorded, but webhooks of this run may be left on the tenant")
	}
	return r.pointers.idle()
}

// leftOver says what the run has made on tenants and could not remove.
func (r *refresh) leftOver(stderr io.Writer) (found bool) {
	seen := map[*session]bool{}
	for _, t := range r.targets {
		if seen[t.session] {
			continue
		}
		seen[t.session] = true
		if err := t.session.own.report(); err != nil {
			fmt.Fprintf(stderr, "%v\n", err)
			found = true
		}
	}
	return found
}

// scenario records one scenario, or says why it stays as it is.
func (r *refresh) scenario(ctx context.Context, t target) (row, error) {
	stored, err := r.stored(t)
	if err != nil && !r.force {
		err = r.fail(exitFailed, t, "%v; remove the file, or let --force replace it", err)
		return row{"unreadable", failed, r.remark(t, err)}, err
	}
	source := t.session.tenant.Source
	switch {
	case source == cassette.Simulated && stored != "" && stored != cassette.Simulated && !r.force:
		return row{stored, kept, "not simulated; --force puts the simulated one in its place"}, nil
	case !t.asks() && t.scenario.Live && stored == "":
		return row{"none", leftOut, "changes the tenant; --write records it, and the shipped cassette serves"}, nil
	case !t.asks() && t.scenario.Live:
		return row{stored, kept, "changes the tenant; --write records it"}, nil
	case !t.asks() && stored == "":
		return row{"none", leftOut, t.scenario.How + "; the shipped cassette serves"}, nil
	case !t.asks():
		return row{stored, kept, t.scenario.How}, nil
	case t.session.stopped != nil:
		return row{source, skipped, remarks[t.session.stopped.code]}, nil
	}
	tenant, err := t.tenant()
	if err != nil {
		err = r.fail(exitFailed, t, "%v", err)
		return row{source, failed, r.remark(t, err)}, err
	}
	r.progress(t)
	var got recorded
	if err := r.attempts(ctx, t, tenant, func() (err error) {
		try := func(t target, tenant record.Tenant) error {
			got, err = r.attempt(ctx, t, tenant)
			return err
		}
		if tenant.Source == cassette.Live && t.writes() {
			return r.onOwn(ctx, t, tenant, try)
		}
		return try(t, tenant)
	}); err != nil {
		var other *otherwiseError
		if !errors.As(err, &other) {
			return row{source, failed, r.remark(t, err)}, err
		}
		t.welcome()
		if !t.exact {
			err = nil
		}
		return row{source, otherwise, other.answered(t.def)}, err
	}
	t.welcome()
	return got.row(source, stored), nil
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

// attempt sends the scenario's request once and commits what came back.
func (r *refresh) attempt(ctx context.Context, t target, tenant record.Tenant) (got recorded, err error) {
	recording, first, err := r.ask(ctx, t, record.Config{
		Tenant: tenant, Path: r.output.path(t), AcceptDrift: r.acceptDrift, Pinned: slices.Concat(r.pointers.of(t.def, r.acceptDrift).pin, r.pins(t)),
	})
	if err != nil {
		return got, err
	}
	defer recording.Release()
	if err := r.expected(t, first); err != nil {
		var other *otherwiseError
		if !r.asAnswered || !errors.As(err, &other) {
			return got, err
		}
		t.scenario = other.variant(*t.scenario)
		if err := recording.Instead(t.scenario, r.output.path(t), t.name()); err != nil {
			return got, exit(exitFailed, "%v", err)
		}
		got.answered, got.as = other.answered(t.def), t.scenario.Name
	}
	got.Outcome, err = recording.Commit(record.Passed)
	switch {
	case err == nil:
		got.replaced = replaced(recording.Replaced())
		if tenant.Source == cassette.Live {
			got.replaced = strings.Trim(got.replaced+"; "+r.news(t, recording.News()), "; ")
		}
		return got, nil
	case !r.acceptDrift && slices.ContainsFunc(recording.Problems(), contract.Problem.Fails):
		return got, exit(exitDrift, "%v", err)
	default:
		return got, exit(exitFailed, "%v", err)
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

func (s *summary) add(t target, r row, err error) {
	s.rows = append(s.rows, summarized{t.def.Name, t.scenario.Name, strconv.Itoa(t.scenario.Status), r})
	s.tally.add(r.verdict, err)
}

// print writes the table: the many that were left out for one reason in one line.
func (s *summary) print(w io.Writer) error {
	kind := func(r summarized) summarized { return summarized{provider: r.provider, row: r.row} }
	alike := map[summarized]int{}
	for _, r := range s.rows {
		alike[kind(r)]++
	}
	var t table
	t.add("SCENARIO", "STATUS", "SOURCE", "VERDICT", "REMARK")
	for _, r := range s.rows {
		name := r.provider + "/" + r.scenario
		switch n := alike[kind(r)]; {
		case n == 0:
			continue
		case n > maxAlike && r.verdict == leftOut:
			name, r.status = r.provider+" "+count(n, "scenario"), ""
			alike[kind(r)] = 0
		}
		t.add(name, r.status, r.source, r.verdict, r.remark)
	}
	if err := t.print(w); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "\n%s\n", strings.Join(s.tally.texts(), ", "))
	return err
}

func (s *summary) err(interrupted bool) error {
	lost := s.tally.lost()
	switch {
	case interrupted:
		return exit(max(s.tally.code, exitFailed), "interrupted before the end: %d failed or skipped%s; every cassette is whole, and the table shows what was done", lost, s.tally.notBegun(", "))
	case lost == 0:
		return nil
	default:
		return exit(s.tally.code, "%s not recorded", scenarios(lost, "was", "were"))
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
			parts = append(parts, count(n, k.noun))
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
			return nil, exit(exitUsage, "this is no checkout of the module, so there is no cassettes directory to refresh; name one of your own with --out DIR")
		}
		dir = shippedDir
	}
	o := &output{dir: dir}
	exists := filepath.Clean(dir)
	for {
		info, err := os.Stat(exists)
		if err == nil && !info.IsDir() {
			return nil, exit(exitUsage, "--out %q: %s is no directory; name one, or a path at which one can be made", dir, exists)
		}
		if err == nil {
			break
		}
		// A file among the parents is an error as well, and shows as such one
		// level further up.
		parent := filepath.Dir(exists)
		if parent == exists {
			return nil, exit(exitFailed, "--out %q: %v", dir, reason(err))
		}
		exists = parent
	}
	probe, err := os.CreateTemp(exists, ".webhooktest-*")
	if err != nil {
		return nil, exit(exitFailed, "--out %q: %s cannot be written: %v", dir, exists, reason(err))
	}
	probe.Close()
	if err := os.Remove(probe.Name()); err != nil {
		return nil, exit(exitFailed, "--out %q: %v", dir, reason(err))
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
