package session

import (
	"fmt"
	"strings"

	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/say"
)

// nouns are the kinds of values, in the order in which they are counted.
var nouns = []struct {
	kind provider.Kind
	noun string
}{
	{provider.ID, "id"},
	{provider.DisplayID, "display id"},
	{provider.Event, "event"},
	{provider.Secret, "secret"},
	{provider.Key, "key"},
	{provider.URL, "URL"},
	{provider.Mail, "mail address"},
	{provider.Name, "name"},
	{provider.Text, "text"},
	{provider.Opaque, "reference"},
	{provider.Word, "word"},
	{provider.Header, "header name"},
	{provider.Undocumented, "undocumented value"},
}

// Replaced says how many values of the tenant a recording has replaced; empty
// when none.
func Replaced(counts map[provider.Kind]int) string {
	var parts []string
	others := 0
	for _, n := range counts {
		others += n
	}
	for _, k := range nouns {
		if n := counts[k.kind]; n > 0 {
			others -= n
			parts = append(parts, say.Count(n, k.noun))
		}
	}
	if others > 0 {
		parts = append(parts, fmt.Sprintf("%d other", others))
	}
	if len(parts) == 0 {
		return ""
	}
	return "replaced " + strings.Join(parts, ", ")
}

// Noun is a kind of values in words.
func Noun(kind provider.Kind) string {
	for _, k := range nouns {
		if k.kind == kind {
			return k.noun
		}
	}
	return ""
}
