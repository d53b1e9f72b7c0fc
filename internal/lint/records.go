package lint

import (
	"strings"

	"example.com/webhookvcr/internal/pattern"
)

var (
	curlOption = pattern.New(`\bcurl\b[^\r\n|;]*?\s(?:-u|-U|--user|--proxy-user)[ =]?["']?(?:[^\s:"']{1,64}):([^\s"']{3,128})`)
	curlHeader = pattern.New(`(?:-H|--header)[ =]?["']([A-Za-z][A-Za-z0-9_-]{2,40}): ?([^"'\r\n]{3,})["']`)
	tableRow   = pattern.New(`(?m)^[ \t]*\|[ \t]*[*\x60]{0,2}([A-Za-z][A-Za-z0-9_. \[\]-]{2,40}?)[*\x60]{0,2}[ \t]*\|[ \t]*\x60?([^\s|\x60]{3,256})\x60?[ \t]*\|`)
	netrc      = pattern.New(`\blogin\s{1,8}\S{1,128}\s{1,8}password\s{1,8}(\S{3,128})`)
	// phpText is a member whose name and value are texts, as PHP's serialize writes it.
	phpText = pattern.New(`s:[0-9]{1,4}:\\?"([A-Za-z][A-Za-z0-9_.\[\]-]{2,40})\\?";s:[0-9]{1,5}:\\?"([^"\\]{3,256})\\?";`)
	insert  = pattern.New(`(?i)\binsert\s{1,8}into\s{1,8}[^\s(]{1,128}\s{0,8}\(([^()]{1,512})\)\s{0,8}values\s{0,8}`)
)

// forms are the ways to write a pair that one pattern knows. Each is tried on texts
// that have its mark.
var forms = []struct {
	mark        string
	pattern     pattern.Pattern
	name, value int // their groups; 0 for a password
	drawn       bool
}{
	{"curl", curlOption, 0, 1, false},
	{"curl", curlHeader, 1, 2, false},
	{"|", tableRow, 1, 2, true}, // the table of a documentation has words there
	{"login", netrc, 0, 1, false},
	{";s:", phpText, 1, 2, false},
}

// records reads rows of Markdown tables with a name and its value, netrc, what PHP
// serializes, what curl is given, and SQL that inserts rows.
func records(text string, isSecret func(string) bool, found func(pair)) {
	for _, f := range forms {
		if !strings.Contains(text, f.mark) {
			continue
		}
		for _, m := range f.pattern.FindAllStringSubmatchIndex(text, -1) {
			name, value := "password", text[m[2*f.value]:m[2*f.value+1]]
			if f.name > 0 {
				name = text[m[2*f.name]:m[2*f.name+1]]
			}
			if isSecret(name) && (!f.drawn || random(value)) {
				found(pair{name, value, m[2*f.value], true})
			}
		}
	}
	if containsFold(text, "insert") {
		for _, m := range insert.FindAllStringSubmatchIndex(text, -1) {
			inserted(strings.Split(text[m[2]:m[3]], ","), text[:min(len(text), m[1]+maxValue)], m[1], isSecret, found)
		}
	}
}

// sqlValue is one in a row, with what stands before it.
var sqlValue = pattern.New(`^[\s,]*(?:'((?:[^']|'')*)'|([^'(),\s]+))`)

// inserted reads the rows that stand at a place: (1, 'a'), (2, 'b').
func inserted(columns []string, text string, at int, isSecret func(string) bool, found func(pair)) {
	for at < len(text) {
		rest := strings.TrimLeft(text[at:], ", \t\r\n")
		if !strings.HasPrefix(rest, "(") {
			return
		}
		at = len(text) - len(rest) + 1
		for _, column := range columns {
			m := sqlValue.FindStringSubmatchIndex(text[at:])
			if m == nil {
				return
			}
			if name := strings.Trim(column, " \t\r\n\"`[]"); m[2] >= 0 && m[3]-m[2] >= minValue && isSecret(name) {
				found(pair{name, text[at+m[2] : at+m[3]], at + m[2], true})
			}
			at += m[1]
		}
		if at < len(text) && text[at] == ')' {
			at++
		} else {
			return
		}
	}
}
