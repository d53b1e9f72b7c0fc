package simulator

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"example.com/webhookvcr/internal/provider"
)

// DVelop answers as the webhook part of d.velop's repository configuration is
// documented to. The zero value serves the default tenant. It may be used by
// many goroutines at once; its fields must not be changed after the first
// request.
type DVelop struct {
	// Token is the one API key or session id that is accepted; empty means the default tenant's.
	Token string
	// Base is the tenant's base URL, which the Origin header must name and
	// Location begins with; empty means scheme and host of each request.
	Base string
	// RepositoryID is the one repository; empty means the default tenant's.
	RepositoryID string
	// Events are the events with their webhooks at the start; nil means the
	// default tenant's. Webhooks can be created in these events only.
	Events []DVelopEvent
	// OriginOptionalOnGet lets GET and HEAD do without the Origin header, as
	// d.velop's page on the DMS app has it; its page on this API asks for the
	// header on every request, and so does the zero value.
	OriginOptionalOnGet bool
	// KeepKey makes a PutWebHook without the member apiKey keep the stored key.
	// d.velop's pages do not say what happens; by the zero value PUT replaces the
	// whole webhook, its key included.
	KeepKey bool
	// OmitKey leaves apiKey out of answers. d.velop's pages do not say whether
	// the key can be read; the zero value shows it, as any other member.
	OmitKey bool
	// NullID shows the member id as null, which its schema allows.
	NullID bool
	// Fail is the status of every answer to an authenticated request with a
	// correct Origin: 403, for a caller who is no administrator, or 500. Zero
	// means that none fails, any other value counts as 500.
	Fail int
	// Undocumented adds what public programs have met in the product family:
	// links in application/json, and LocalizedMessage in errors.
	Undocumented bool
	// Receivers takes the deliveries; nil means that none are made.
	Receivers http.RoundTripper
	// Settings are what d.velop leaves open about its deliveries.
	Settings Settings

	tenant
	events  []DVelopEvent
	made    int // ids made so far
	traffic map[string]*traffic
}

// ServeHTTP implements http.Handler.
func (s *DVelop) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.serve(w, r, time.Second, func(body []byte, complete bool) answer {
		s.start()
		return s.answer(r, body, complete)
	})
}

func (s *DVelop) answer(r *http.Request, body []byte, complete bool) answer {
	if s.isLogin(r) {
		return loginPage()
	}
	if a, ok := s.refuse(r); ok {
		return a
	}
	method := r.Method
	if method == http.MethodHead {
		method = http.MethodGet
	}
	route, ok := provider.DVelop.Find(method, r.URL)
	if !ok {
		return unknownRoute(r.URL)
	}
	mediaType, ok := negotiate(r.Header.Values("Accept"))
	if !ok {
		return emptyAnswer(http.StatusNotAcceptable)
	}
	if method != http.MethodGet {
		// The errors of writing operations are documented in this type only.
		mediaType = mediaJSON
	}
	operate, ok := dvelopOperations[route.Operation.Name]
	if !ok {
		return emptyAnswer(http.StatusInternalServerError)
	}
	a, err := operate(s, dvelopCall{r: r, route: route, mediaType: mediaType, body: body, complete: complete})
	if err != nil {
		return s.errorAnswer(err, mediaType)
	}
	s.stir.now()
	return a
}

// refuse makes the answers that come before any operation. Their bodies are not
// documented, so they have none.
func (s *DVelop) refuse(r *http.Request) (a answer, refused bool) {
	if !s.authenticated(r) {
		return s.unauthenticated(r), true
	}
	if !s.originAllowed(r) {
		return emptyAnswer(http.StatusForbidden), true
	}
	switch s.Fail {
	case 0:
		return answer{}, false
	case http.StatusForbidden:
		return emptyAnswer(http.StatusForbidden), true
	}
	return emptyAnswer(http.StatusInternalServerError), true
}

// unknownRoute is HTTP's own answer; d.velop documents none.
func unknownRoute(u *url.URL) answer {
	methods := provider.DVelop.Methods(u)
	if len(methods) == 0 {
		return emptyAnswer(http.StatusNotFound)
	}
	a := emptyAnswer(http.StatusMethodNotAllowed)
	a.header.Set("Allow", strings.Join(methods, ", "))
	return a
}

// dvelopCall is a request that has passed every general check.
type dvelopCall struct {
	r         *http.Request
	route     provider.Route
	mediaType string
	body      []byte
	complete  bool
}

var dvelopOperations = map[string]func(*DVelop, dvelopCall) (answer, error){
	"GetWebHook": (*DVelop).getWebHook, "PutWebHook": (*DVelop).putWebHook, "DeleteWebHook": (*DVelop).deleteWebHook,
	"GetEvents": (*DVelop).getEvents, "GetEvent": (*DVelop).getEvent, "PutEvent": (*DVelop).putEvent, "PostEvent": (*DVelop).postEvent,
}

func (s *DVelop) start() {
	if s.started {
		return
	}
	s.started, s.traffic = true, map[string]*traffic{}
	s.events = slices.Clone(s.Events)
	if s.Events == nil {
		s.events = dvelopEvents()
	}
	for i := range s.events {
		s.events[i].Webhooks = slices.Clone(s.events[i].Webhooks)
	}
}

// dvelopError is an error answer with a body.
type dvelopError struct{ status int }

// Error implements error, so that operations can return it.
func (e dvelopError) Error() string { return "dvelop answers " + e.reason() }

// reason says no more than the status does: d.velop's pages do not tell which of
// the ids in a path is unknown, or what is wrong with a body.
func (e dvelopError) reason() string {
	if e.status == http.StatusNotFound {
		return "The requested object was not found."
	}
	return "The request body is not acceptable."
}

func (s *DVelop) errorAnswer(err error, mediaType string) answer {
	e, ok := errors.AsType[dvelopError](err)
	if !ok {
		return emptyAnswer(http.StatusInternalServerError)
	}
	// The code is the only one that d.velop's pages show, in every error.
	v := map[string]any{"code": 240100, "reason": e.reason()}
	if s.Undocumented {
		v["LocalizedMessage"] = e.reason()
	}
	return jsonAnswer(e.status, mediaType, v)
}
