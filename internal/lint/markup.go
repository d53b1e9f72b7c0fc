package lint

import (
	"html"
	"slices"
	"strings"

	"example.com/webhookvcr/internal/pattern"
)

var (
	attribute = pattern.New(`([A-Za-z_][A-Za-z0-9_.:-]*)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'<>=]+))`)
	// labels and valued are the attributes and elements in which a name and its value
	// stand side by side: <input name value>, <meta name content>, <add key value>,
	// <name>…</name><value>…</value>, and the cells of a table.
	labels = strings.Fields("name key id property")
	valued = strings.Fields("value content default")
	heads  = strings.Fields("td th dt key name label")
	cells  = strings.Fields("td dd string value data")
)

// markup reads XML and HTML: what an element or an attribute holds that is named like
// a secret, and what stands beside a label that is.
func markup(text string, isSecret func(string) bool, found func(pair)) {
	if !strings.Contains(text, "</") && !strings.Contains(text, "/>") && !strings.Contains(text, "\">") {
		return
	}
	var open, head, label string // the element around, its text that may be a label, its label
	pass := func(at int, content string) {
		value := strings.TrimSpace(content)
		switch {
		case value == "":
			return
		case isSecret(local(open)):
			found(pair{local(open), value, at, true})
		case isSecret(label):
			found(pair{label, value, at, true})
		case head != "" && slices.Contains(cells, strings.ToLower(open)):
			found(pair{head, value, at, true})
		}
		head = ""
		if name := strings.TrimSuffix(value, ":"); slices.Contains(heads, strings.ToLower(open)) && len(name) <= 48 && isSecret(name) {
			head = name
		}
	}
	from := 0 // where the text before the next tag begins
	for at := 0; at < len(text); at++ {
		next := strings.IndexByte(text[at:], '<')
		if next < 0 {
			return
		}
		at += next
		if rest, ok := strings.CutPrefix(text[at:], "<![CDATA["); ok {
			content, _, _ := strings.Cut(rest, "]]>")
			start := at + len("<![CDATA[")
			pass(start, content)
			from = min(len(text), start+len(content)+len("]]>"))
			at = from - 1
			continue
		}
		name, inner, ok := element(text[at:])
		if !ok {
			continue
		}
		pass(from, html.UnescapeString(text[from:at]))
		open, label = "", ""
		if name[0] != '/' {
			open = name
			label = attributes(inner, at, isSecret, found)
		}
		at += 1 + len(name) + len(inner)
		from = at + 1
	}
}

// maxTag bounds what stands between the brackets of a tag.
const maxTag = 1 << 11

// element reads the tag that a text begins with: its name, with a slash for the end
// of an element, and what is behind the name.
func element(text string) (name, inner string, ok bool) {
	text = text[:min(len(text), maxTag)]
	i := 1
	if i < len(text) && text[i] == '/' {
		i++
	}
	letters := i
	for i < len(text) && (base64Byte(text[i]) || text[i] == '.' || text[i] == ':') {
		i++
	}
	if i == letters || text[letters] < 'A' {
		return "", "", false
	}
	quote := byte(0)
	for n := i; n < len(text); n++ {
		switch c := text[n]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '<':
			return "", "", false
		case c == '>':
			return text[1:i], text[i:n], true
		}
	}
	return "", "", false
}

// local is a name without its prefix.
func local(name string) string { return name[strings.LastIndexByte(name, ':')+1:] }

// attributes reads those of one element, and returns its label when that is a
// secret's name and no attribute holds the value.
func attributes(text string, at int, isSecret func(string) bool, found func(pair)) string {
	label, value := "", ""
	for _, m := range attribute.FindAllStringSubmatch(text, -1) {
		name, content := local(m[1]), html.UnescapeString(m[2]+m[3]+m[4])
		switch {
		case isSecret(name):
			found(pair{name, content, at, true})
		case label == "" && slices.Contains(labels, strings.ToLower(name)) && isSecret(content):
			label = content
		case value == "" && slices.Contains(valued, strings.ToLower(name)):
			value = content
		}
	}
	if label == "" || value == "" {
		return label
	}
	found(pair{label, value, at, true})
	return ""
}
