package simulator

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
)

const (
	mediaJSON = "application/json"
	mediaHAL  = "application/hal+json"
)

// maxBody is how much of a request's body is read.
const maxBody = 1 << 20

// answer is a complete answer, made while the handler's state is locked and
// written afterwards, so that a slow client holds up nobody else.
type answer struct {
	status int
	header http.Header
	body   []byte
}

func emptyAnswer(status int) answer { return answer{status: status, header: http.Header{}} }

// jsonAnswer encodes v with an indent of two spaces.
func jsonAnswer(status int, mediaType string, v any) answer {
	var body bytes.Buffer
	enc := json.NewEncoder(&body)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		// Answers are made of maps, strings, booleans and integers, which encode.
		return emptyAnswer(http.StatusInternalServerError)
	}
	return answer{status, http.Header{"Content-Type": {mediaType}}, body.Bytes()}
}

func (a answer) writeTo(w http.ResponseWriter) {
	maps.Copy(w.Header(), a.header)
	w.WriteHeader(a.status)
	if len(a.body) > 0 {
		// A client that has gone is no concern of a handler.
		_, _ = w.Write(a.body)
	}
}

// readBody reads a request's body; ok is false when it breaks off or is larger than maxBody.
func readBody(w http.ResponseWriter, r *http.Request) (body []byte, ok bool) {
	if r.Body == nil {
		return nil, true
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	return body, err == nil
}

// jsonKind is the kind of a well-formed JSON value, in DevRev's words for them.
func jsonKind(raw json.RawMessage) string {
	switch raw = bytes.TrimSpace(raw); {
	case len(raw) == 0:
		return ""
	case raw[0] == '{':
		return "object"
	case raw[0] == '[':
		return "array"
	case raw[0] == '"':
		return "string"
	case raw[0] == 't', raw[0] == 'f':
		return "bool"
	case raw[0] == 'n':
		return "null"
	}
	return "number"
}
