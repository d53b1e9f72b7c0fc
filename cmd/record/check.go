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
	"strings"
	"time"

	"github.com/spf13/cobra"

	"example.com/webhookvcr/cassettes"
	"example.com/webhookvcr/internal/cassette"
	"example.com/webhookvcr/internal/contract"
	"example.com/webhookvcr/internal/drift"
	"example.com/webhookvcr/internal/record"
)

type check struct {
	recorder
	threshold
	format format
	dir    string
	stored stored
	report *report
	// compared are the comparisons, until it is known that the answers count.
	compared []comparison
}

// comparison is a scenario with what has changed in it.
type comparison struct {
	target
	drift.Report
}

func checkCommand(getenv func(string) string, clock clock) *cobra.Command {
	k := &check{recorder: recorder{getenv: getenv, clock: clock, undone: "not checked"}}
	c := &cobra.Command{
		Use:   "check [flags] [PROVIDER[/SCENARIO]...]",
		Short: "Compare the vendor's answers of today with the stored cassettes; write nothing",
		Long:  checkIntroduction + environmentHelp(),
		Example: `  record check --simulate
  record check --cassettes testdata/cassettes devrev
  record check --format github --cassettes testdata/cassettes devrev
  record check --json --fail-on additive devrev/webhooks.get > drift.json`,
		DisableFlagsInUseLine: true,
		ValidArgsFunction:     completeScenario,
		RunE: func(c *cobra.Command, args []string) error {
			return k.run(c.Context(), args, c.OutOrStdout(), c.ErrOrStderr())
		},
	}
	f := c.Flags()
	f.BoolVar(&k.simulate, "simulate", false, "ask the built-in simulator instead of a tenant")
	k.format.flags(c, f)
	k.threshold.flags(c)
	f.StringVar(&k.dir, "cassettes", "", "compare with `DIR`/PROVIDER/SCENARIO.yaml (default: cassettes in a checkout of this module, else those of this build)")
	k.recorder.flags(f, time.Second, "request")
	c.MarkFlagDirname("cassettes")
	return c
}

// thresholds are the values of --fail-on, the most lenient last.
var thresholds = []string{"any", "additive", "breaking", "none"}

// threshold is --fail-on.
type threshold struct{ failOn string }

func (h *threshold) flags(c *cobra.Command) {
	c.Flags().StringVar(&h.failOn, "fail-on", "breaking", "the least `CLASS` of drift that gives exit status 3: breaking, additive, any or none")
	c.RegisterFlagCompletionFunc("fail-on", cobra.FixedCompletions(thresholds, cobra.ShellCompDirectiveNoFileComp))
}

func (h *threshold) check() error {
	if !slices.Contains(thresholds, h.failOn) {
		return exit(exitUsage, "--fail-on %q is no class of drift; %s", h.failOn, suggestion(h.failOn, thresholds, "expected breaking, additive, any or none"))
	}
	return nil
}

// fails reports whether drift of that class fails the command.
func (h *threshold) fails(worst drift.Class) bool {
	failing := len(thresholds) - 1 - slices.Index(thresholds, h.failOn) // so many classes
	return slices.Contains(drift.Classes()[:failing], worst)
}

func (k *check) run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	if err := k.threshold.check(); err != nil {
		return err
	}
	if err := k.format.check(); err != nil {
		return err
	}
	err := k.begin(args, stderr)
	if exitCode(err) == exitMissing {
		return cmp.Or(k.unasked(args, stdout), err)
	}
	if err != nil {
		return err
	}
	if k.stored, err = openStored(k.dir); err != nil {
		return err
	}
	k.expect(k.stored.has)
	r := newReport()
	k.report, r.against, r.dir = r, k.stored.name, k.stored.dir
	r.tally.missed = k.each(ctx, func(t target) error {
		err := k.scenario(ctx, t)
		if err != nil {
			k.leave(t, failed, k.remark(t, err), err)
			k.report.explain(k.message(t, err))
		}
		return err
	})
	k.judge()
	r.next = k.next()
	if err := r.write(stdout, k.format, k.getenv, "check", k.fails); err != nil {
		return err
	}
	if err := r.err(ctx.Err() != nil, k.fails); err != nil {
		return err
	}
	return k.pointers.idle()
}

// judge enters the comparisons into the report. When one status was the answer to
// everything, none of them counts, and neither do those in which nothing differs.
func (k *check) judge() {
	for _, c := range k.compared {
		err := k.everywhere(c.target)
		if err == nil {
			k.report.add(c.Report)
			continue
		}
		fmt.Fprintf(k.stderr, "%v\n", err)
		k.leave(c.target, failed, k.remark(c.target, err), err)
		k.report.explain(k.message(c.target, err))
	}
}

