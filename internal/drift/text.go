package drift

import (
	"fmt"
	"io"
	"strconv"
	"strings"
)

// WriteText writes the report for people: a line with what was found, then a
// line for each place and one for what it means.
func (r Report) WriteText(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n", r.name(), r.verdict())
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
	_, err := io.WriteString(w, b.String())
	return err
}

// WriteText writes the reports one after the other.
func (all Reports) WriteText(w io.Writer) error {
	for _, r := range all {
		if err := r.WriteText(w); err != nil {
			return err
		}
	}
	return nil
}

func (r Report) name() string {
	if r.Scenario == "" {
		return r.Provider
	}
	name := r.Provider + " " + r.Scenario
	if r.Stored == "simulated" {
		name += ", whose cassette is simulated"
	}
	return name
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
	for _, c := range r.Changes {
		if c.Exchange > 0 {
			return true
		}
	}
	for _, v := range r.Volatile {
		if v.Exchange > 0 {
			return true
		}
	}
	return false
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
