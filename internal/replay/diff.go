package replay

import (
	"bytes"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"example.com/webhookvcr/internal/cassette"
	"example.com/webhookvcr/internal/exchange"
	"example.com/webhookvcr/internal/jsontext"
	"example.com/webhookvcr/internal/placeholder"
)

// diffURLs lists the parts in which two URLs differ, want before got.
func diffURLs(s exchange.Redactor, want, got *url.URL) []string {
	place := func(u *url.URL) string { return strings.ToLower(u.Scheme) + "://" + u.Host + s.Path(u) }
	var lines []string
	if a, b := place(want), place(got); a != b {
		lines = append(lines, fmt.Sprintf("-%s", exchange.Clip(a)), fmt.Sprintf("+%s", exchange.Clip(b)))
	}
	a, errA := url.ParseQuery(want.RawQuery)
	b, errB := url.ParseQuery(got.RawQuery)
	if errA != nil || errB != nil {
		return append(lines, fmt.Sprintf("-?%s  +?%s", exchange.Clip(s.Query(want.RawQuery)), exchange.Clip(s.Query(got.RawQuery))))
	}
	names := slices.AppendSeq(slices.Collect(maps.Keys(a)), maps.Keys(b))
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		x, y := a[name], b[name]
		if slices.Equal(x, y) {
			continue
		}
		line := "?" + exchange.Clip(name)
		if len(x) > 0 {
			line += "  -" + exchange.Clip(jsontext.Quote(s.Text("?"+name, name, strings.Join(x, ", "))))
		}
		if len(y) > 0 {
			line += "  +" + exchange.Clip(jsontext.Quote(s.Text("?"+name, name, strings.Join(y, ", "))))
		}
		lines = append(lines, line)
	}
	return lines
}

// diffBodies lists the members that differ, want before got.
func diffBodies(s exchange.Redactor, want, got string) []string {
	if len(want) > exchange.MaxRead || len(got) > exchange.MaxRead {
		return []string{fmt.Sprintf("-(%d bytes)  +(%d bytes); of bodies of more than %d bytes no members are compared", len(want), len(got), exchange.MaxRead)}
	}
	a, ok := cassette.ParseCanonical(cassette.CanonicalBody([]byte(want)))
	b, also := cassette.ParseCanonical(got)
	var lines []string
	if ok && also {
		lines = diffValues(s, "", "", a, b)
	}
	if len(lines) > 8 {
		lines = append(lines[:8], fmt.Sprintf("and %d more", len(lines)-8))
	}
	if len(lines) == 0 {
		lines = []string{fmt.Sprintf("-%s", exchange.Clip(string(s.Body([]byte(want))))), fmt.Sprintf("+%s", exchange.Clip(string(s.Body([]byte(got)))))}
	}
	return lines
}

// diffValues lists the places in which two sorted trees differ.
func diffValues(s exchange.Redactor, pointer, name string, want, got *jsontext.Node) (lines []string) {
	switch {
	case want.Kind != got.Kind:
	case want.Kind == jsontext.BeginObject:
		a, b := want.Children, got.Children
		for len(a) > 0 || len(b) > 0 {
			switch {
			case len(b) == 0 || len(a) > 0 && a[0].Name < b[0].Name:
				at := jsontext.Child(pointer, a[0].Name)
				lines = append(lines, at+"  -"+shown(s, at, cassette.Within(name, a[0].Name), a[0]))
				a = a[1:]
			case len(a) == 0 || b[0].Name < a[0].Name:
				at := jsontext.Child(pointer, b[0].Name)
				lines = append(lines, at+"  +"+shown(s, at, cassette.Within(name, b[0].Name), b[0]))
				b = b[1:]
			default:
				lines = append(lines, diffValues(s, jsontext.Child(pointer, a[0].Name), cassette.Within(name, a[0].Name), a[0], b[0])...)
				a, b = a[1:], b[1:]
			}
		}
		return lines
	case want.Kind == jsontext.BeginArray && len(want.Children) == len(got.Children):
		for i := range want.Children {
			lines = append(lines, diffValues(s, fmt.Sprintf("%s/%d", pointer, i), name, want.Children[i], got.Children[i])...)
		}
		return lines
	case want.Kind == jsontext.String:
		if _, sent := placeholder.IsSent(want.Text); sent && new(placeholder.Sent).Bind(want.Text, got.Text) {
			return nil
		}
	}
	if bytes.Equal(want.Append(nil), got.Append(nil)) {
		return nil
	}
	return []string{fmt.Sprintf("%s  -%s  +%s", pointer, shown(s, pointer, name, want), shown(s, pointer, name, got))}
}

// shown is a value as a message shows it, and nothing else: what it withholds is
// gone.
func shown(s exchange.Redactor, pointer, name string, n *jsontext.Node) string {
	s.Hide(pointer, name, n)
	return exchange.Clip(string(n.Append(nil)))
}
