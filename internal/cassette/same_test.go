package cassette

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"gopkg.in/dnaeon/go-vcr.v3/cassette"
)

func exchanged(request, answer string) *Interaction {
	return &Interaction{
		Request:  cassette.Request{Method: "POST", URL: "https://api.devrev.ai/webhooks.get", Body: request, Headers: http.Header{}},
		Response: cassette.Response{Code: 200, Status: "200 OK", Body: answer, Headers: http.Header{}},
	}
}

func sameAnswers(a, b string) bool {
	header := Header{Provider: "devrev", Source: Simulated}
	old := &File{Header: header, Interactions: []*Interaction{exchanged(`{}`, a)}}
	return Same(old, header, []*Interaction{exchanged(`{}`, b)}, nil)
}

// Two recordings of one exchange are the same for whatever a recording may
// change, and for nothing else.
func TestSame_answers(t *testing.T) {
	for _, tc := range []struct {
		a, b string
		want bool
	}{
		{`{"a":"x","b":1}`, "{\n \"b\": 1, \"a\": \"x\"}", true},
		{`{"a":1}`, `{"a":1.0}`, false},
		{`{"a":"user-1@example.com"}`, `{"a":"user-2@example.com"}`, true},
		{`{"a":"user-1","b":"user-2"}`, `{"a":"user-2","b":"user-1"}`, true},
		{`{"a":"user-1","b":"user-1"}`, `{"a":"user-2","b":"user-1"}`, false},
		{`{"a":"user-1","b":"user-2"}`, `{"a":"user-1","b":"user-1"}`, false},
		{`{"a":"user-1"}`, `{"a":"name-1"}`, false},
		{`{"a":"active"}`, `{"a":"inactive"}`, false},
		{`{"a":null}`, `{}`, false},
		{"page", "other page", false},
	} {
		assert.Equal(t, tc.want, sameAnswers(tc.a, tc.b), "%s and %s", tc.a, tc.b)
	}
}

func FuzzSame(f *testing.F) {
	f.Add(`{"a":"user-1"}`, `{"a":"user-2"}`)
	f.Add(`{"a":"user-1","b":"user-1"}`, `{"a":"user-2","b":"user-1"}`)
	f.Add(`{"a":1}`, `{"a":1.0}`)
	f.Add(`{"id":"cccccccc-0000-4000-8000-000000000001"}`, `{"id":"cccccccc-0000-4000-8000-000000000012"}`)
	f.Add(`cGxhY2Vob2xkZXItMQ==`, `cGxhY2Vob2xkZXItMg==`)
	f.Fuzz(func(t *testing.T, a, b string) {
		if !sameAnswers(a, a) {
			t.Errorf("%q is not the same as itself", a)
		}
		if sameAnswers(a, b) != sameAnswers(b, a) {
			t.Errorf("%q and %q are the same in one direction only", a, b)
		}
	})
}
