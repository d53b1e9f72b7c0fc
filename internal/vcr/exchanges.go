package vcr

import (
	"net/url"
	"strings"

	"example.com/webhookvcr/internal/contract"
	"gopkg.in/dnaeon/go-vcr.v3/cassette"
)

// Exchanges returns what a cassette holds, as the contract judges it.
func (f *File) Exchanges() []contract.Exchange { return exchangesOf(f.Interactions) }

func exchangesOf(interactions []*cassette.Interaction) []contract.Exchange {
	all := make([]contract.Exchange, len(interactions))
	for i, ia := range interactions {
		all[i] = exchangeOf(ia)
	}
	return all
}

// exchangeOf returns an interaction as the contract judges it.
func exchangeOf(ia *cassette.Interaction) contract.Exchange {
	u, err := url.Parse(ia.Request.URL)
	if err != nil {
		u = &url.URL{Path: ia.Request.URL} // Parse and the transports have seen that it parses
	}
	return contract.Exchange{
		Request: contract.Request{Method: ia.Request.Method, URL: u, Header: ia.Request.Headers, Body: []byte(ia.Request.Body)},
		Answer:  contract.Answer{Status: ia.Response.Code, Header: ia.Response.Headers, Body: []byte(ia.Response.Body)},
	}
}

func exchangeText(ia *cassette.Interaction) string {
	return strings.Join([]string{ia.Request.URL, headerText(ia.Request.Headers, nil), ia.Request.Body, headerText(ia.Response.Headers, nil), ia.Response.Body}, "\n")
}
