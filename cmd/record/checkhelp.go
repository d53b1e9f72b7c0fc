package main

import (
	"fmt"
	"strings"

	"example.com/webhookvcr/internal/drift"
)

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

--fail-on breaking (the default) gives exit status 3 for breaking changes,
additive for these as well, any for all three, none for none.

Environment, read unless --simulate is given:
`

const checkJSON = `
The report as JSON, whose version rises when a member goes or changes its
meaning; new members do not change it:
`

const checkMembers = `
  worst     "" when nothing has changed
  exchange  counted from 0; more than one with a redirect that is followed
  pointer   a JSON pointer into the body, a header's name, or "" for the whole
  more      how many changes, or volatile places, are not listed
  verdict   "left out" (reason says why), "not recorded" (no stored cassette),
            "failed" (stderr says why) or "skipped" (would have failed as well)
  rule      one of
`

// maxColumn is the width of help texts.
const maxColumn = 78

func checkHelp() string {
	var b strings.Builder
	b.WriteString(checkIntroduction)
	b.WriteString(environmentHelp())
	b.WriteString(checkJSON + shape(exampleReport()) + checkMembers)
	for _, class := range drift.Classes() {
		fmt.Fprintf(&b, "            %s:", class)
		column := maxColumn
		for _, rule := range drift.Rules() {
			if rule.Class() != class {
				continue
			}
			if column+len(rule)+1 > maxColumn {
				b.WriteString("\n             ")
				column = 13
			}
			b.WriteString(" " + string(rule))
			column += len(rule) + 1
		}
		b.WriteByte('\n')
	}
	return b.String() + "\n" + exitHelp
}
