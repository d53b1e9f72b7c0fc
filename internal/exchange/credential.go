package exchange

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"example.com/webhookvcr/internal/contract"
	"example.com/webhookvcr/internal/pattern"
	"example.com/webhookvcr/internal/provider"
)

// Credential is what a request said about who sends it. It rides beside the
// request, never in a header that is recorded.
type Credential struct {
	// Scheme is the first word of the Authorization header, empty when the
	// token stands there alone, as DevRev's TypeScript SDK sends it.
	Scheme string
	// cookie says that the session cookie carries the credential.
	cookie bool
	// added says that the client added it, for want of one.
	added bool
	// Missing says that the request carries none, and none was added.
	Missing bool
	// Token is what the code under test sent.
	Token string
}

// credentials reads the credential and the origin of a request, and adds the
// preconfigured ones where they lack.
func (c *Client) credentials(r *Request) {
	r.Credential = credentialOf(r.Header, c.Definition)
	r.Problems = Presented(c.Definition, r.Request)
	if c.Bare {
		return
	}
	sound := len(r.Problems) == 0
	noOrigin := c.Definition.Origin && len(r.Header.Values("Origin")) == 0
	if c.NoDefaults {
		missing := c.Definition.Title + " asks for it, and NoDefaults leaves it to the code under test"
		switch {
		case r.Credential.Missing:
			r.wrong("header", "Authorization", "", missing)
		case sound && r.Credential.Token != provider.Token:
			r.wrong("unknown-token", "Authorization", "", "")
		}
		if noOrigin {
			r.wrong("header", "Origin", "", missing)
		}
		return
	}
	if r.Credential.Missing && r.Sent.URL.User == nil {
		r.Credential = Credential{Scheme: "Bearer", added: true, Token: provider.Token}
		if !c.toldToken.Swap(true) {
			c.LogOnce("Authorization: Bearer %s added, the request lacked it (NoDefaults turns this off)", provider.Token)
		}
	}
	if noOrigin {
		r.AddOrigin = true
		if !c.toldOrigin.Swap(true) {
			c.LogOnce("Origin: %s added, the request lacked it (NoDefaults turns this off)", c.Definition.BaseURL)
		}
	}
}

// ofHeader is the breach of a rule by a request's header.
func ofHeader(rule, header, found, expected string) contract.Problem {
	return contract.Problem{Kind: contract.Rule, Keyword: rule, In: "request", Pointer: header, Found: found, Expected: expected}
}

// tokens are what a bearer token is made of (RFC 6750), with the ampersand and
// the percent sign of d.velop's sessions.
var tokens = pattern.New(`^[._~+/=&-]*([A-Za-z0-9]([._~+/=&-]|%[0-9A-Fa-f]{2})*)+$`)

// isToken reports whether a text is a token. The one that nearly every test sends is one.
func isToken(s string) bool { return s == provider.Token || tokens.MatchString(s) }

// Presented returns what is wrong with the form of the credential and the origin
// that a request carries: what every gateway refuses, whoever asks. It says nothing
// of one that is missing, and takes any token. The homes are base URLs that may be
// the origin beside the placeholder world's.
func Presented(def *provider.Definition, req contract.Request, homes ...string) (problems []contract.Problem) {
	add := func(rule, header, found, expected string) {
		problems = append(problems, ofHeader(rule, header, found, expected))
	}
	header, where := "Authorization", ""
	c := credentialOf(req.Header, def)
	if c.cookie {
		header, where = "Cookie", " in "+def.SessionCookie
	}
	first, _, more := strings.Cut(c.Token, " ")
	switch {
	case req.URL.User != nil:
		// net/http makes a header of it, unless there is one.
		add("user-information", "Authorization", "", def.Title)
	case c.Missing:
	case c.Token == "":
		add("token", header, "no token"+where, def.Title)
	case c.Scheme != "" && !strings.EqualFold(c.Scheme, "Bearer"):
		add("other-scheme", header, "", def.Title)
	case more && strings.EqualFold(first, "Bearer"):
		add("scheme-twice", header, "", "")
	case !isToken(c.Token):
		add("token-form", header, "a text that is no token"+where, "letters, digits and any of -._~+/=&%")
	case c.Scheme == "" && !c.cookie && !def.BareToken:
		add("scheme", header, "", def.Title)
	}
	homes = append(homes, def.BaseURL)
	origins := req.Header.Values("Origin")
	if def.Origin && len(origins) > 0 && !slices.ContainsFunc(homes, func(home string) bool { return strings.EqualFold(home, origins[0]) }) {
		add("origin", "Origin", "", def.Title)
	}
	return problems
}

func credentialOf(h http.Header, def *provider.Definition) Credential {
	if values := h.Values("Authorization"); len(values) > 0 {
		header := values[0]
		scheme, token, ok := strings.Cut(header, " ")
		if !ok {
			scheme, token = "", header
		}
		if !ok && (strings.EqualFold(header, "Bearer") || strings.EqualFold(header, "Basic")) {
			scheme, token = header, ""
		}
		return Credential{Scheme: scheme, Token: strings.Trim(token, " ")}
	}
	if def.SessionCookie != "" {
		if cookie, err := (&http.Request{Header: h}).Cookie(def.SessionCookie); err == nil {
			token := cookie.Value
			if decoded, err := url.QueryUnescape(token); err == nil {
				token = decoded
			}
			return Credential{cookie: true, Token: token}
		}
	}
	return Credential{Missing: true}
}

// Apply puts the tenant's credential on a real request in the form in which the
// code under test sent the placeholder.
func (c Credential) Apply(req *http.Request, def *provider.Definition, token string) {
	switch {
	case c.Missing:
	case c.cookie:
		req.AddCookie(&http.Cookie{Name: def.SessionCookie, Value: url.QueryEscape(token)})
	case c.Scheme == "":
		req.Header.Set("Authorization", token)
	default:
		req.Header.Set("Authorization", c.Scheme+" "+token)
	}
}
