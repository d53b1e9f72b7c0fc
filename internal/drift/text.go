package drift

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"example.com/webhookvcr/internal/say"
)

// Text are the reports for people: those with drift first and the worst of
// them at the top, each with a line for every place and one for what it means;
// reports that say the same stand once. Those without drift are one line.
func (all Reports) Text() string {
	var blocks []*block
	at := map[string]*block{}
	steady, simulated := 0, 0
	for _, r := range all {
		if len(r.Changes)+len(r.Volatile) == 0 {
			steady++
			if r.Stored == "simulated" {
				simulated++
			}
			continue
		}
		text := r.places()
		key := r.Provider + "\x00" + r.Stored + "\x00" + text
		if at[key] == nil {
			at[key] = &block{first: r, text: text}
			blocks = append(blocks, at[key])
		}
		at[key].scenarios = append(at[key].scenarios, r.Scenario)
	}
	rank := func(b *block) int { return slices.Index(append(Classes(), ""), b.first.Worst()) }
	slices.SortStableFunc(blocks, func(a, b *block) int { return rank(a) - rank(b) })
	var b strings.Builder
	for _, block := range blocks {
		fmt.Fprintf(&b, "%s: %s\n%s", block.name(), block.verdict(), block.text)
	}
	if steady > 0 {
		fmt.Fprintf(&b, "%d without drift", steady)
		switch simulated {
		case 0:
		case steady:
			b.WriteString(", against simulated cassettes")
		default:
			fmt.Fprintf(&b, ", %d of them against simulated cassettes", simulated)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// places are the lines of a report.
func (r Report) places() string {
	var b strings.Builder
	several := r.several()
	for _, c := range r.Changes {
		fmt.Fprintf(&b, "  %-8s  %s\n            %s\n", c.Class, describePlace(c.Exchange, c.Pointer, several), c.Message)
	}
	if r.More > 0 {
		fmt.Fprintf(&b, "  and %d more\n", r.More)
	}
	for _, v := range r.Volatile {
		fmt.Fprintf(&b, "  volatile  %s\n            %s\n", describePlace(v.Exchange, v.Pointer, several), v.Message)
	}
	if r.MoreVolatile > 0 {
		fmt.Fprintf(&b, "  and %d more that are volatile\n", r.MoreVolatile)
	}
	return b.String()
}

// block is what several reports of one provider say alike.
type block struct {
	first     Report
	text      string
	scenarios []string
}

// maxNamed bounds the scenarios that a block names.
const maxNamed = 3

func (b *block) name() string {
	names, cassette := b.scenarios, ", whose cassette is simulated"
	if len(names) > 1 {
		cassette = ", whose cassettes are simulated"
	}
	if more := len(names) - maxNamed; more > 0 {
		names = append(slices.Clone(names[:maxNamed]), fmt.Sprintf("%d more", more))
	}
	name := strings.TrimSpace(b.first.Provider + " " + say.List(names, "and"))
	if b.first.Stored == "simulated" {
		name += cassette
	}
	return name
}

func (b *block) verdict() string {
	if len(b.scenarios) > 1 && len(b.first.Changes) > 0 {
		return b.first.verdict() + " each"
	}
	return b.first.verdict()
}

func (r Report) verdict() string {
	if len(r.Changes) == 0 {
		return "no drift"
	}
	counts := r.Counts()
	var all []string
	for _, class := range Classes() {
		if n := counts[class]; n > 0 {
			all = append(all, fmt.Sprintf("%d %s", n, class))
		}
	}
	return strings.Join(all, ", ")
}

// several reports whether it must be said which exchange is meant.
func (r Report) several() bool {
	return slices.ContainsFunc(r.Changes, func(c Change) bool { return c.Exchange > 0 }) ||
		slices.ContainsFunc(r.Volatile, func(v Volatile) bool { return v.Exchange > 0 })
}

// describePlace counts exchanges from 1, as people do. A vendor may name a
// member as it likes, so what would not show as text is quoted.
func describePlace(exchange int, pointer string, several bool) string {
	switch {
	case pointer == "":
		pointer = "the answer"
	case strings.ContainsFunc(pointer, func(r rune) bool { return r == ' ' || !strconv.IsPrint(r) }):
		pointer = strconv.Quote(pointer)
	}
	if several {
		return fmt.Sprintf("#%d %s", exchange+1, pointer)
	}
	return pointer
}
