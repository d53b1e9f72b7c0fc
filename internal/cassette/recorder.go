package cassette

import (
	"context"
	"net/http"

	"gopkg.in/dnaeon/go-vcr.v3/cassette"
	"gopkg.in/dnaeon/go-vcr.v3/recorder"
)

// Interaction is one request and its answer, as go-vcr keeps them.
type Interaction = cassette.Interaction

// ErrNotFound is go-vcr's error for a request that no interaction answers.
var ErrNotFound = cassette.ErrInteractionNotFound

// Recorder is an unmodified go-vcr recorder. It has no cassette of its own, and
// nobody calls its Stop.
type Recorder struct{ recorder *recorder.Recorder }

// NewRecorder returns a recorder that hands every exchange to capture before it
// answers. Without capture it keeps nothing and passes requests through.
func NewRecorder(capture func(*Interaction) error) (*Recorder, error) {
	options := &recorder.Options{
		CassetteName:       "unsaved",
		Mode:               recorder.ModePassthrough,
		RealTransport:      passer{},
		SkipRequestLatency: true,
	}
	if capture != nil {
		options.Mode = recorder.ModeRecordOnly
	}
	r, err := recorder.NewWithOptions(options)
	if err == nil && capture != nil {
		r.AddHook(capture, recorder.AfterCaptureHook)
	}
	return &Recorder{r}, err
}

// Pass sends a request through the recorder to next. A go-vcr recorder has one
// transport for all requests, so the request's context carries the one of this
// request.
func (r *Recorder) Pass(req *http.Request, next func(*http.Request) (*http.Response, error)) (*http.Response, error) {
	return r.recorder.RoundTrip(req.WithContext(&passage{req.Context(), next}))
}

// passage is the context of a request on its way through a recorder.
type passage struct {
	context.Context
	next func(*http.Request) (*http.Response, error)
}

type passageKey struct{}

func (p *passage) Value(key any) any {
	if key == (passageKey{}) {
		return p
	}
	return p.Context.Value(key)
}

// passer is the transport of every recorder.
type passer struct{}

func (passer) RoundTrip(req *http.Request) (*http.Response, error) {
	return req.Context().Value(passageKey{}).(*passage).next(req)
}
