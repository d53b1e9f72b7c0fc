package lint

import (
	"strings"

	"example.com/webhookvcr/internal/pattern"
)

var (
	tableRow = pattern.New(`(?m)^[ \t]*\|[ \t]*[*\x60]{0,2}([A-Za-z][A-Za-z0-9_. \[\]-]{2,40}?)[*\x60]{0,2}[ \t]*\|[ \t]*\x60?([^\s|\x60]{3,256})\x60?[ \t]*\|`)
	netrc    = pattern.New(`\blogin\s{1,8}\S{1,128}\s{1,8}password\s{1,8}(\S{3,128})`)
	// phpText is a member whose name and value are texts, as PHP's serialize writes it.
	phpText = pattern.New(`s:[0-9]{1,4}:\\?"([A-Za-z][A-Za-z0-9_.\[\]-]{2,40})\\?";s:[0-9]{1,5}:\\?"([^"\\]{3,256})\\?";`)
	insert  = pattern.New(`(?i)\binsert\s{1,8}into\s{1,8}[^\s(]{1,128}\s{0,8}\(([^()]{1,512})\)\s{0,8}values\s{0,8}`)
)

// records reads rows of Markdown tables with a name and its value, netrc, what PHP
// serializes, and SQL that inserts rows.
func records(text string, isSecret func(string) bool, found func(pair)) {
	if strings.Contains(text, "|") {
		for _, m := range tableRow.FindAllStringSubmatchIndex(text, -1) {
			// The table of a documentation has words there.
			if name, value := text[m[2]:m[3]], text[m[4]:m[5]]; isSecret(name) && random(value) {
				found(pair{name, value, m[4], true})
			}
		}
	}
	if strings.Contains(text, "login") {
		for _, m := range netrc.FindAllStringSubmatchIndex(text, -1) {
			found(pair{"password", text[m[2]:m[3]], m[2], true})
		}
	}
	if strings.Contains(text, ";s:") {
		for _, m := range phpText.FindAllStringSubmatchIndex(text, -1) {
			if name := text[m[2]:m[3]]; isSecret(name) {
				found(pair{name, text[m[4]:m[5]], m[4], true})
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
