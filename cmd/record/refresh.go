package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"example.com/webhookvcr/internal/provider"
)

type refresh struct {
	simulate, acceptDrift, force bool
	out                          string
	maxWait, pace, timeout       time.Duration
	getenv                       func(string) string
	stderr                       io.Writer

	output *output
}

func refreshCommand(getenv func(string) string) *cobra.Command {
	r := &refresh{getenv: getenv}
	c := &cobra.Command{
		Use:   "refresh [flags] [PROVIDER[/SCENARIO]...]",
		Short: "Record scenarios, against the tenant in the environment or the simulator",
		Long:  refreshHelp(),
		Example: `  record refresh --simulate
  record refresh --out testdata/cassettes devrev
  record refresh --out testdata/cassettes devrev/webhooks.get/200 dvelop/GetWebHook`,
		DisableFlagsInUseLine: true,
		RunE: func(c *cobra.Command, args []string) error {
			r.stderr = c.ErrOrStderr()
			return r.run(c.Context(), args, c.OutOrStdout())
		},
	}
	f := c.Flags()
	f.BoolVar(&r.simulate, "simulate", false, "record the built-in simulator instead of a tenant")
	f.StringVar(&r.out, "out", "", "write `DIR`/PROVIDER/SCENARIO.yaml (default: cassettes, in a checkout of this module)")
	f.BoolVar(&r.acceptDrift, "accept-drift", false, "write answers that break the published contract, and list the breaches in the cassette")
	f.BoolVar(&r.force, "force", false, "let a simulated cassette take the place of one that is not simulated")
	f.DurationVar(&r.maxWait, "max-wait", 2*time.Minute, "how long to wait for a scenario in all when the tenant answers 429 with Retry-After")
	f.DurationVar(&r.pace, "pace", 200*time.Millisecond, "how long to wait before each scenario of a live tenant")
	f.DurationVar(&r.timeout, "timeout", 30*time.Second, "how long to wait for the answer of a live tenant")
	return c
}

const refreshIntroduction = `refresh sends the requests of the scenarios and writes their cassettes. Without
arguments it takes every scenario of every provider that the environment has
credentials for. PROVIDER/OPERATION takes all scenarios of an operation.

Only read calls are made. Errors that no read call provokes (429, 500, 503 and
the like) are never provoked on a tenant: their simulated cassettes stay.

A cassette is written when the answer is the one that the scenario is about, it
meets the published contract, every value of the tenant in it has been replaced,
and it replays itself. Otherwise the old file stays as it was. A cassette whose
new recording says the same stays untouched.

Environment, read unless --simulate is given:
`

func refreshHelp() string {
	var t table
	for _, def := range provider.All() {
		base := "base URL of your tenant, such as " + strings.Replace(def.BaseURL, "sample-api", "acme", 1)
		if def.BaseDefault != "" {
			base = "base URL (default " + def.BaseDefault + ")"
		}
		t.add("  "+def.TokenVar, "your credential for "+def.Title)
		t.add("  "+def.BaseVar, base)
		for _, s := range def.Seeds {
			if s.Lookup != nil {
				t.add("  "+s.Var, "your value for "+s.Placeholder+" (default: "+s.Lookup.What+")")
			} else {
				t.add("  "+s.Var, "your value for "+s.Placeholder)
			}
		}
	}
	var b strings.Builder
	b.WriteString(refreshIntroduction)
	t.print(&b) // a strings.Builder takes everything
	return b.String() + "\n" + exitHelp
}

func (r *refresh) run(ctx context.Context, args []string, stdout io.Writer) error {
	targets, err := choose(args)
	if err != nil {
		return err
	}
	sessions, err := r.tenants(targets, len(args) > 0, r.stderr)
	if err != nil {
		return err
	}
	if r.output, err = openOutput(r.out, targets); err != nil {
		return err
	}
	defer r.output.close()
	s := newSummary()
	for _, t := range targets {
		session := sessions[t.def]
		if session == nil {
			continue
		}
		if ctx.Err() != nil {
			s.missed++
			continue
		}
		row, err := r.scenario(ctx, t, session)
		if err != nil {
			fmt.Fprintf(r.stderr, "%v\n", err)
			session.note(err)
		}
		s.add(t, row, err)
	}
	if err := s.print(stdout); err != nil {
		return exit(exitFailed, "%v", err)
	}
	return s.err(ctx.Err() != nil)
}

// row is a scenario's line in the summary.
type row struct{ source, verdict, remark string }

// The verdicts, in the order in which the summary counts them.
var verdicts = []string{written, unchanged, kept, leftOut, failed, skipped}

const (
	written   = "written"
	unchanged = "unchanged"
	kept      = "kept"     // on purpose
	leftOut   = "left out" // nothing is there, and nothing was made
	failed    = "failed"
	skipped   = "skipped" // an earlier failure would have come again
)

// summary is what the command prints at its end.
type summary struct {
	table  table
	counts map[string]int
	missed int // not begun when the command was interrupted
	code   int
}

func newSummary() *summary {
	s := &summary{counts: map[string]int{}}
	s.table.add("SCENARIO", "STATUS", "SOURCE", "VERDICT", "REMARK")
	return s
}

func (s *summary) add(t target, r row, err error) {
	s.table.add(t.name(), strconv.Itoa(t.scenario.Status), r.source, r.verdict, r.remark)
	s.counts[r.verdict]++
	var e *exitError
	if errors.As(err, &e) {
		s.code = max(s.code, e.code)
	}
}

func (s *summary) print(w io.Writer) error {
	if err := s.table.print(w); err != nil {
		return err
	}
	var counts []string
	for _, v := range verdicts {
		if n := s.counts[v]; n > 0 {
			counts = append(counts, fmt.Sprintf("%d %s", n, v))
		}
	}
	_, err := fmt.Fprintf(w, "\n%s\n", strings.Join(counts, ", "))
	return err
}

func (s *summary) err(interrupted bool) error {
	lost := s.counts[failed] + s.counts[skipped]
	switch {
	case interrupted:
		return exit(max(s.code, exitFailed), "interrupted before the end: %d failed or skipped, %d not begun; every cassette is whole, and the table shows what was done", lost, s.missed)
	case lost == 0:
		return nil
	case lost == 1:
		return exit(s.code, "1 scenario was not recorded")
	default:
		return exit(s.code, "%d scenarios were not recorded", lost)
	}
}
