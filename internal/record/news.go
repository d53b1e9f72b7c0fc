package record

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"example.com/webhookvcr/internal/cassette"
	"example.com/webhookvcr/internal/contract"
	"example.com/webhookvcr/internal/jsontext"
	"example.com/webhookvcr/internal/provider"
)

// News is what an answer shows that the contract does not describe, and that
// keeps no cassette from being written.
type News struct {
	// Pointer names the member, with * for every item of an array, or it is the name of a header.
	Pointer string
	// Unlisted says that the member is documented, and its value is none of those
	// that the contract lists.
	Unlisted bool
	// Value is the unlisted value, when it is kept, or when it is written as such
	// values are and is nobody's name; empty otherwise.
	Value string
	// Kept says that the value stands in the cassette; otherwise a placeholder does.
	Kept bool
	// Private says that the value looks like an id, a credential or a person's, which
	// nothing keeps.
	Private bool
}

// News returns what is new, each once and sorted by pointer. Only what a commit
// has let pass may be shown: the names of members are judged there.
func (r *Recording) News() []News {
	defer r.alone()()
	e := &audit{r: r, knowledge: r.knowledge()}
	var all []News
	for _, exchange := range cassette.ExchangesOf(r.captured) {
		for _, n := range unpublished(r.Definition, exchange, r.Redact) {
			value := r.sentAs(n.Value)
			n.Kept = n.Unlisted && value == n.Value
			n.Private = n.Unlisted && !n.Kept && (suspicious(value) != "" || e.holdsPart(value))
			if n.Value = value; !n.Kept && (!word(value) || n.Private) {
				n.Value = ""
			}
			all = append(all, n)
		}
	}
	slices.SortFunc(all, func(a, b News) int {
		return cmp.Or(strings.Compare(a.Pointer, b.Pointer), strings.Compare(a.Value, b.Value))
	})
	return slices.Compact(all)
}

// sentAs is the vendor's value for one that stands in a captured answer.
func (r *Recording) sentAs(shown string) (value string) {
	text, err := json.Marshal(shown)
	if err == nil {
		text, err = r.table.ToTenantJSON(text)
	}
	if err == nil {
		err = json.Unmarshal(text, &value)
	}
	if err != nil {
		return ""
	}
	return value
}

// unpublished lists what an answer shows that the contract does not describe, but for
// the members that were redacted. The value is the one in the answer.
func unpublished(d *provider.Definition, e contract.Exchange, redacted []string) (all []News) {
	root, err := jsontext.Parse(e.Response.Body, jsontext.Bounds{Depth: 500})
	if err != nil {
		return nil
	}
	problems := contract.CheckResponse(d, e.Request, e.Response, false)
	for _, p := range problems {
		// Of members with one name all values are replaced, those that are listed as well.
		within := func(other contract.Problem) bool {
			return other.Keyword == "doubled" && strings.HasPrefix(p.Pointer+"/", other.Pointer+"/")
		}
		if p.Kind == contract.Unlisted && slices.ContainsFunc(problems, within) {
			continue
		}
		if p.Fails() || p.In != "answer" || !strings.HasPrefix(p.Pointer, "/") || ofRedaction(redacted, p) {
			continue
		}
		n := News{Pointer: AnyItem(p.Pointer), Unlisted: p.Kind == contract.Unlisted}
		if found, ok := root.Find(p.Pointer); ok && n.Unlisted {
			n.Value = found.Text
		}
		all = append(all, n)
	}
	return all
}

// ofRedaction reports whether a problem is about the text that Redact has put there:
// an unlisted value that is none of the vendor's.
func ofRedaction(redacted []string, p contract.Problem) bool {
	return p.Kind == contract.Unlisted && cassette.CoveredBy(redacted, p.Pointer)
}

// Misredacted are the places of answers where Redact has put a text and the contract
// wants another form: the breach is the caller's, and none of the vendor's.
func (r *Recording) Misredacted() (places []string) {
	for _, p := range r.Problems() {
		form := p.Keyword == "format" || p.Keyword == "pattern" || p.Keyword == "minLength" || p.Keyword == "maxLength"
		if form && p.In == "answer" && cassette.CoveredBy(r.Redact, p.Pointer) {
			places = append(places, p.Pointer)
		}
	}
	return places
}

// AnyItem puts * in the place of each item of an array.
func AnyItem(pointer string) string {
	tokens := strings.Split(pointer, "/")
	for i, token := range tokens {
		if element.MatchString(token) {
			tokens[i] = "*"
		}
	}
	return strings.Join(tokens, "/")
}

// KeptWords are the pointers at which stored answers show a value that the
// contract does not list. A recording that is compared with them keeps what stands
// there, so that a value that was kept is no news and another one is. A placeholder
// such as word-1 may have stood for any value: whatever stands there now is news, until
// it is kept.
func KeptWords(d *provider.Definition, stored []contract.Exchange) (pointers []string) {
	for _, e := range stored {
		for _, n := range unpublished(d, e, nil) {
			if n.Unlisted && !slices.Contains(pointers, n.Pointer) {
				pointers = append(pointers, n.Pointer)
			}
		}
	}
	return pointers
}
