package vcr

import (
	"net/url"
	"slices"
	"strings"

	"gopkg.in/dnaeon/go-vcr.v3/cassette"

	"example.com/webhookvcr/internal/contract"
	"example.com/webhookvcr/internal/provider"
)

// Exchanges returns what a cassette holds.
func (f *File) Exchanges() []contract.Exchange { return exchangesOf(f.Interactions) }

// Exchanges returns what was recorded so far, without writing anything. It
// demands what a commit demands of the values: when a request has failed, or a
// value of the tenant is left that no placeholder stands for, there are reasons
// instead. The contract is the caller's to judge.
func (r *Recording) Exchanges() (exchanges []contract.Exchange, reasons []string) {
	r.lock <- struct{}{}
	defer func() { <-r.lock }()
	r.failures.Lock()
	reasons = slices.Clone(r.refusals)
	r.failures.Unlock()
	found, _ := r.leaks()
	if reasons = append(reasons, found...); len(reasons) > 0 {
		slices.Sort(reasons)
		return nil, slices.Compact(reasons)
	}
	return exchangesOf(r.captured), nil
}

func exchangesOf(interactions []*cassette.Interaction) []contract.Exchange {
	all := make([]contract.Exchange, len(interactions))
	for i, ia := range interactions {
		u, err := url.Parse(ia.Request.URL)
		if err != nil {
			u = &url.URL{Path: ia.Request.URL} // Parse and the front have seen that it parses
		}
		all[i] = contract.Exchange{Request: contractRequest(ia, u), Answer: contractAnswer(ia)}
	}
	return all
}

// Replaced counts the distinct values of the tenant that placeholders stand for
// in what was recorded, by kind.
func (r *Recording) Replaced() map[provider.Kind]int {
	r.lock <- struct{}{}
	defer func() { <-r.lock }()
	var text strings.Builder
	for _, ia := range r.captured {
		text.WriteString(exchangeText(ia))
		text.WriteByte('\n')
	}
	return r.table.Counts(text.String())
}

func exchangeText(ia *cassette.Interaction) string {
	return strings.Join([]string{ia.Request.URL, headerText(ia.Request.Headers, nil), ia.Request.Body, headerText(ia.Response.Headers, nil), ia.Response.Body}, "\n")
}
