package replay

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"

	"example.com/webhookvcr/internal/cassette"
	"example.com/webhookvcr/internal/placeholder"
)

// bindBody reports whether got equals the recorded body once every sent-…
// placeholder of the recording stands for the caller's value. Both are in
// canonical form.
func bindBody(recorded, got string, sent *placeholder.Trial) bool {
	if recorded == got {
		return true
	}
	var a, b any
	if !decodeExact(recorded, &a) || !decodeExact(got, &b) {
		return bindText(recorded, got, sent)
	}
	return bindValue(a, b, sent)
}

// decodeExact reads a canonical body. One that counts by its bytes is none: to
// decode it would merge doubled members.
func decodeExact(s string, into *any) bool {
	if !isCanonical(s) {
		return false
	}
	d := json.NewDecoder(strings.NewReader(s))
	d.UseNumber()
	return d.Decode(into) == nil && !d.More()
}

func bindValue(recorded, got any, sent *placeholder.Trial) bool {
	switch a := recorded.(type) {
	case map[string]any:
		b, ok := got.(map[string]any)
		if !ok || len(a) != len(b) {
			return false
		}
		names := make([]string, 0, len(a))
		for name := range a {
			names = append(names, name)
		}
		slices.Sort(names) // the first mention of a value decides its binding
		for _, name := range names {
			value, ok := b[name]
			if !ok || !bindValue(a[name], value, sent) {
				return false
			}
		}
		return true
	case []any:
		b, ok := got.([]any)
		if !ok || len(a) != len(b) {
			return false
		}
		for i := range a {
			if !bindValue(a[i], b[i], sent) {
				return false
			}
		}
		return true
	case string:
		b, ok := got.(string)
		return ok && bindText(a, b, sent)
	default:
		return recorded == got
	}
}

func bindText(recorded, got string, sent *placeholder.Trial) bool {
	if _, ok := placeholder.IsSent(recorded); ok {
		return sent.Bind(recorded, got)
	}
	return recorded == got
}

// bindURL does the same for canonical URLs, part by part.
func bindURL(recorded, got string, sent *placeholder.Trial) bool {
	for {
		i, j := strings.IndexAny(recorded, urlSeparators), strings.IndexAny(got, urlSeparators)
		if i < 0 || j < 0 {
			return i == j && bindPart(recorded, got, sent)
		}
		if recorded[i] != got[j] || !bindPart(recorded[:i], got[:j], sent) {
			return false
		}
		recorded, got = recorded[i+1:], got[j+1:]
	}
}

// urlSeparators part a canonical URL; inside its parts they are escaped.
const urlSeparators = "/?&="

func bindPart(recorded, got string, sent *placeholder.Trial) bool {
	if recorded == got {
		return true
	}
	a, errA := url.QueryUnescape(recorded)
	b, errB := url.QueryUnescape(got)
	return errA == nil && errB == nil && bindText(a, b, sent)
}

// unbound lists the members in which a request that fits otherwise does not
// agree with the requests before: a value that was equal is not, or the other
// way round.
func (e *entry) unbound(k *Key, sent *placeholder.Sent) []string {
	got := map[string]string{}
	for name, values := range k.sent.Query() {
		got["?"+name] = values[0]
	}
	cassette.Walk([]byte(k.body), func(pointer, _ string, token json.Token, _, _ int) {
		if s, ok := token.(string); ok {
			got[pointer] = s
		}
	})
	trial := sent.Try()
	var places []string
	cassette.SentStrings(e.ia, func(pointer, value string) {
		if _, ok := placeholder.IsSent(value); ok && !trial.Bind(value, got[pointer]) {
			places = append(places, pointer)
		}
	})
	return places
}
