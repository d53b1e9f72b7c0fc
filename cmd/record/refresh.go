package main

import (
	"time"

	"github.com/spf13/cobra"

	"example.com/webhookvcr/cmd/record/internal/exit"
	"example.com/webhookvcr/cmd/record/internal/refresh"
	"example.com/webhookvcr/cmd/record/internal/scrub"
	"example.com/webhookvcr/cmd/record/internal/session"
)

func refreshCommand(getenv func(string) string, clock session.Clock) *cobra.Command {
	r := &refresh.Refresh{Recorder: session.Recorder{Getenv: getenv, Clock: clock, Undone: "not written"}}
	c := &cobra.Command{
		Use:   "refresh [flags] [PROVIDER[/SCENARIO]...]",
		Short: "Record scenarios, against the tenant in the environment or the simulator",
		Long:  refreshIntroduction + environmentHelp(),
		Example: `  record refresh --simulate
  record refresh --out testdata/cassettes devrev
  record refresh --out testdata/cassettes devrev/webhooks.get/200`,
		ValidArgsFunction: completeScenario,
		RunE: func(c *cobra.Command, args []string) error {
			exit.NotesRecording(c.Context())
			return r.Run(c.Context(), args, c.OutOrStdout(), c.ErrOrStderr())
		},
	}
	f := c.Flags()
	f.BoolVar(&r.Simulate, "simulate", false, "record the built-in simulator instead of a tenant")
	f.StringVar(&r.Out, "out", "", "write `DIR`/PROVIDER/SCENARIO.yaml (default: cassettes, in a checkout of this module)")
	f.BoolVar(&r.AcceptDrift, "accept-drift", false, "write answers that break the published contract, and list the breaches in the cassette")
	f.BoolVar(&r.Write, "write", false, "record scenarios that change the tenant as well, on webhooks that are made for it and removed again")
	f.BoolVar(&r.Force, "force", false, "let a simulated cassette take the place of one that is not simulated, and any that of a file that is no cassette")
	f.BoolVar(&r.AsAnswered, "record-as-answered", false, "write what was answered otherwise as well, as DIR/PROVIDER/OPERATION/STATUS-for-SCENARIO.yaml")
	pinFlag(f, &r.Pointers)
	recorderFlags(f, &r.Recorder, 200*time.Millisecond, "scenario")
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

const scrubHelp = `scrub takes cassettes that plain go-vcr has recorded, with a tenant's values in
them, through the replacing and the checks of a recording, as if the tenant had
just answered. It prints the cassette; with --write the file is replaced, but for
one that does not pass, which stays as it is: the message names what is not
accounted for. One that record has written stays as well.

What the vendor has sent and the contract does not list is named, as record refresh
does, and so is what a recording has no place for: comments, and keys that go-vcr
does not know.

A cassette does not say when it was recorded: --recorded does. The credential is
the one that its requests carry, or else that of the environment. Texts and URLs that
the requests send are the program's, and stay only when they are made up; --varies
replaces them, in the answers as well.

Ids that the requests name must stand in the environment, as for a recording:
`

func scrubCommand(getenv func(string) string, clock session.Clock) *cobra.Command {
	s := &scrub.Scrub{Getenv: getenv, Now: clock.Now}
	c := &cobra.Command{
		Use:   "scrub --recorded DAY [flags] FILE...",
		Short: "Replace a tenant's values in cassettes that plain go-vcr has recorded",
		Long:  scrubHelp + environmentHelp(),
		Example: `  record scrub --recorded 2025-11-03 testdata/webhook.yaml > clean.yaml
  record scrub --recorded 2025-11-03 --write testdata/*.yaml`,
		RunE: func(c *cobra.Command, args []string) error {
			return s.Run(c.Context(), args, c.OutOrStdout(), c.ErrOrStderr())
		},
	}
	f := c.Flags()
	f.StringVar(&s.Recorded, "recorded", "", "the `DAY` on which the cassettes were recorded, as YYYY-MM-DD")
	f.StringVar(&s.Provider, "provider", "", "the `PROVIDER` that was asked (default: the one whose base URL the requests have)")
	f.BoolVar(&s.Write, "write", false, "replace the files")
	f.BoolVar(&s.AcceptDrift, "accept-drift", false, "let answers pass that break the published contract, and list the breaches in the cassette")
	pointerFlags(f, &s.Pointers)
	pinFlag(f, &s.Pointers)
	f.StringArrayVar(&s.Varies, "varies", nil, "replace what requests send at the JSON `POINTER`; may be repeated")
	return c
}
