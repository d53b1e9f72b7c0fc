package session

import (
	"fmt"

	"example.com/webhookvcr/cmd/record/internal/exit"
	"example.com/webhookvcr/internal/say"
)

// The verdicts, in the order in which they are counted.
var verdicts = []string{Written, Unchanged, Otherwise, Kept, NotRecorded, LeftOut, Failed, Skipped}

const (
	Written     = "written"
	Unchanged   = "unchanged"
	Otherwise   = "answered otherwise"
	Kept        = "kept"         // on purpose
	NotRecorded = "not recorded" // there is nothing to compare with
	LeftOut     = "left out"     // nothing is there, and nothing was made
	Failed      = "failed"
	Skipped     = "skipped" // an earlier failure would have come again
)

// Folded calls f for each item with 1; of more than maxAlike that have one kind it does so
// for the first alone, with how many these are.
func Folded[T any, K comparable](all []T, kind func(T) K, f func(item T, alike int)) {
	alike := map[K]int{}
	for _, item := range all {
		alike[kind(item)]++
	}
	for _, item := range all {
		switch n := alike[kind(item)]; {
		case n > maxAlike:
			alike[kind(item)] = 0
			f(item, n)
		case n > 0:
			f(item, 1)
		}
	}
}

// Tally counts what became of the scenarios.
type Tally struct {
	counts map[string]int
	named  int // answered otherwise, and named on the command line
	Code   int // the worst exit status of a failure
}

// Add counts a verdict; err is why the scenario failed, if it did.
func (t *Tally) Add(verdict string, err error) {
	if t.counts == nil {
		t.counts = map[string]int{}
	}
	t.counts[verdict]++
	if verdict == Otherwise && err != nil {
		t.named++
	}
	if err != nil {
		t.Code = exit.Worse(t.Code, exit.Code(err))
	}
}

// Lost counts the scenarios that should have been recorded and were not.
func (t *Tally) Lost() int { return t.counts[Failed] + t.counts[Skipped] + t.named }

// Texts are the counts in words.
func (t *Tally) Texts() (all []string) {
	for _, v := range verdicts {
		if n := t.counts[v]; n > 0 {
			all = append(all, fmt.Sprintf("%d %s", n, v))
		}
	}
	return all
}

// Scenarios is a number of them with its verb.
func Scenarios(n int, one, many string) string {
	if n == 1 {
		return say.Count(n, "scenario") + " " + one
	}
	return say.Count(n, "scenario") + " " + many
}

// maxAlike is how many scenarios of a vendor have one verdict for one reason before a
// text counts them; other formats name each.
const maxAlike = 3
