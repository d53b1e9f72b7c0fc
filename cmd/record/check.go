package main

import (
	"cmp"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"example.com/webhookvcr/cmd/record/internal/check"
	"example.com/webhookvcr/cmd/record/internal/exit"
	"example.com/webhookvcr/cmd/record/internal/report"
	"example.com/webhookvcr/cmd/record/internal/session"
	"example.com/webhookvcr/internal/drift"
)

func checkCommand(getenv func(string) string, clock session.Clock) *cobra.Command {
	k := &check.Check{Recorder: session.Recorder{Getenv: getenv, Clock: clock, Undone: "not checked", Lenient: true}}
	var h threshold
	c := &cobra.Command{
		Use:   "check [flags] [PROVIDER[/SCENARIO]...]",
		Short: "Compare the vendor's answers of today with the stored cassettes; write nothing",
		Long:  checkIntroduction + environmentHelp(),
		Example: `  record check --simulate
  record check --cassettes testdata/cassettes devrev
  record check --format github --cassettes testdata/cassettes devrev
  record check --json --fail-on additive devrev/webhooks.get > drift.json`,
		ValidArgsFunction: completeScenario,
		RunE: func(c *cobra.Command, args []string) error {
			if err := h.check(); err != nil {
				return err
			}
			exit.NotesRecording(c.Context())
			r, failed := k.Run(c.Context(), args, c.ErrOrStderr())
			if r == nil {
				return failed
			}
			return cmp.Or(h.write(c, getenv, r), failed, r.Err(c.Context().Err() != nil, h.fails), k.Pointers.Idle())
		},
	}
	f := c.Flags()
	f.BoolVar(&k.Simulate, "simulate", false, "ask the built-in simulator instead of a tenant")
	h.flags(c)
	f.StringVar(&k.Dir, "cassettes", "", "compare with `DIR`/PROVIDER/SCENARIO.yaml (default: cassettes in a checkout of this module, else those of this build)")
	recorderFlags(f, &k.Recorder, time.Second, "request")
	c.MarkFlagDirname("cassettes")
	return c
}

// thresholds are the values of --fail-on, the most lenient last.
var thresholds = []string{"any", "additive", "breaking", "none"}

// threshold is --fail-on, and how the drift is written.
type threshold struct {
	format
	failOn string
}

func (h *threshold) flags(c *cobra.Command) {
	h.format.flags(c)
	c.Flags().StringVar(&h.failOn, "fail-on", "breaking", "the least `CLASS` of drift that gives exit status 3: breaking, additive, any or none")
	c.RegisterFlagCompletionFunc("fail-on", cobra.FixedCompletions(thresholds, cobra.ShellCompDirectiveNoFileComp))
}

func (h *threshold) check() error {
	if !slices.Contains(thresholds, h.failOn) {
		return exit.Errorf(exit.Usage, "--fail-on %q is no class of drift; %s", h.failOn, exit.Suggestion(h.failOn, thresholds, "expected breaking, additive, any or none"))
	}
	return h.format.check()
}

func (h *threshold) write(c *cobra.Command, getenv func(string) string, r *check.Report) error {
	return h.format.write(c, getenv, r.Text, r, func() report.Report { return r.Judged(h.fails) })
}

// fails reports whether drift of that class fails the command.
func (h *threshold) fails(worst drift.Class) bool {
	failing := len(thresholds) - 1 - slices.Index(thresholds, h.failOn) // so many classes
	return slices.Contains(drift.Classes()[:failing], worst)
}

const checkIntroduction = `check asks the tenant what refresh would record, compares the answers with the
stored cassettes, and writes nothing. It is for a nightly job: the day on which
the vendor changes its API is the day on which the job fails.

Only read calls are made, each of them at least twice, so that a value or an optional
member that differs from one request to the next is reported as volatile and not as
drift; a status, a media type, a type or a breach of the contract that one of the two
answers has is drift. With --simulate the simulator is compared with the simulated cassettes, which needs no credential.

Everything is compared in placeholders; the report holds no value of the tenant.
Each change is of one class:

  breaking  a client written to the contract or to the cassette may fail: a
            breach of the contract, a documented member gone, another type,
            status or media type, a value that the contract does not list
  additive  something is there that was not; a tolerant client does not notice
  cosmetic  what may change at any time: values, order, layout

A simulated cassette shows what may come: that an optional member does not come is
no drift against it. An answer that was recorded as it came (refresh
--record-as-answered) is compared with that recording.

Every scenario is asked for, and then each answer is judged with all that the run
has seen of the tenant:

  outage      5xx, 408, a temporary redirect and a page of HTML say nothing of the
              contract. They are asked again as long as --max-wait allows in the whole
              run. One that comes each time to one kind of request, while others are
              answered as documented, is drift.
  skipped     when two scenarios in a row get no answer, a read call of each operation
              is asked; when these get none either, the rest is skipped. A tenant that
              throttles for longer is left alone.
  the vendor  an answer is recognised when its body is what the contract says of its
              status, a success by one documented member. When the run has none, or
              errors of one status only, nothing is checked: what stands at the base
              URL is not the vendor.
  drift       any other answer is asked for again at the end, and counts when the
              vendor still answers as documented after that: else it has ceased to.
  once        a 401, 403 or 404 that does not come again at the end is only told.
  credential  401 and 403 are its fault, unless a read call of the same operation is
              answered with it after that.
  ids         404 is the fault of the variable that gives the id, unless another
              request with it had success, or the route answers so without it.
              When that success has become 404 too, what it names has been removed.
  path        when every read call is answered 404, the base URL is wrong, and nothing
              is checked.

--fail-on breaking (the default) gives exit status 3 for breaking changes,
additive for these as well, any for all three, none for none.

record help RULES lists what finds a change, record help FORMATS what --format and
--json write, record help EXIT the exit statuses.

Environment, read unless --simulate is given:
`

