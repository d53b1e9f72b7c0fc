package simulator

import (
	"net/http"
	"strconv"
	"time"
)

// rateLength is the length of DevRev's window, in which every call weighs the same.
const rateLength = 5 * time.Minute

// rateShown is the limit in the headers of a handler without a limit.
const rateShown = 1000

// rateWindow counts the calls of one window. There is one count only, since the
// handler knows one user.
type rateWindow struct {
	start time.Time
	used  int
}

// admit counts a call and returns the headers that tell the caller where it
// stands. ok is false when the call is one too many. Without a limit each call
// is shown as the first of its window.
func (s *DevRev) admit() (header http.Header, ok bool) {
	start := s.now().Truncate(rateLength)
	limit, used := rateShown, 1
	ok = true
	if s.Limit > 0 {
		if !s.window.start.Equal(start) {
			s.window = rateWindow{start: start}
		}
		if ok = s.window.used < s.Limit; ok {
			s.window.used++
		}
		limit, used = s.Limit, s.window.used
	}
	return http.Header{
		"X-Ratelimit-Limit":     {strconv.Itoa(limit)},
		"X-Ratelimit-Remaining": {strconv.Itoa(limit - used)},
		"X-Ratelimit-Reset":     {strconv.FormatInt(start.Add(rateLength).Unix(), 10)},
	}, ok
}
