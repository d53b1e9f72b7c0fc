package main

import (
	"github.com/spf13/cobra"

	"example.com/webhookvcr/internal/scrub"
	"example.com/webhookvcr/internal/session"
)

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
