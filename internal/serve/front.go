package serve

import (
	"io"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"time"

	"example.com/webhookvcr/internal/say"
)

// The paths of a [Front]. No vendor begins a path with a hyphen.
const (
	PagePath  = "/-/"
	ReadyPath = "/-/ready"
	ResetPath = "/-/reset"
)

// Front stands before a handler that is open to a network, and answers what is no
// request to the vendor: preflights, probes, and what this machine's browsers send
// because another site has told them to.
type Front struct {
	Handler http.Handler
	// Addr is where the server listens. On a loopback address a request must name
	// one of its names, and on another one that address: else a site whose name is
	// made to lead here could read what is served. A server that listens on every
	// address takes any name; the zero value does so too.
	Addr netip.Addr
	// Names are right as well: that of the address, when it was given as a name, and the vendor's host.
	Names []string
	// Origin is that of the web pages which may send requests, or "*" for any; empty for none.
	Origin string
	// Refused, if not nil, is told of the origin of a preflight that was refused.
	Refused func(origin string)
	// Reset begins anew, before ResetPath answers.
	Reset func() error
	// Page is what PagePath shows to people, nil for nothing.
	Page http.Handler
	// Root says that a request to / is the vendor's.
	Root bool
	// Patience is how long a body may take; 0 is for ever.
	Patience time.Duration
}

// ServeHTTP implements http.Handler.
func (f *Front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !f.leadsHere(r.Host) {
		http.Error(w, "this server is not known by the name in the request's Host header; ask it by its address", http.StatusMisdirectedRequest)
		return
	}
	if f.Patience > 0 && r.Body != nil && r.Body != http.NoBody {
		controller := http.NewResponseController(w)
		// A writer without deadlines has no connection that could be slow.
		if controller.SetReadDeadline(time.Now().Add(f.Patience)) == nil {
			r.Body = &timedBody{r.Body, func() { _ = controller.SetReadDeadline(time.Time{}) }}
		}
	}
	if f.crossOrigin(w, r) {
		return
	}
	if strings.HasPrefix(r.URL.Path, PagePath) && !f.asks(r) {
		http.Error(w, "a web page of another origin may change nothing here; --cors names one that may", http.StatusForbidden)
		return
	}
	reads := r.Method == http.MethodGet || r.Method == http.MethodHead
	switch {
	case !reads && (r.URL.Path == ReadyPath || r.URL.Path == PagePath && f.Page != nil):
		onlyRead(w, r)
	case r.URL.Path == ReadyPath:
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = io.WriteString(w, "ready\n") // it fails only when the client has gone
	case r.URL.Path == PagePath && f.Page != nil:
		f.Page.ServeHTTP(w, r)
	case r.URL.Path == ResetPath && f.Reset != nil:
		if r.Method != http.MethodPost {
			w.Header().Set("Allow", http.MethodPost)
			http.Error(w, ResetPath+" takes POST", http.StatusMethodNotAllowed)
			return
		}
		if err := f.Reset(); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	case r.URL.Path == "/favicon.ico" && reads:
		w.WriteHeader(http.StatusNoContent)
	case r.URL.Path == "/" && reads && !f.Root:
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = io.WriteString(w, "a server in the place of a vendor's; "+PagePath+" shows what was asked\n")
	default:
		f.Handler.ServeHTTP(w, r)
	}
}

func (f *Front) leadsHere(host string) bool {
	if !f.Addr.IsValid() || f.Addr.IsUnspecified() || host == "" {
		return true
	}
	name := host
	if h, _, err := net.SplitHostPort(host); err == nil {
		name = h
	}
	name = strings.ToLower(strings.TrimSuffix(strings.Trim(name, "[]"), "."))
	own := func(n string) bool { return name == strings.ToLower(n) }
	if name == "localhost" || strings.HasSuffix(name, ".localhost") || slices.ContainsFunc(f.Names, own) {
		return true
	}
	addr, err := netip.ParseAddr(name)
	return err == nil && (addr.IsLoopback() || addr.Unmap() == f.Addr.Unmap())
}

// asks reports whether a request that may change something comes from no browser,
// from this server's own page, or from a page of the origin.
func (f *Front) asks(r *http.Request) bool {
	if f.Origin == "*" {
		return true
	}
	protection := http.NewCrossOriginProtection()
	if f.Origin != "" && protection.AddTrustedOrigin(f.Origin) != nil {
		return false
	}
	return protection.Check(r) == nil
}

// NothingThere answers a request to a path below PagePath that is none of those which there are.
func NothingThere(w http.ResponseWriter, there ...string) {
	http.Error(w, "nothing is here; there are "+say.Quoted(there, "and"), http.StatusNotFound)
}

// onlyRead answers a request to a path of this server that can be read only.
func onlyRead(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Allow", "GET, HEAD")
	http.Error(w, r.URL.Path+" can be read only", http.StatusMethodNotAllowed)
}

// crossOrigin lets web pages of the origin read the answer. It answers a preflight
// itself, and reports whether it was one.
func (f *Front) crossOrigin(w http.ResponseWriter, r *http.Request) bool {
	origin := r.Header.Get("Origin")
	preflight := origin != "" && r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != ""
	h := w.Header()
	if f.Origin != "" {
		h.Add("Vary", "Origin")
	}
	if origin == "" || f.Origin != "*" && !strings.EqualFold(origin, f.Origin) {
		if preflight {
			http.Error(w, "web pages of this origin may send no requests here; --cors names one that may", http.StatusForbidden)
			if f.Refused != nil {
				f.Refused(origin)
			}
		}
		return preflight
	}
	h.Set("Access-Control-Allow-Origin", origin)
	h.Set("Access-Control-Expose-Headers", "*")
	if !preflight {
		return false
	}
	h.Set("Access-Control-Allow-Methods", r.Header.Get("Access-Control-Request-Method"))
	if names := r.Header.Get("Access-Control-Request-Headers"); names != "" {
		h.Set("Access-Control-Allow-Headers", names)
	}
	w.WriteHeader(http.StatusNoContent)
	return true
}

// timedBody calls done when the whole body has been read. After an error the
// deadline stays, for net/http would wait for the rest.
type timedBody struct {
	io.ReadCloser
	done func()
}

func (b *timedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err == io.EOF {
		b.done()
	}
	return n, err
}
