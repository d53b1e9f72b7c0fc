package lint

import (
	"encoding/csv"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// pair is a name with what stands in the place of its value.
type pair struct {
	name, value string
	at          int // where the value begins in the text, or near it
	// sure says that the notation leaves no doubt. Prose says "password: wrong", too.
	sure bool
}

// notation is a way to write pairs into a text that is no JSON, with its reader. A
// reader hands on the pairs with a secret's name.
type notation struct {
	name string
	read func(text string, isSecret func(string) bool, found func(pair))
}

var notations = []notation{
	{"assignments", assignments},
	{"markup", markup},
	{"options of a command", options},
	{"columns", columns},
}

// pairs looks for names with values in a text. In prose counts only what a notation
// leaves no doubt about, or what looks drawn at random.
func (s *search) pairs(text string, prose bool) {
	for _, n := range notations {
		n.read(text, s.isSecret, func(p pair) {
			if !prose || p.sure || random(p.value) {
				s.seek(p.at)
				s.assigned(p.name, p.value)
			}
		})
	}
}

func (s *search) assigned(name, value string) {
	if s.isSecret(name) {
		s.in(stepWord, "at", func() { s.in(stepWord, safeName(name), func() { s.secret(name, value) }) })
	}
}

// random says whether a text looks drawn at random: letters and digits together,
// and no word.
func random(s string) bool {
	return len(s) >= 8 && strings.ContainsAny(s, "0123456789") && strings.ContainsFunc(s, unicode.IsLetter) && !strings.ContainsAny(s, " ,;()<>{}")
}

const (
	// minValue is the shortest value: three characters are a password.
	minValue = 3
	// maxValue bounds the value of an assignment.
	maxValue = 1 << 12
)

// assignee is a name in scripts, settings, connection strings, attributes, GraphQL,
// and JSON that was cut off or quoted once more.
var assignee = regexp.MustCompile(`(\\*["']?)([A-Za-z][A-Za-z0-9_.\[\]-]{2,40})(\\*["']?)([ \t]*)(=>|:=|[:=])([ \t]*)\[?`)

func assignments(text string, isSecret func(string) bool, found func(pair)) {
	if !strings.ContainsAny(text, ":=") {
		return
	}
	for _, m := range assignee.FindAllStringSubmatchIndex(text, -1) {
		name, operator := text[m[4]:m[5]], text[m[10]:m[11]]
		if !isSecret(name) {
			continue
		}
		value, quoted, end := assigned(text, m[1])
		if len(value) < minValue {
			continue
		}
		// What a name on a line of its own holds is a setting.
		alone := strings.TrimSpace(text[strings.LastIndexByte(text[:m[0]], '\n')+1:m[0]]) == "" && strings.Contains(text, "\n") && (end == len(text) || text[end] == '\n' || text[end] == '\r')
		named := m[3] > m[2] && m[7] > m[6]
		if !quoted && m[0] > 0 && text[m[0]-1] == ':' && operator == ":" && m[12] == m[13] {
			continue // a part of a name with colons, such as that of a resource
		}
		found(pair{name, value, m[1], quoted || named || operator != ":" || alone})
	}
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
	return strings.TrimRight(rest[:n], "."), false, at + n
}

// unquoted is how long a value is that no quotes enclose.
func unquoted(text string) int {
	if n := strings.IndexAny(text, " \t\r\n\"'<>&,;{}[]()\\"); n >= 0 {
		return n
	}
	return len(text)
}

var (
	option     = regexp.MustCompile(`(?:^|[\s"'(])--?([A-Za-z][A-Za-z0-9_-]{2,40})[ \t]+`)
	curlOption = regexp.MustCompile(`\bcurl\b[^\r\n|;]*?\s(?:-u|-U|--user|--proxy-user)[ =]?["']?([^\s:"']{1,64}):([^\s"']{3,128})`)
	curlHeader = regexp.MustCompile(`(?:-H|--header)[ =]?["']([A-Za-z][A-Za-z0-9_-]{2,40}): ?([^"'\r\n]{3,})["']`)
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
	if !strings.Contains(text, "curl") {
		return
	}
	for _, m := range curlOption.FindAllStringSubmatchIndex(text, -1) {
		found(pair{"password", text[m[4]:m[5]], m[4], true})
	}
	for _, m := range curlHeader.FindAllStringSubmatchIndex(text, -1) {
		if name := text[m[2]:m[3]]; isSecret(name) {
			found(pair{name, text[m[4]:m[5]], m[4], true})
		}
	}
}

// column is the name of a column: no word of a sentence begins behind a comma.
var column = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_.-]*(?: [A-Za-z0-9_.-]+){0,3}$`)

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
