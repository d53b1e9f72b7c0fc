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

// Difference is one part in which a request differs from a recorded one.
type Difference struct {
	// Place is "method", "URL" without its query, "?" and a query key, "query",
	// "Accept", a JSON pointer into the body, or "body".
	Place string `json:"place"`
	// Recorded and Sent are what stands there, as messages show it; empty for nothing.
	Recorded string `json:"recorded"`
	Sent     string `json:"sent"`
}

// String is the difference as a message lists it.
func (d Difference) String() string {
	var parts []string
	for _, side := range []struct{ sign, text string }{{"-", d.Recorded}, {"+", d.Sent}} {
		if side.text != "" {
			parts = append(parts, side.sign+side.text)
		}
	}
	switch d.Place {
	case "URL", "body":
		return strings.Join(parts, "\n\t")
	case "method", "query":
		return strings.Join(parts, "  ")
	}
	return strings.Join(append([]string{d.Place}, parts...), "  ")
}

// diffURLs lists the parts in which two URLs differ, want before got.
func diffURLs(s exchange.Redactor, want, got *url.URL) []Difference {
	place := func(u *url.URL) string { return strings.ToLower(u.Scheme) + "://" + u.Host + s.Path(u) }
	var all []Difference
	if a, b := place(want), place(got); a != b {
		all = append(all, Difference{"URL", exchange.Clip(a), exchange.Clip(b)})
	}
	a, errA := url.ParseQuery(want.RawQuery)
	b, errB := url.ParseQuery(got.RawQuery)
	if errA != nil || errB != nil {
		return append(all, Difference{"query", "?" + exchange.Clip(s.Query(want.RawQuery)), "?" + exchange.Clip(s.Query(got.RawQuery))})
	}
	names := slices.AppendSeq(slices.Collect(maps.Keys(a)), maps.Keys(b))
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		x, y := a[name], b[name]
		if slices.Equal(x, y) {
			continue
		}
		quoted := func(values []string) string {
			if len(values) == 0 {
				return ""
			}
			return exchange.Clip(jsontext.Quote(s.Text("?"+name, name, strings.Join(values, ", "))))
		}
		all = append(all, Difference{"?" + exchange.Clip(name), quoted(x), quoted(y)})
	}
	return all
}

// diffBodies lists the members that differ, want before got.
func diffBodies(s exchange.Redactor, want, got string) []Difference {
	if len(want) > exchange.MaxRead || len(got) > exchange.MaxRead {
		return []Difference{{"body", fmt.Sprintf("(%d bytes)", len(want)), fmt.Sprintf("(%d bytes); of bodies of more than %d bytes no members are compared", len(got), exchange.MaxRead)}}
	}
	a, ok := cassette.ParseCanonical(cassette.CanonicalBody([]byte(want)))
	b, also := cassette.ParseCanonical(got)
	var all []Difference
	if ok && also {
		all = diffValues(s, "", "", a, b)
	}
	if len(all) == 0 {
		all = []Difference{{"body", exchange.Clip(string(s.Body([]byte(want)))), exchange.Clip(string(s.Body([]byte(got))))}}
	}
	return all
}

// diffValues lists the places in which two sorted trees differ.
func diffValues(s exchange.Redactor, pointer, name string, want, got *jsontext.Node) (all []Difference) {
	switch {
	case want.Kind != got.Kind:
	case want.Kind == jsontext.BeginObject:
		a, b := want.Children, got.Children
		for len(a) > 0 || len(b) > 0 {
			switch {
			case len(b) == 0 || len(a) > 0 && a[0].Name < b[0].Name:
				at := jsontext.Child(pointer, a[0].Name)
				all = append(all, Difference{at, shown(s, at, cassette.Within(name, a[0].Name), a[0]), ""})
				a = a[1:]
			case len(a) == 0 || b[0].Name < a[0].Name:
				at := jsontext.Child(pointer, b[0].Name)
				all = append(all, Difference{at, "", shown(s, at, cassette.Within(name, b[0].Name), b[0])})
				b = b[1:]
			default:
				all = append(all, diffValues(s, jsontext.Child(pointer, a[0].Name), cassette.Within(name, a[0].Name), a[0], b[0])...)
				a, b = a[1:], b[1:]
			}
		}
		return all
	case want.Kind == jsontext.BeginArray && len(want.Children) == len(got.Children):
		for i := range want.Children {
			all = append(all, diffValues(s, fmt.Sprintf("%s/%d", pointer, i), name, want.Children[i], got.Children[i])...)
		}
		return all
	case want.Kind == jsontext.String:
		if _, sent := placeholder.IsSent(want.Text); sent && new(placeholder.Sent).Bind(want.Text, got.Text) {
			return nil
		}
	}
	if bytes.Equal(want.Append(nil), got.Append(nil)) {
		return nil
	}
	return []Difference{{pointer, shown(s, pointer, name, want), shown(s, pointer, name, got)}}
}

// shown is a value as a message shows it, and nothing else: what it withholds is gone.
func shown(s exchange.Redactor, pointer, name string, n *jsontext.Node) string {
	s.Hide(pointer, name, n)
	return exchange.Clip(string(n.Append(nil)))
}
