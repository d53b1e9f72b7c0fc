package simulator

import (
	"net/http"
	"strconv"
)

// devrevError is an error answer of DevRev.
type devrevError struct {
	status  int
	members map[string]any
}

// Error implements error, so that operations can return it.
func (e *devrevError) Error() string {
	return "devrev answers " + strconv.Itoa(e.status)
}

func (e *devrevError) answer() answer {
	a := jsonAnswer(e.status, mediaJSON, e.members)
	// DevRev says the same in the header and in the body.
	if seconds, ok := e.members["retry_after"].(int); ok {
		a.header.Set("Retry-After", strconv.Itoa(seconds))
	}
	return a
}

// devrevBadRequest is a 400 of that type; members are further members, name
// before value. It carries neither message nor detail: both are optional, and
// the one live answer of this kind that is public has neither.
func devrevBadRequest(errorType string, members ...any) *devrevError {
	m := map[string]any{"type": errorType}
	for i := 0; i+1 < len(members); i += 2 {
		if name, ok := members[i].(string); ok {
			m[name] = members[i+1]
		}
	}
	return &devrevError{http.StatusBadRequest, m}
}

// devrevErrors are type, message and detail of the errors that one status has.
var devrevErrors = map[int][3]string{
	http.StatusUnauthorized:        {"unauthenticated", "The request is not authenticated.", "A valid token is required."},
	http.StatusForbidden:           {"forbidden", "The request is not permitted.", "The token's owner lacks the right to it."},
	http.StatusNotFound:            {"not_found", "The object was not found.", "No webhook has the given id."},
	http.StatusTooManyRequests:     {"too_many_requests", "Too many requests.", "The limit of the current window is used up."},
	http.StatusInternalServerError: {"internal_error", "An internal error occurred.", "The error was recorded under the given reference."},
	http.StatusServiceUnavailable:  {"service_unavailable", "The service is unavailable.", "It will be back after a short delay."},
}

// failure is the error of a status; one that is not documented counts as 500.
func (s *DevRev) failure(status int) *devrevError {
	texts, ok := devrevErrors[status]
	if !ok {
		return s.failure(http.StatusInternalServerError)
	}
	members := map[string]any{"type": texts[0], "message": texts[1], "detail": texts[2]}
	switch status {
	case http.StatusTooManyRequests:
		members["retry_after"] = max(1, s.RetryAfter)
	case http.StatusInternalServerError:
		members["reference_id"] = "7f1d2c90b4e84d0c"
	}
	return &devrevError{status, members}
}

// asked is the error that Fail and FailType ask for.
func (s *DevRev) asked() *devrevError {
	switch {
	case s.Fail == http.StatusBadRequest && s.FailType == "value_not_permitted":
		return devrevBadRequest("value_not_permitted", "field_name", "id", "reason", "The value is not permitted.")
	case s.Fail == http.StatusBadRequest:
		return devrevBadRequest("bad_request", "message", "The request is malformed.", "detail", "No further particulars are given.")
	}
	return s.failure(s.Fail)
}
