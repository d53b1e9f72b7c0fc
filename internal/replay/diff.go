package replay

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"example.com/webhookvcr/internal/cassette"
	"example.com/webhookvcr/internal/exchange"
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
			line += "  -" + compact(s.Value("?"+name, name, strings.Join(x, ", ")))
		}
		if len(y) > 0 {
			line += "  +" + compact(s.Value("?"+name, name, strings.Join(y, ", ")))
		}
		lines = append(lines, line)
	}
	return lines
}

// diffBodies lists the members that differ, want before got.
func diffBodies(s exchange.Redactor, want, got string) []string {
	var a, b any
	if !decodeExact(cassette.CanonicalBody([]byte(want)), &a) || !decodeExact(got, &b) {
		return []string{fmt.Sprintf("-%s", exchange.Clip(string(s.Body([]byte(want))))), fmt.Sprintf("+%s", exchange.Clip(string(s.Body([]byte(got)))))}
	}
	var lines []string
	diffValues(s, "", "", a, b, &lines)
	if len(lines) > 8 {
		lines = append(lines[:8], fmt.Sprintf("and %d more", len(lines)-8))
	}
	if len(lines) == 0 {
		lines = []string{fmt.Sprintf("-%s", exchange.Clip(string(s.Body([]byte(want))))), fmt.Sprintf("+%s", exchange.Clip(string(s.Body([]byte(got)))))}
	}
	return lines
}

func diffValues(s exchange.Redactor, pointer, name string, want, got any, lines *[]string) {
	switch a := want.(type) {
	case map[string]any:
		if b, ok := got.(map[string]any); ok {
			names := make([]string, 0, len(a)+len(b))
			for name := range a {
				names = append(names, name)
			}
			for name := range b {
				if _, ok := a[name]; !ok {
					names = append(names, name)
				}
			}
			slices.Sort(names)
			for _, key := range names {
				at := pointer + "/" + cassette.EscapePointer(key)
				within := cassette.Within(name, key)
				x, inA := a[key]
				y, inB := b[key]
				switch {
				case !inB:
					*lines = append(*lines, fmt.Sprintf("%s  -%s", at, compact(s.Value(at, within, x))))
				case !inA:
					*lines = append(*lines, fmt.Sprintf("%s  +%s", at, compact(s.Value(at, within, y))))
				default:
					diffValues(s, at, within, x, y, lines)
				}
			}
			return
		}
	case []any:
		if b, ok := got.([]any); ok && len(a) == len(b) {
			for i := range a {
				diffValues(s, fmt.Sprintf("%s/%d", pointer, i), name, a[i], b[i], lines)
			}
			return
		}
	case string:
		if b, ok := got.(string); ok {
			if _, sent := placeholder.IsSent(a); a == b || sent && new(placeholder.Sent).Bind(a, b) {
				return
			}
		}
	}
	if compact(want) != compact(got) {
		*lines = append(*lines, fmt.Sprintf("%s  -%s  +%s", pointer, compact(s.Value(pointer, name, want)), compact(s.Value(pointer, name, got))))
	}
}

func compact(v any) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if e.Encode(v) != nil {
		return "…"
	}
	return exchange.Clip(strings.TrimSpace(b.String()))
}
