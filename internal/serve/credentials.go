package serve

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"example.com/webhookvcr/internal/cassette"
	"example.com/webhookvcr/internal/contract"
	"example.com/webhookvcr/internal/exchange"
	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/secret"
)

// credentials are the values of a request that no text shown to others may hold.
type credentials []string

// credentialsOf collects those of a request: from its headers, and from its query and
// body what the contract calls a secret or a name tells to be one.
func credentialsOf(def *provider.Definition, req contract.Request) credentials {
	var c credentials
	for name, values := range req.Header {
		if secret.Tells(name) {
			for _, v := range values {
				c.add(strings.FieldsFunc(v, func(r rune) bool { return strings.ContainsRune(" ,;=", r) })...)
			}
		}
	}
	redactor := exchange.NewRedactor(def, req)
	c.pairs(req.URL.RawQuery, redactor)
	if exchange.IsForm(req.Body) {
		c.pairs(string(req.Body), redactor)
	}
	c.members(req.Body, redactor)
	return c
}

// pairs collects the values of a query or a form, as text and as it was sent.
func (c *credentials) pairs(raw string, redactor exchange.Redactor) {
	for pair := range strings.SplitSeq(raw, "&") {
		if name, value, _ := strings.Cut(pair, "="); redactor.SecretKey(name) {
			c.add(value)
			if plain, err := url.QueryUnescape(value); err == nil {
				c.add(plain)
			}
		}
	}
}

// members collects the values of secret members, those inside them included, as
// text and as the sender spelt it.
func (c *credentials) members(body []byte, redactor exchange.Redactor) {
	cassette.Walk(body, func(pointer, name string, token json.Token, from, to int) {
		switch v := token.(type) {
		case string:
			if redactor.Named(pointer, name) {
				c.add(v, strings.Trim(string(body[from:to]), `"`))
			}
		case json.Number:
			if redactor.Named(pointer, name) {
				c.add(v.String())
			}
		}
	})
}

// add keeps what is worth hiding: the schemes of credentials, words of a few
// letters and this module's own placeholders are no secret, and hiding them
// would garble every text.
func (c *credentials) add(values ...string) {
	for _, v := range values {
		if len(v) > 3 && v != provider.Token && v != provider.WrongToken && v != "Bearer" && v != "Basic" && !slices.Contains(*c, v) {
			*c = append(*c, v)
		}
	}
}

// from returns the text without the values, in the spellings in which a message
// may quote them, also where the message cuts a value off.
func (c credentials) from(text string) string {
	// A value may hold another one; the longer goes first.
	longest := slices.SortedFunc(slices.Values(c), func(a, b string) int { return len(b) - len(a) })
	for _, v := range longest {
		for _, form := range spellings(v) {
			text = strings.ReplaceAll(text, form, exchange.WithheldMark)
			for n := min(len(form)-1, exchange.MaxQuoted); n > 3 && strings.Contains(text, "…"); n-- {
				text = strings.ReplaceAll(text, form[:n]+"…", exchange.WithheldMark+"…")
				text = strings.ReplaceAll(text, form[:n]+`"…`, exchange.WithheldMark+`"…`)
			}
		}
	}
	return text
}

// spellings are the forms of a value: as it is, in JSON and in Go, in JSON that
// Go quotes, and in a URL.
func spellings(v string) []string {
	inJSON, _ := json.Marshal(v)
	bare := string(inJSON[1 : len(inJSON)-1])
	return []string{v, bare, inGo(v), inGo(bare), url.QueryEscape(v), url.PathEscape(v)}
}

func inGo(v string) string {
	quoted := fmt.Sprintf("%q", v)
	return quoted[1 : len(quoted)-1]
}
