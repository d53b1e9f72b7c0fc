package lint

import (
	"encoding/csv"
	"slices"
	"strings"
	"unicode"

	"example.com/webhookvcr/internal/pattern"
)

// pair is a name with what stands in the place of its value.
type pair struct {
	name, value string
	at          int // where the value begins in the text, or near it
	// sure says that the notation leaves no doubt. Prose says "password: wrong", too.
	sure bool
}

// notations are the readers of the ways to write pairs into a text that is no JSON. Each
// hands on the pairs with a secret's name.
var notations = []func(text string, isSecret func(string) bool, found func(pair)){assignments, markup, options, columns, records}

// pairs looks for names with values in a text. In prose counts only what a notation
// leaves no doubt about, or what looks drawn at random.
func (s *search) pairs(text string, prose bool) {
	if !strings.ContainsAny(text, ":=<-,;\t|") && !strings.Contains(text, "login ") {
		return
	}
	found := func(p pair) {
		if !prose || p.sure || random(p.value) {
			s.seek(p.at)
			s.assigned(p.name, p.value)
		}
	}
	for _, read := range notations {
		read(text, s.isSecret, found)
	}
}

func (s *search) assigned(name, value string) {
	if s.isSecret(name) {
		s.in(stepWord, "at", func() { s.in(stepWord, safeName(name), func() { s.secret(name, value) }) })
	}
}

// random says whether a text looks drawn at random: letters and digits together, and no word.
func random(s string) bool {
	return len(s) >= 8 && strings.ContainsAny(s, "0123456789") && strings.ContainsFunc(s, unicode.IsLetter) && !strings.ContainsAny(s, " ,;()<>{}")
}

const (
	// minValue is the shortest value: three characters are a password.
	minValue = 3
	// maxValue bounds the value of an assignment.
	maxValue = 1 << 12
)

// assignments reads scripts, settings, connection strings, attributes, GraphQL, and JSON
// that was cut off or quoted once more: a name before a colon or an equals sign. It
// looks at these one by one, which is far cheaper than a pattern.
func assignments(text string, isSecret func(string) bool, found func(pair)) {
	for at := 0; at < len(text); at++ {
		next := strings.IndexAny(text[at:], ":=")
		if next < 0 {
			return
		}
		at += next
		name, start, quotes := assignee(text[:at])
		operator := at
		for at+1 < len(text) && (text[at+1] == '=' || text[at+1] == '>') && at-operator < 2 { // := and =>
			at++
		}
		if len(name) < minValue || !isSecret(name) {
			continue
		}
		from := at + 1
		for from < len(text) && (text[from] == ' ' || text[from] == '\t') {
			from++
		}
		spaced := from > at+1
		if from < len(text) && text[from] == '[' {
			from++
		}
		value, quoted, end := assigned(text, from)
		colon := text[operator] == ':' && at == operator
		switch {
		case len(value) < minValue:
			continue
		case colon && !spaced && !quoted && start > 0 && text[start-1] == ':':
			continue // a part of a name with colons, such as that of a resource
		}
		// What a name on a line of its own holds is a setting.
		before := strings.TrimRight(text[:start], " \t")
		alone := (before == "" || strings.HasSuffix(before, "\n")) && strings.Contains(text, "\n") && (end == len(text) || text[end] == '\n' || text[end] == '\r')
		found(pair{name, value, from, quoted || quotes || !colon || alone})
		if !quoted {
			at = end - 1 // what else is assigned there is a part of this value
		}
	}
}

// maxName bounds a name.
const maxName = 41

// assignee is the name that a text ends with, where it begins, and whether it stands
// between quotes.
func assignee(text string) (name string, start int, quotes bool) {
	end := len(strings.TrimRight(text, " \t"))
	bare := len(strings.TrimRight(text[:end], `\"'`))
	start = bare
	for start > 0 && bare-start < maxName && (base64Byte(text[start-1]) && text[start-1] != '+' && text[start-1] != '/' || strings.IndexByte(".[]", text[start-1]) >= 0) {
		start--
	}
	quotes = bare < end && start > 0 && strings.IndexByte(`"'`, text[start-1]) >= 0
	name = strings.TrimLeft(text[start:bare], "0123456789_.[]-")
	return name, bare - len(name), quotes
}

