package vcr

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"example.com/webhookvcr/internal/contract"
	"example.com/webhookvcr/internal/pattern"
	"example.com/webhookvcr/internal/provider"
)

// credential is what a request said about who sends it. It rides beside the
// request, never in a header that is recorded.
type credential struct {
	// scheme is the first word of the Authorization header, empty when the
	// token stands there alone, as DevRev's TypeScript SDK sends it.
	scheme string
	// cookie says that the session cookie carries the credential.
	cookie bool
	// added says that the client added it, for want of one.
	added bool
	// missing says that the request carries none, and none was added.
	missing bool
	// token is what the code under test sent.
	token string
}

// credentials reads the credential and the origin of a request, and adds the
// preconfigured ones where they lack.
func (f *Front) credentials(c *call) {
	c.credential = credentialOf(c.req, f.Definition)
	c.lacks = append(c.lacks, Presented(f.Definition, c.req)...)
	if f.Bare {
		return
	}
	sound := len(c.lacks) == 0
	noOrigin := f.Definition.Origin && len(c.req.Header.Values("Origin")) == 0
	if f.NoDefaults {
		missing := f.Definition.Title + " asks for it, and NoDefaults leaves it to the code under test"
		switch {
		case c.credential.missing:
			c.wrong("header", "Authorization", "", missing)
		case sound && c.credential.token != provider.Token:
			c.wrong("unknown-token", "Authorization", "", "")
		}
		if noOrigin {
			c.wrong("header", "Origin", "", missing)
		}
		return
	}
	if c.credential.missing && c.req.URL.User == nil {
		c.credential = credential{scheme: "Bearer", added: true, token: provider.Token}
		f.logOnce("Authorization: Bearer %s added, the request lacked it (NoDefaults turns this off)", provider.Token)
	}
	if noOrigin {
		c.origin = true
		f.logOnce("Origin: %s added, the request lacked it (NoDefaults turns this off)", f.Definition.BaseURL)
	}
}

// ofHeader is the breach of a rule by a request's header.
func ofHeader(rule, header, found, expected string) contract.Problem {
	return contract.Problem{Kind: contract.Rule, Keyword: rule, In: "request", Pointer: header, Found: found, Expected: expected}
}

// tokens are what a bearer token is made of (RFC 6750), with the ampersand and
// the percent sign of d.velop's sessions.
var tokens = pattern.New(`^[._~+/=&-]*([A-Za-z0-9]([._~+/=&-]|%[0-9A-Fa-f]{2})*)+$`)

// Presented returns what is wrong with the form of the credential and the origin
// that a request carries: what every gateway refuses, whoever asks. It says nothing
// of one that is missing, and takes any token. The homes are base URLs that may be
// the origin beside the placeholder world's.
func Presented(def *provider.Definition, req *http.Request, homes ...string) (problems []contract.Problem) {
	add := func(rule, header, found, expected string) {
		problems = append(problems, ofHeader(rule, header, found, expected))
	}
	header, where := "Authorization", ""
	c := credentialOf(req, def)
	if c.cookie {
		header, where = "Cookie", " in "+def.SessionCookie
	}
	first, _, more := strings.Cut(c.token, " ")
	switch {
	case req.URL.User != nil:
		// net/http makes a header of it, unless there is one.
		add("user-information", "Authorization", "", def.Title)
	case c.missing:
	case c.token == "":
		add("token", header, "no token"+where, def.Title)
	case c.scheme != "" && !strings.EqualFold(c.scheme, "Bearer"):
		add("other-scheme", header, "", def.Title)
	case more && strings.EqualFold(first, "Bearer"):
		add("scheme-twice", header, "", "")
	case !tokens.MatchString(c.token):
		add("token-form", header, "a text that is no token"+where, "letters, digits and any of -._~+/=&%")
	case c.scheme == "" && !c.cookie && !def.BareToken:
		add("scheme", header, "", def.Title)
	}
	homes = append(homes, def.BaseURL)
	origins := req.Header.Values("Origin")
	if def.Origin && len(origins) > 0 && !slices.ContainsFunc(homes, func(home string) bool { return strings.EqualFold(home, origins[0]) }) {
		add("origin", "Origin", "", def.Title)
	}
	return problems
}

func credentialOf(req *http.Request, def *provider.Definition) credential {
	if values := req.Header.Values("Authorization"); len(values) > 0 {
		header := values[0]
		scheme, token, ok := strings.Cut(header, " ")
		if !ok {
			scheme, token = "", header
		}
		if !ok && (strings.EqualFold(header, "Bearer") || strings.EqualFold(header, "Basic")) {
			scheme, token = header, ""
		}
		return credential{scheme: scheme, token: strings.Trim(token, " ")}
	}
	if def.SessionCookie != "" {
		if cookie, err := req.Cookie(def.SessionCookie); err == nil {
			token := cookie.Value
			if decoded, err := url.QueryUnescape(token); err == nil {
				token = decoded
			}
			return credential{cookie: true, token: token}
		}
	}
	return credential{missing: true}
}

// apply puts the tenant's credential on a real request in the form in which the
// code under test sent the placeholder.
func (c credential) apply(req *http.Request, def *provider.Definition, token string) {
	switch {
	case c.missing:
	case c.cookie:
		req.AddCookie(&http.Cookie{Name: def.SessionCookie, Value: url.QueryEscape(token)})
	case c.scheme == "":
		req.Header.Set("Authorization", token)
	default:
		req.Header.Set("Authorization", c.scheme+" "+token)
	}
}
