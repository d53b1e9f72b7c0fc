package receivertest

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"runtime/pprof"
	"slices"
	"strings"
	"sync"
	"time"
)

// The runtime ends a process in which two bubbles, or a bubble and what is outside,
// use one connection of net/http: its goroutines wait for channels of whoever dialled.
// A stand-in that ends with the receiver, an httptest.Server, closes the idle connections
// of the default client, too. So a client that keeps connections must be found before the
// first bubble.

// running are the labels of the suites that are at work.
var running sync.Map

// owner says which suite began the goroutines that a profile describes.
var owner = regexp.MustCompile(`"` + label + `":"([^"]*)"`)

// reading reports whether a goroutine is that of a client's connection, of HTTP/1.1 or of
// HTTP/2, or of a server, which waits for the network as well.
func reading(g string) bool {
	return slices.ContainsFunc([]string{"net/http.(*persistConn).readLoop", "lientConn).readLoop", "net/http.(*Server).Serve+"}, func(frame string) bool {
		return strings.Contains(g, frame)
	})
}

// keepsConnection reports whether a receiver of this suite, or of one that has ended,
// has a connection or a server open. One that is being closed is given a moment.
func (s *suite) keepsConnection() bool {
	kept := func(g string) bool {
		if !reading(g) {
			return false
		}
		m := owner.FindStringSubmatch(g)
		if m == nil {
			return false
		}
		_, others := running.Load(m[1])
		return m[1] == s.label() || !others
	}
	for end := time.Now().Add(closing); slices.ContainsFunc(strings.Split(profile(), "\n\n"), kept); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			return true
		}
	}
	return false
}

// end says that the suite is at work no more.
func (s *suite) end() {
	running.Delete(s.label())
	if s.leaky == keeping {
		http.DefaultClient.CloseIdleConnections() // most likely they are that one's
	}
}

// keeping is why such a receiver is asked in no bubble.
const keeping = "a receiver keeps a connection or a server of net/http open, which stops the clock of a synctest bubble, where alone the vendor's minutes pass, or lets the runtime end the process; " +
	"let build make an http.RoundTripper that stands in for the service, or a client whose Transport has DisableKeepAlives set, to a server that was started before"

// closing is how long a connection may take to close.
const closing = 200 * time.Millisecond

// label is what the goroutines have that receivers of this suite begin.
func (s *suite) label() string { return fmt.Sprintf("%p", s) }

// mark labels the goroutine, and so those that it begins.
func mark(name string) {
	pprof.SetGoroutineLabels(pprof.WithLabels(context.Background(), pprof.Labels(label, name)))
}

func profile() string {
	var b strings.Builder
	_ = pprof.Lookup("goroutine").WriteTo(&b, 1) // a Builder takes all
	return b.String()
}