// assigned reads the value at a place: what stands in quotes, or up to a blank or a
// mark of punctuation.
func assigned(text string, at int) (value string, quoted bool, end int) {
	rest := text[at:min(len(text), at+maxValue)]
	open := strings.TrimLeft(rest, `\`)
	if open != "" && (open[0] == '"' || open[0] == '\'') {
		start := len(rest) - len(open) + 1
		if n := strings.IndexByte(rest[start:], open[0]); n > 0 {
			line, _, _ := strings.Cut(strings.TrimRight(rest[start:start+n], `\`), "\n")
			return line, true, at + start + n + 1
		}
		return "", true, at
	}
	n := unquoted(rest)
	if n+1 < len(rest) && rest[n] == ' ' && scheme.MatchString(rest[:n+1]) { // Authorization: Token …
		n += 1 + unquoted(rest[n+1:])
	}
	value = strings.TrimRight(rest[:n], ".")
	if n < len(rest) && (rest[n] == '(' || rest[n] == '[') || expression.MatchString(value) {
		return "", false, at + n // a program's
	}
	return value, false, at + n
}

// expression is what a program reads a value from.
var expression = pattern.New(`^(?:(?:self|this|cls|req|request|config|cfg|options|opts|args|process|os|env)\.[A-Za-z_$]+|[A-Za-z_$]+(?:\.[A-Za-z_$]+){2,})$`)

// unquoted is how long a value is that no quotes enclose.
func unquoted(text string) int {
	if n := strings.IndexAny(text, " \t\r\n\"'<>&,;{}[]()\\"); n >= 0 {
		return n
	}
	return len(text)
}

var (
	option = pattern.New(`(?:^|[\s"'(])--?([A-Za-z][A-Za-z0-9_\[\]-]{2,40})[ \t]+`)
	// prose are words that stand behind the name of an option in its description.
	prose = strings.Fields("a an and are as can flag for if in instead is must of on option or should the to when will with")
)

// options reads the command lines that logs and settings hold.
func options(text string, isSecret func(string) bool, found func(pair)) {
	if !strings.Contains(text, " ") || !strings.Contains(text, "-") {
		return
	}
	for _, m := range option.FindAllStringSubmatchIndex(text, -1) {
		if name := text[m[2]:m[3]]; isSecret(name) {
			value, quoted, _ := assigned(text, m[1])
			if len(value) >= minValue && value[0] != '-' && (quoted || !slices.Contains(prose, value)) {
				found(pair{name, value, m[1], true})
			}
		}
	}
}

// column is the name of a column: no word of a sentence begins behind a comma.
var column = pattern.New(`^[A-Za-z][A-Za-z0-9_.\[\]-]*(?: [A-Za-z0-9_.-]+){0,3}$`)

// columns reads values that are separated by a character, below a line of names.
func columns(text string, isSecret func(string) bool, found func(pair)) {
	head, rest, ok := strings.Cut(strings.TrimLeft(text, "\ufeff"), "\n")
	if !ok || len(head) > 1<<12 {
		return
	}
	i := strings.IndexAny(head, ",;\t")
	if i < 0 {
		return
	}
	names := strings.Split(strings.TrimSpace(head), head[i:i+1])
	some := false
	for n, name := range names {
		names[n] = strings.Trim(name, `"`)
		if !column.MatchString(names[n]) {
			return
		}
		some = some || isSecret(names[n])
	}
	if !some {
		return
	}
	rows := csv.NewReader(strings.NewReader(rest))
	rows.Comma, rows.LazyQuotes, rows.FieldsPerRecord = rune(head[i]), true, len(names)
	for {
		row, err := rows.Read()
		if err != nil {
			return // the end, or no table
		}
		for n, value := range row {
			if isSecret(names[n]) && value != "" {
				found(pair{names[n], value, len(text) - len(rest) + int(rows.InputOffset()) - 1, true})
			}
		}
	}
}
