package serve

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
)

// StreamPath is where a [Server] shows the requests of its [Log] as they come, as
// server-sent events: each is an [Entry] as JSON. The event "reset" says that the
// log has begun anew.
const StreamPath = "/-/stream"

// maxBehind bounds the entries that wait for a slow reader. One that is further
// behind is cut off, and gets what it has missed when it connects again.
const maxBehind = 256

// watch calls the log's readers; the caller holds the lock.
func (l *Log) watch(e *Entry) {
	l.watchers = slices.DeleteFunc(l.watchers, func(c chan *Entry) bool {
		select {
		case c <- e:
			return false
		default:
			close(c)
			return true
		}
	})
}

// follow returns what the log knows, and a channel of what comes after: nil for a
// log that begins anew.
func (l *Log) follow() ([]Entry, chan *Entry) {
	l.mu.Lock()
	defer l.mu.Unlock()
	c := make(chan *Entry, maxBehind)
	l.watchers = append(l.watchers, c)
	return slices.Clone(l.report.Requests), c
}

func (l *Log) leave(c chan *Entry) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.watchers = slices.DeleteFunc(l.watchers, func(other chan *Entry) bool { return other == c })
}

// stream writes the requests until the reader goes or the server closes.
func (s *Server) stream(w http.ResponseWriter, r *http.Request) {
	known, next := s.log.follow()
	defer s.log.leave(next)
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	controller := http.NewResponseController(w)
	send := func(name string, e *Entry) bool {
		data, err := json.Marshal(e)
		if err == nil {
			_, err = fmt.Fprintf(w, "event: %s\ndata: %s\n\n", name, data)
		}
		return err == nil && controller.Flush() == nil
	}
	if !send("reset", nil) {
		return
	}
	for i := range known {
		if !send("request", &known[i]) {
			return
		}
	}
	for {
		select {
		case <-r.Context().Done():
			return
		case <-s.closing:
			return
		case e, ok := <-next:
			name := "request"
			if e == nil {
				name = "reset"
			}
			if !ok || !send(name, e) {
				return
			}
		}
	}
}