const checkMembers = `
  against   what was compared with
  worst     "" when nothing has changed
  cassette  the recording of another answer that it was compared with; absent when
            that was the scenario's own
  exchange  counted from 0; more than one with a redirect that is followed
  pointer   a JSON pointer into the body, a header's name, or "" for the whole
  before    what stood there, and after what stands there now: a word of the
            contract, any other value by its type, or "absent"
  more      how many changes, or volatile places, are not listed
  verdict   "left out", "not recorded" (no stored cassette, and not asked for by
            name), "failed" or "skipped" (not asked for, for
            it would have failed as others had)
  cause     ` + causesHelp + `
  reason    why, in short
  message   of what failed: why, and what to do about it; absent otherwise
  next      the command that takes the answers as they are; absent when nothing has
            drifted
  unread    cassettes that nothing is compared with: their heads name a scenario, and
            they lie elsewhere, or they hold another answer than what the tenant gives
            now; absent when there is none
`

const diffHelp = `diff compares cassettes as check does, without asking anybody: what a client of
the vendor would notice between A, the older, and B. Both are files, or both are
directories, whose files are compared by their paths.

The classes of changes are those of record check, whose help explains them; record
help RULES, FORMATS and EXIT say more. A file that only one directory has is named,
and is no drift.`

func diffCommand(getenv func(string) string) *cobra.Command {
	var h threshold
	c := &cobra.Command{
		Use:   "diff [flags] A B",
		Short: "Compare two cassettes, or two directories of them, with the eyes of check",
		Long:  diffHelp,
		Example: `  record diff old.yaml new.yaml
  record diff --fail-on any testdata/cassettes /tmp/cassettes`,
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) != 2 {
				return exit.Errorf(exit.Usage, "diff needs two files or two directories, such as: record diff old.yaml new.yaml")
			}
			if err := h.check(); err != nil {
				return err
			}
			r, err := check.Diff(args[0], args[1])
			if err != nil {
				return err
			}
			return cmp.Or(h.write(c, getenv, r), r.Err(false, h.fails))
		},
	}
	h.flags(c)
	return c
}

// formats are the values of --format.
var formats = []string{"text", "json", "github", "junit", "sarif", "markdown"}

// format is how a report is written.
type format struct {
	name string
	json bool // --json, which is older than --format
}

func (f *format) flags(c *cobra.Command) {
	c.Flags().BoolVar(&f.json, "json", false, "write the report as JSON")
	c.Flags().StringVar(&f.name, "format", "", "write the report as `FORMAT`: "+strings.Join(formats, ", ")+" (default text)")
	c.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(formats, cobra.ShellCompDirectiveNoFileComp))
}

// check makes sure that there is such a format.
func (f *format) check() error {
	switch {
	case f.name != "" && !slices.Contains(formats, f.name):
		return exit.Errorf(exit.Usage, "--format %q is no format; %s", f.name, exit.Suggestion(f.name, formats, "expected one of "+strings.Join(formats, ", ")))
	case f.json && f.name != "" && f.name != "json":
		return exit.Errorf(exit.Usage, "--json and --format %s ask for two formats; leave one out", f.name)
	case f.json:
		f.name = "json"
	}
	return nil
}

// write writes a report in the wanted format: as text, as JSON, or as other makes it.
func (f *format) write(c *cobra.Command, getenv func(string) string, text func(io.Writer) string, asJSON any, other func() report.Report) error {
	w := c.OutOrStdout()
	switch f.name {
	case "", "text":
		io.WriteString(w, text(w))
		return nil
	case "json":
		io.WriteString(w, report.JSON("", asJSON))
		return nil
	}
	r := other()
	r.Command, r.Version = c.Name(), version()
	io.WriteString(w, r.Text(f.name))
	if path := getenv("GITHUB_STEP_SUMMARY"); f.name == "github" && path != "" {
		return r.AppendSummary(path)
	}
	return nil
}

// exampleReport is the report that record help FORMATS shows.
func exampleReport() *check.Report {
	r := check.NewReport("testdata/cassettes", "")
	r.Add(drift.Report{
		Provider: "devrev", Scenario: "webhooks.get/400-invalid_id", Stored: "live",
		Changes:  []drift.Change{{Class: drift.Breaking, Rule: drift.MemberGone, Pointer: "/message", Before: "a string", After: "absent", Message: "…"}},
		Volatile: []drift.Volatile{{Pointer: "/x", Message: "…"}},
	})
	r.Reports[0].Cassette = "webhooks.get/404-for-400-invalid_id"
	r.Leave(check.Unchecked{Provider: "devrev", Scenario: "webhooks.get/429", Verdict: session.LeftOut, Cause: exit.CauseSimulated, Reason: "…"}, nil)
	r.Unread = []check.Unread{{File: "testdata/cassettes/devrev/webhooks.get/four-o-one.yaml", Reason: "…"}}
	r.Next = "record refresh …"
	return r
}
