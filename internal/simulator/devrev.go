package simulator

import (
	"cmp"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"example.com/webhookvcr/internal/provider"
)

// DevRev answers as DevRev's webhook API is documented to. The zero value
// serves the default tenant. It may be used by many goroutines at once; its
// fields must not be changed after the first request.
type DevRev struct {
	// Token is the one credential that is accepted; empty means the default tenant's.
	Token string
	// BearerRequired refuses a token without the word Bearer. DevRev's reference
	// asks for the word, its TypeScript SDK leaves it out; the zero value accepts
	// both.
	BearerRequired bool
	// ContentTypeRequired refuses a body without a Content-Type. That DevRev
	// refuses a wrong one is documented; the zero value accepts none.
	ContentTypeRequired bool
	// Webhooks are the webhooks at the start; nil means the default tenant's.
	Webhooks []DevRevWebhook
	// User is who creates and modifies; nil means a developer of the default tenant.
	User *DevRevUser
	// Limit is how many calls a window of five minutes allows; zero means that none is refused.
	Limit int
	// RetryAfter is what an answer 429 asks for, in seconds; zero means 1.
	RetryAfter int
	// Fail is the status of every answer to an authenticated request, one of those
	// that DevRev documents for errors. Zero means that none fails, any other value
	// counts as 500.
	Fail int
	// FailType is the member type of answers of Fail 400: bad_request or
	// value_not_permitted. Empty means bad_request.
	FailType string
	// Versions are the accepted values of X-Devrev-Version; nil means the two
	// that DevRev's pages call the default, 2022-10-20 and 2024-01-24.
	Versions []string
	// Now is the clock of dates and of the rate limit; nil means one that stands
	// still at a fixed instant.
	Now func() time.Time
	// Org is the organisation in the ids of new webhooks; empty means the default tenant's.
	Org string
	// Receivers takes the deliveries and the verify requests; nil means that none are made.
	Receivers http.RoundTripper
	// Settings are what DevRev leaves open about its deliveries.
	Settings Settings

	tenant
	webhooks []DevRevWebhook
	made     int // ids and secrets made so far
	events   int // ids of events made so far
	window   rateWindow
	lives    map[string]*devrevLife
}

// ServeHTTP implements http.Handler.
func (s *DevRev) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.serve(w, r, s.settings().Timeout, func(body []byte, complete bool) answer {
		s.start()
		return s.answer(r, body, complete)
	})
}

func (s *DevRev) answer(r *http.Request, body []byte, complete bool) answer {
	if !s.authenticated(r) {
		return s.failure(http.StatusUnauthorized).answer()
	}
	header, admitted := s.admit()
	a, err := answer{}, error(s.failure(http.StatusTooManyRequests))
	if admitted {
		a, err = s.operate(r, body, complete)
	}
	if err != nil {
		e, ok := errors.AsType[*devrevError](err)
		if !ok {
			e = s.failure(http.StatusInternalServerError)
		}
		a = e.answer()
	}
	maps.Copy(a.header, header)
	return a
}

// devrevOperations are the operations with the status of their success.
var devrevOperations = map[string]struct {
	status int
	run    func(*DevRev, devrevInput) (any, error)
}{
	"webhooks.get":    {http.StatusOK, (*DevRev).get},
	"webhooks.list":   {http.StatusOK, (*DevRev).list},
	"webhooks.create": {http.StatusCreated, (*DevRev).create},
	"webhooks.update": {http.StatusOK, (*DevRev).update},
	"webhooks.delete": {http.StatusOK, (*DevRev).delete},
}

// operate finds the operation and runs it. A known path with another method is
// no route: the OpenAPI document lists no 405.
func (s *DevRev) operate(r *http.Request, body []byte, complete bool) (answer, error) {
	if v := r.Header.Get("X-Devrev-Version"); v != "" && !slices.Contains(s.versions(), v) {
		return answer{}, devrevBadRequest("invalid_api_version", "value", v)
	}
	if s.Fail != 0 {
		return answer{}, s.asked()
	}
	route, ok := provider.DevRev.Find(r.Method, r.URL)
	if !ok {
		return answer{}, &devrevError{http.StatusNotFound, map[string]any{"message": provider.DevRev.RouteNotFound.Message}}
	}
	if !complete {
		return answer{}, devrevBadRequest("bad_request")
	}
	in, err := s.read(r, body, "status")
	if err != nil {
		return answer{}, err
	}
	operation, ok := devrevOperations[route.Operation.Name]
	if !ok {
		return answer{}, s.failure(http.StatusInternalServerError)
	}
	v, err := operation.run(s, in)
	return jsonAnswer(operation.status, mediaJSON, v), err
}

func (s *DevRev) start() {
	if s.started {
		return
	}
	s.started, s.lives = true, map[string]*devrevLife{}
	s.webhooks = slices.Clone(s.Webhooks)
	if s.Webhooks == nil {
		s.webhooks = devrevWebhooks()
	}
}

func (s *DevRev) authenticated(r *http.Request) bool {
	want, got := cmp.Or(s.Token, devrevToken), r.Header.Get("Authorization")
	scheme, token, ok := strings.Cut(got, " ")
	if ok && strings.EqualFold(scheme, "Bearer") {
		return strings.TrimLeft(token, " ") == want
	}
	return !s.BearerRequired && got == want
}

func (s *DevRev) org() string { return cmp.Or(s.Org, devrevOrgDON) }

func (s *DevRev) versions() []string {
	if s.Versions == nil {
		return []string{"2022-10-20", "2024-01-24"}
	}
	return s.Versions
}

func (s *DevRev) now() time.Time {
	if s.Now == nil {
		return devrevNow()
	}
	return s.Now().UTC()
}
