package main

import (
	"context"
	"io"
	"time"

	"github.com/spf13/cobra"
)

type refresh struct {
	recorder
	acceptDrift, force bool
	out                string
	output             *output
}

func refreshCommand(getenv func(string) string, clock clock) *cobra.Command {
	r := &refresh{recorder: recorder{getenv: getenv, clock: clock, undone: "not written"}}
	c := &cobra.Command{
		Use:   "refresh [flags] [PROVIDER[/SCENARIO]...]",
		Short: "Record scenarios, against the tenant in the environment or the simulator",
		Long:  refreshHelp(),
		Example: `  record refresh --simulate
  record refresh --out testdata/cassettes devrev
  record refresh --out testdata/cassettes devrev/webhooks.get/200 dvelop/GetWebHook`,
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
	f.BoolVar(&r.force, "force", false, "let a simulated cassette take the place of one that is not simulated")
	r.flags(f, 200*time.Millisecond, "scenario")
	c.MarkFlagDirname("out")
	return c
}

const refreshIntroduction = `refresh sends the requests of the scenarios and writes their cassettes. Without
arguments it takes every scenario of every provider that the environment has
credentials for. PROVIDER/OPERATION takes all scenarios of an operation.

Only read calls are made. Errors that no read call provokes (429, 500, 503 and
the like) are never provoked on a tenant: their simulated cassettes stay.

A cassette is written when the answer is the one that the scenario is about, it
meets the published contract, every value of the tenant in it has been replaced,
and it replays itself. Every token in it must be HTTP's own, a word that the
contract lists at that place, a placeholder, a documented date or count within
bounds, or the plain name of an undocumented member; one that is none of these
keeps the file from being written, and the message names its place. Otherwise the old file stays as it was. A cassette whose
new recording says the same stays untouched.

Environment, read unless --simulate is given:
`

func refreshHelp() string { return refreshIntroduction + environmentHelp() + "\n" + exitHelp }

func (r *refresh) run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	targets, sessions, err := r.begin(args, stderr)
	if err != nil {
		return err
	}
	if r.output, err = openOutput(r.out, targets); err != nil {
		return err
	}
	defer r.output.close()
	r.expect(targets, sessions, func(target) bool { return true })
	s := newSummary()
	s.tally.missed = r.each(ctx, targets, sessions, func(t target, session *session) error {
		row, err := r.scenario(ctx, t, session)
		s.add(t, row, err)
		return err
	})
	if err := s.print(stdout); err != nil {
		return exit(exitFailed, "%v", err)
	}
	return s.err(ctx.Err() != nil)
}
