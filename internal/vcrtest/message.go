package vcrtest

import (
	"regexp"
	"strings"
	"testing"

	"example.com/webhookvcr/webhooktest/goldentest"
)

// SaidBy is what an error says; nothing when it is nil.
func SaidBy(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

var testLine = regexp.MustCompile(`(_test\.go):\d+`)

// AnyLine takes the lines out of the places that a message names.
func AnyLine(message string) string { return testLine.ReplaceAllString(message, "$1:LINE") }

// AssertMessages compares the failure texts of a family with their golden file in
// testdata/golden/messages, if -run has left none of them out.
func AssertMessages(t *testing.T, family string, all int, said []string) {
	t.Helper()
	if len(said) == all {
		goldentest.AssertBytes(t, "messages/"+family, []byte(strings.Join(said, "\n\n")+"\n"))
	}
}

// Sentence is what a message says of a place in a request or an answer. Package
// contract pins these.
var Sentence = regexp.MustCompile(`((?:request|answer)(?: \S+)?(?: \(line \d+, column \d+\))?): .*`)
