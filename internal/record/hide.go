package record

import (
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"slices"
	"strings"

	"example.com/webhookvcr/internal/contract"
	"example.com/webhookvcr/internal/jsontext"
	"example.com/webhookvcr/internal/pattern"
	"example.com/webhookvcr/internal/provider"
)

// hideBody exchanges the values of an answer for placeholders. A body that is
// not JSON has no members that a contract could tell apart, so it is replaced
// whole. The tree is that of what is returned, but for the places in it, or nil.
func (r *Recording) hideBody(asked contract.Request, resp *http.Response, body []byte) (hidden []byte, kept *jsontext.Node, err error) {
	if len(body) == 0 {
		return nil, nil, nil
	}
	reading := contract.Read(body)
	tree := reading.Tree()
	if tree == nil && !json.Valid(body) {
		if contract.MediaType(resp.Header.Get("Content-Type")) == "text/html" {
			return []byte(replacedPage), nil, nil
		}
		return []byte(replacedText), nil, nil
	}
	classes := r.overridden(contract.ResponseClasses(r.Definition, asked, contract.Response{Status: resp.StatusCode, Header: resp.Header, Body: body, Reading: reading}))
	if tree != nil {
		hidden, same := r.table.FromTenantTree(body, tree, classes)
		if !same {
			tree = nil
		}
		return hidden, tree, nil
	}
	if i := jsontext.InvalidUTF8(body); i >= 0 {
		return nil, nil, fmt.Errorf("byte %d of its body is not UTF-8, as JSON has to be (RFC 8259)", i)
	}
	hidden, err = r.table.FromTenantJSON(body, classes) // JSON beyond the bounds of the contract
	return hidden, nil, err
}

// fixedMoment stands for a time in seconds or milliseconds since 1970 in a rate limit's header.
const fixedMoment = "1741076400"

// What stands in a cassette for an answer that is not JSON.
const (
	replacedPage = "<!DOCTYPE html>\n<html><head><title>replaced</title></head><body>the page was replaced when it was recorded</body></html>\n"
	replacedText = "the body was replaced when it was recorded\n"
)

// What stands in a cassette for a media type that is none of those below: one of the
// tree that RFC 6838 leaves to private use, so that the answer is not taken for one
// that names none.
const (
	replacedType = "application/x.replaced"
	replacedJSON = "application/x.replaced+json"
)

// hideHeader keeps the headers that the provider's list names, as far as their
// values have the form that the list gives.
func (r *Recording) hideHeader(header http.Header) http.Header {
	out := http.Header{}
	for name, grammar := range r.Definition.ResponseHeaders {
		for _, value := range header.Values(name) {
			if hidden, ok := hideValue(r.Definition, grammar, value, r.table.FromTenantURL); ok {
				out.Add(name, hidden)
			}
		}
	}
	return out
}

var (
	numeric  = pattern.New(`^[0-9]{1,7}(\.[0-9]{1,3})?$`)
	moment   = pattern.New(`^[0-9]{10}([0-9]{3})?$`)
	schemes  = map[string]bool{"Basic": true, "Bearer": true, "Digest": true, "Negotiate": true}
	charsets = map[string]bool{"utf-8": true, "us-ascii": true, "iso-8859-1": true}
	types    = map[string]bool{
		"application/json": true, "application/hal+json": true, "application/problem+json": true,
		"application/xml": true, "text/html": true, "text/plain": true, "text/xml": true,
		replacedType: true, replacedJSON: true,
	}
	varied = map[string]bool{
		"*": true, "accept": true, "accept-encoding": true, "accept-language": true,
		"authorization": true, "cookie": true, "origin": true,
	}
)

// hideValue returns a header's value as a cassette holds it; ok is false for one
// that does not have the form.
func hideValue(def *provider.Definition, grammar provider.HeaderGrammar, value string, hideURL func(string) string) (hidden string, ok bool) {
	switch grammar {
	case provider.MediaType:
		t, params, err := mime.ParseMediaType(value)
		switch {
		case err == nil && types[t]:
		case strings.HasSuffix(t, "+json"):
			t = replacedJSON
		default:
			t = replacedType
		}
		if charset := strings.ToLower(params["charset"]); charsets[charset] {
			return t + "; charset=" + charset, true
		}
		return t, true
	case provider.Number:
		if moment.MatchString(value) {
			return fixedMoment, true
		}
		return value, numeric.MatchString(value)
	case provider.RetryAfter:
		if _, err := http.ParseTime(value); err == nil {
			return value, true
		}
		return value, numeric.MatchString(value)
	case provider.Scheme:
		scheme, _, _ := strings.Cut(value, " ")
		return scheme, schemes[scheme]
	case provider.Tokens:
		for token := range strings.SplitSeq(value, ",") {
			if name := strings.ToLower(strings.TrimSpace(token)); !varied[name] && !slices.Contains(def.Vary, name) {
				return "", false
			}
		}
		return value, true
	case provider.Reference:
		return hideURL(value), value != ""
	default:
		return "", false
	}
}
