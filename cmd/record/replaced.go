package main

import (
	"fmt"
	"strings"

	"example.com/webhookvcr/internal/provider"
)

// kindNames are the kinds of values, in the order in which they are counted.
var kindNames = []struct {
	kind     provider.Kind
	one, any string
}{
	{provider.ID, "id", "ids"},
	{provider.DisplayID, "display id", "display ids"},
	{provider.Event, "event", "events"},
	{provider.Secret, "secret", "secrets"},
	{provider.Key, "key", "keys"},
	{provider.URL, "URL", "URLs"},
	{provider.Mail, "mail address", "mail addresses"},
	{provider.Name, "name", "names"},
	{provider.Text, "text", "texts"},
	{provider.Opaque, "reference", "references"},
	{provider.Word, "word", "words"},
	{provider.Header, "header name", "header names"},
	{provider.Undocumented, "undocumented value", "undocumented values"},
}

// replaced says how many values of the tenant a recording has replaced; empty
// when none.
func replaced(counts map[provider.Kind]int) string {
	var parts []string
	total, named := 0, 0
	for _, n := range counts {
		total += n
	}
	for _, k := range kindNames {
		n := counts[k.kind]
		if n == 0 {
			continue
		}
		named += n
		name := k.any
		if n == 1 {
			name = k.one
		}
		parts = append(parts, fmt.Sprintf("%d %s", n, name))
	}
	if rest := total - named; rest > 0 {
		parts = append(parts, fmt.Sprintf("%d other", rest))
	}
	if len(parts) == 0 {
		return ""
	}
	return "replaced " + strings.Join(parts, ", ")
}
