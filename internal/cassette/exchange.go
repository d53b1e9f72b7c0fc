package cassette

import (
	"net/url"
	"strings"

	"example.com/webhookvcr/internal/contract"
)

// Exchanges returns what a cassette holds, as the contract judges it.
func (f *File) Exchanges() []contract.Exchange { return ExchangesOf(f.Interactions) }

// ExchangesOf returns interactions as the contract judges them.
func ExchangesOf(interactions []*Interaction) []contract.Exchange {
	all := make([]contract.Exchange, len(interactions))
	for i, ia := range interactions {
		all[i] = ExchangeOf(ia)
	}
	return all
}

// ExchangeOf returns an interaction as the contract judges it.
func ExchangeOf(ia *Interaction) contract.Exchange {
	return contract.Exchange{
		Request:  RequestOf(ia),
		Response: contract.Response{Status: ia.Response.Code, Header: ia.Response.Headers, Body: []byte(ia.Response.Body)},
	}
}

// RequestOf returns the request of an interaction as the contract judges it.
func RequestOf(ia *Interaction) contract.Request {
	u, err := url.Parse(ia.Request.URL)
	if err != nil {
		u = &url.URL{Path: ia.Request.URL} // Parse and the transports have seen that it parses
	}
	return contract.Request{Method: ia.Request.Method, URL: u, Header: ia.Request.Headers, Body: []byte(ia.Request.Body)}
}

// Text is all of an interaction that somebody chose, to be searched.
func Text(ia *Interaction) string {
	return strings.Join([]string{ia.Request.URL, headerText(ia.Request.Headers, nil), ia.Request.Body, headerText(ia.Response.Headers, nil), ia.Response.Body}, "\n")
}