// unasked writes the report of a check that lacks its credentials.
func (k *check) unasked(args []string, stdout io.Writer) error {
	targets, err := choose(args)
	if err != nil {
		return err
	}
	r := newReport()
	r.against = "nothing"
	for _, t := range targets {
		r.leave(t.def.Name, t.scenario.Name, skipped, remarks[exitMissing], nil)
	}
	if err := r.write(stdout, k.format, k.getenv, "check", k.fails); err != nil {
		return err
	}
	return nil
}

// next is the command that records what has drifted.
func (k *check) next() string {
	var names []string
	breach := false
	var keep []string
	for _, c := range k.report.Reports {
		if len(c.Changes) > 0 {
			names = append(names, c.Provider+"/"+c.Scenario)
		}
		for _, change := range c.Changes {
			pointer := record.AnyItem(change.Pointer)
			breach = breach || change.Rule == drift.Contract
			if change.Rule == drift.UnlistedValue && !slices.Contains(keep, pointer) {
				keep = append(keep, pointer)
			}
		}
	}
	if len(names) == 0 {
		return ""
	}
	command := "record refresh"
	if k.simulate {
		command += " --simulate"
	}
	if breach {
		command += " --accept-drift"
	}
	for _, pointer := range keep {
		command += " --keep " + record.Quote(pointer)
	}
	if dir := cmp.Or(k.stored.dir, "testdata/cassettes"); dir != shippedDir {
		command += " --out " + record.Quote(dir)
	}
	if len(names) > maxNext {
		names = providersOf(names)
	}
	return "to take the answers as they are: " + command + " " + strings.Join(names, " ")
}

// maxNext bounds the scenarios that the next step names; of more it names the
// providers.
const maxNext = 3

func providersOf(names []string) (all []string) {
	for _, name := range names {
		if provider, _, _ := strings.Cut(name, "/"); !slices.Contains(all, provider) {
			all = append(all, provider)
		}
	}
	return all
}

// scenario compares one scenario, or notes why that makes no sense.
func (k *check) scenario(ctx context.Context, t target) error {
	file, err := k.stored.load(t)
	switch {
	case err != nil:
		return k.fail(exitFailed, t, "%v; remove the file, or record it again", err)
	case file == nil && t.exact:
		advice := "record one with record refresh"
		switch {
		case t.scenario.Live && t.writes():
			advice += " --write"
		case !t.asks():
			advice = "no recording makes one: " + t.scenario.How
		}
		return k.fail(exitFailed, t, "%s has no cassette of it; %s", k.stored.name, advice)
	case file == nil:
		k.leave(t, notRecorded, "there is no cassette of it", nil)
		return nil
	case !t.asks() && t.scenario.Live:
		k.leave(t, leftOut, "changes the tenant; check makes read calls only", nil)
		return nil
	case !t.asks():
		k.leave(t, leftOut, t.scenario.How, nil)
		return nil
	case k.simulate && file.Header.Source == cassette.Live:
		k.leave(t, leftOut, "recorded from a tenant; the simulator says nothing of that", nil)
		return nil
	case t.session.stopped != nil:
		k.leave(t, skipped, remarks[t.session.stopped.code], nil)
		return nil
	}
	fresh, err := k.twice(ctx, t, file)
	if err != nil {
		return err
	}
	t.welcome()
	report := drift.Compare(t.def, file.Exchanges(), fresh[0], fresh[1])
	if file.Header.Source == cassette.Simulated && !k.simulate {
		report = report.Shown()
	}
	report.Scenario, report.Stored = t.scenario.Name, file.Header.Source
	k.compared = append(k.compared, comparison{t, report})
	return nil
}

func (k *check) leave(t target, verdict, reason string, err error) {
	k.report.leave(t.def.Name, t.scenario.Name, verdict, reason, err)
}

// twice records the scenario in memory. A tenant is asked a second time, so that
// what differs from request to request is not taken for drift; the simulator
// answers the same each time.
func (k *check) twice(ctx context.Context, t target, stored *cassette.File) (fresh [2][]contract.Exchange, err error) {
	tenant, err := t.tenant()
	if err != nil {
		return fresh, k.fail(exitFailed, t, "%v", err)
	}
	k.progress(t)
	for i := range fresh {
		if i > 0 && tenant.Source == cassette.Simulated {
			break
		}
		if err := k.attempts(ctx, t, tenant, func() (err error) {
			fresh[i], err = k.attempt(ctx, t, tenant, stored)
			return err
		}); err != nil {
			return fresh, err
		}
	}
	return fresh, nil
}

