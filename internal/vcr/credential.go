package vcr

import (
	"net/http"
	"net/url"
	"strings"

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
	if f.Bare {
		return
	}
	noOrigin := f.Definition.Origin && c.req.Header.Get("Origin") == ""
	if f.NoDefaults {
		title := f.Definition.Title
		missing := title + " asks for it, and NoDefaults leaves it to the code under test"
		switch scheme := c.credential.scheme; {
		case c.credential.missing:
			c.wrong("header", "Authorization", "", missing)
		case c.credential.token == "":
			c.wrong("token", "Authorization", "", title)
		case scheme != "" && !strings.EqualFold(scheme, "Bearer"):
			c.wrong("other-scheme", "Authorization", "", title)
		case scheme == "" && !c.credential.cookie && !f.Definition.BareToken:
			c.wrong("scheme", "Authorization", "", title)
		case c.credential.token != provider.Token:
			c.wrong("unknown-token", "Authorization", "", "")
		}
		switch {
		case noOrigin:
			c.wrong("header", "Origin", "", missing)
		case f.Definition.Origin && !f.home(c.req.Header.Get("Origin")):
			c.wrong("origin", "Origin", "", title)
		}
		return
	}
	if c.credential.missing {
		c.credential = credential{scheme: "Bearer", added: true, token: provider.Token}
		f.logOnce("Authorization: Bearer %s added, the request lacked it (NoDefaults turns this off)", provider.Token)
	}
	if noOrigin {
		c.origin = true
		f.logOnce("Origin: %s added, the request lacked it (NoDefaults turns this off)", f.Definition.BaseURL)
	}
}

// home says whether an origin is that of the vendor in the placeholder world.
func (f *Front) home(origin string) bool { return strings.EqualFold(origin, f.Definition.BaseURL) }

func credentialOf(req *http.Request, def *provider.Definition) credential {
	if header := req.Header.Get("Authorization"); header != "" {
		scheme, token, ok := strings.Cut(header, " ")
		if !ok {
			scheme, token = "", header
		}
		if !ok && (strings.EqualFold(header, "Bearer") || strings.EqualFold(header, "Basic")) {
			scheme, token = header, ""
		}
		return credential{scheme: scheme, token: strings.TrimSpace(token)}
	}
	if def.SessionCookie != "" {
		if cookie, err := req.Cookie(def.SessionCookie); err == nil && cookie.Value != "" {
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
