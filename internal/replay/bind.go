package replay

import (
	"encoding/json"
	"net/url"
	"strings"

	"example.com/webhookvcr/internal/cassette"
	"example.com/webhookvcr/internal/jsontext"
	"example.com/webhookvcr/internal/placeholder"
)

// bindBody reports whether got equals the recorded body once every sent-…
// placeholder of the recording stands for the caller's value. Both are in
// canonical form.
func bindBody(recorded, got string, sent *placeholder.Trial) bool {
	if recorded == got {
		return true
	}
	a, ok := cassette.ParseCanonical(recorded)
	b, also := cassette.ParseCanonical(got)
	if !ok || !also {
		return bindText(recorded, got, sent)
	}
	return bindValue(a, b, sent)
}

// bindValue compares sorted trees: the first mention of a value decides its binding.
func bindValue(recorded, got *jsontext.Node, sent *placeholder.Trial) bool {
	if recorded.Kind != got.Kind || len(recorded.Children) != len(got.Children) {
		return false
	}
	for i, a := range recorded.Children {
		if b := got.Children[i]; a.Name != b.Name || !bindValue(a, b, sent) {
			return false
		}
	}
	if recorded.Kind == jsontext.String {
		return bindText(recorded.Text, got.Text, sent)
	}
	return recorded.Text == got.Text
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
func (e *entry) unbound(k *Key, u *url.URL, sent *placeholder.Sent) []string {
	got := map[string]string{}
	for name, values := range u.Query() {
		got["?"+name] = values[0]
	}
	cassette.Walk([]byte(k.class.Body), func(pointer, _ string, token json.Token, _, _ int) {
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