// attempt records the scenario once. Without a path there is no file that it
// could touch. What the stored cassette keeps is kept, and what it has pinned pinned.
func (k *check) attempt(ctx context.Context, t target, tenant record.Tenant, stored *cassette.File) ([]contract.Exchange, error) {
	recording, first, err := k.ask(ctx, t, record.Config{Tenant: tenant, Keep: record.KeptWords(t.def, stored.Exchanges()), Pinned: stored.Header.Pinned})
	if err != nil {
		return nil, err
	}
	err = k.barred(t, first)
	if busy := (*busyError)(nil); !errors.As(err, &busy) {
		k.heard(t, first)
	}
	if err != nil {
		return nil, err
	}
	exchanges, reasons := recording.Exchanges()
	if len(reasons) > 0 {
		return nil, k.fail(exitFailed, t, "%s", strings.Join(reasons, "\n\t"))
	}
	return exchanges, nil
}

const checkIntroduction = `check asks the tenant what refresh would record, compares the answers with the
stored cassettes, and writes nothing. It is for a nightly job: the day on which
the vendor changes its API is the day on which the job fails.

Only read calls are made, each of them twice, so that what differs from one
request to the next is reported as volatile and not as drift. With --simulate the
simulator is compared with the simulated cassettes, which needs no credential.

Everything is compared in placeholders; the report holds no value of the tenant.
Each change is of one class:

  breaking  a client written to the contract or to the cassette may fail: a
            breach of the contract, a documented member gone, another type,
            status or media type, a value that the contract does not list
  additive  something is there that was not; a tolerant client does not notice
  cosmetic  what may change at any time: values, order, layout

A simulated cassette shows what may come: that an optional member does not come is
no drift against it. An outage is no drift either: a tenant that answers 5xx, 408,
a redirect elsewhere, or a page of HTML or anything else in place of JSON is asked
again, as long as --max-wait allows, and then not checked (exit status 9). When one
status that the contract does not list, or 404, is the answer to everything, then
nothing is checked: what answers at that base URL is not the vendor.

--fail-on breaking (the default) gives exit status 3 for breaking changes,
additive for these as well, any for all three, none for none.

record help RULES lists what finds a change, record help FORMATS what --format and
--json write, record help EXIT the exit statuses.

Environment, read unless --simulate is given:
`

const checkMembers = `
  worst     "" when nothing has changed
  exchange  counted from 0; more than one with a redirect that is followed
  pointer   a JSON pointer into the body, a header's name, or "" for the whole
  before    what stood there, and after what stands there now: a word of the
            contract, any other value by its type, or "absent"
  more      how many changes, or volatile places, are not listed
  verdict   "left out", "not recorded" (no stored cassette, and not asked for by
            name), "failed" or "skipped" (would have failed as well)
  reason    why, in short
  message   of what failed: why, and what to do about it; absent otherwise
`

// stored are the cassettes that a fresh recording is compared with.
type stored struct {
	files fs.FS
	// name is how messages call them, dir where they lie: empty for those of this
	// build.
	name, dir string
}

// openStored takes the directory that the user names, else that of the checkout,
// else the cassettes of this build.
func openStored(dir string) (stored, error) {
	if dir == "" {
		if !inCheckout() {
			return stored{cassettes.FS, "the cassettes of this build", ""}, nil
		}
		dir = shippedDir
	}
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return stored{}, exit(exitUsage, "--cassettes %q: there is no such directory; name the one below which PROVIDER/SCENARIO.yaml lies", dir)
	case err != nil:
		return stored{}, exit(exitUsage, "--cassettes %q: %v", dir, reason(err))
	case !info.IsDir():
		return stored{}, exit(exitUsage, "--cassettes %q: it is no directory; name the one below which PROVIDER/SCENARIO.yaml lies", dir)
	}
	return stored{os.DirFS(dir), filepath.ToSlash(dir), filepath.ToSlash(dir)}, nil
}

// inCheckout reports whether the working directory is a checkout of the module.
func inCheckout() bool {
	_, err := os.Stat(filepath.Join(shippedDir, "cassettes.go"))
	return err == nil
}

func (s stored) has(t target) bool {
	_, err := fs.Stat(s.files, t.name()+".yaml")
	return err == nil
}

// load returns the scenario's cassette, nil when there is none.
func (s stored) load(t target) (*cassette.File, error) {
	name := t.name() + ".yaml"
	data, err := fs.ReadFile(s.files, name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, err
	}
	return cassette.Parse(name, data)
}
