package cassette

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"example.com/webhookvcr/internal/placeholder"
)

// Same reports whether a stored cassette says what a new recording says: the
// order of members, the numbers of placeholders, the order of calls that answer
// different requests, and volatile headers aside.
func Same(old *File, header Header, fresh []*Interaction, volatile []string) bool {
	a, b := old.Header, header
	a.Recorded, b.Recorded = "", ""
	if a.Provider != b.Provider || a.Scenario != b.Scenario || a.Source != b.Source || !slices.Equal(a.Accepted, b.Accepted) || !slices.Equal(a.Pinned, b.Pinned) {
		return false
	}
	if len(old.Interactions) != len(fresh) {
		return false
	}
	// Requests that differ in the numbers of their placeholders only pair up by
	// those numbers as a rule; where the numbers have changed, by their order.
	return pairUp(old.Interactions, fresh, volatile, true) || pairUp(old.Interactions, fresh, volatile, false)
}

func pairUp(old, fresh []*Interaction, volatile []string, numbered bool) bool {
	x, y := exchanges(old, volatile, numbered), exchanges(fresh, volatile, numbered)
	numbers, back := map[string]string{}, map[string]string{}
	for i := range x {
		if !sameNumbered(x[i].request, y[i].request, numbers, back) || !sameNumbered(x[i].answer, y[i].answer, numbers, back) {
			return false
		}
	}
	return true
}

// exchange is one interaction in canonical text.
type exchange struct {
	request, answer string
	sort            string
}

// exchanges renders interactions and sorts them by request, keeping the order
// among equal requests: that order is what a replay depends on. byNumber lets
// the numbers of placeholders count in the sorting.
func exchanges(list []*Interaction, volatile []string, byNumber bool) []exchange {
	out := make([]exchange, len(list))
	for i, ia := range list {
		u, err := url.Parse(ia.Request.URL)
		if err != nil {
			u = &url.URL{Path: ia.Request.URL}
		}
		e := &out[i]
		c := ClassOf(ia.Request.Method, u, "", []byte(ia.Request.Body))
		e.request = c.Method + "\n" + c.URL + "\n" + c.Body + "\n" + headerText(ia.Request.Headers, nil)
		e.answer = ia.Response.Status + "\n" + headerText(ia.Response.Headers, volatile) + "\n" + CanonicalBody([]byte(ia.Response.Body))
		e.sort = placeholder.MaskNumbers(e.request)
		if byNumber {
			e.sort += "\n" + e.request
		}
	}
	slices.SortStableFunc(out, func(a, b exchange) int { return strings.Compare(a.sort, b.sort) })
	return out
}

func headerText(h http.Header, without []string) string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(h)) {
		if !slices.Contains(without, name) {
			b.WriteString(name + ": " + strings.Join(h[name], ", ") + "\n")
		}
	}
	return b.String()
}

// sameNumbered compares two texts up to a renaming of placeholders, which must
// be one to one over the whole cassette.
func sameNumbered(a, b string, forth, back map[string]string) bool {
	if placeholder.MaskNumbers(a) != placeholder.MaskNumbers(b) {
		return false
	}
	x, y := placeholder.Numbered(a), placeholder.Numbered(b)
	for i := range x {
		if to, ok := forth[x[i]]; ok && to != y[i] {
			return false
		}
		if from, ok := back[y[i]]; ok && from != x[i] {
			return false
		}
		forth[x[i]], back[y[i]] = y[i], x[i]
	}
	return true
}
