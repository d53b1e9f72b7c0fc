package replay

import (
	"mime"
	"slices"
	"strconv"
	"strings"
	"sync"

	"example.com/webhookvcr/internal/cassette"
	"example.com/webhookvcr/internal/contract"
	"example.com/webhookvcr/internal/provider"
)

// Key is a request in the form in which it is matched, with what the contract
// says of it.
type Key struct {
	def *provider.Definition
	// class is that of the request but for the media type that it asks for.
	class cassette.Class
	// accept is nil where the provider tells nothing apart by it.
	accept *accept
	// Problems are those of the request.
	Problems []contract.Problem
}

// accept is what an Accept header says.
type accept struct {
	// types are the media types asked for: exact ones, and ranges of the form
	// "application/*". refused are those with q=0; any says that every other type
	// will do.
	types, refused []string
	any            bool
}

// takes reports whether the request takes an answer of that media type. What is
// said of the type itself counts more than what is said of a range around it.
func (k *Key) takes(media string) bool {
	if media == "" { // an answer without a media type tells nothing apart
		return true
	}
	kind, _, _ := strings.Cut(media, "/")
	for _, named := range []string{media, kind + "/*"} {
		switch {
		case slices.Contains(k.accept.refused, named):
			return false
		case slices.Contains(k.accept.types, named):
			return true
		}
	}
	return k.accept.any
}

// asks is what an Accept header asks for, for messages.
func (a *accept) asks() string {
	asks := slices.Clone(a.types)
	if a.any {
		asks = append(asks, "*/*")
	}
	for _, media := range a.refused {
		asks = append(asks, media+";q=0")
	}
	return strings.Join(asks, ", ")
}

// accepted reads an Accept header. What stands there with q=0 is refused, and a
// header that asks for nothing asks for anything.
func accepted(values []string) *accept {
	a := &accept{any: strings.TrimSpace(strings.Join(values, "")) == ""}
	for v := range strings.SplitSeq(strings.Join(values, ","), ",") {
		media := contract.MediaType(v)
		if _, params, err := mime.ParseMediaType(v); err == nil {
			if q, err := strconv.ParseFloat(params["q"], 64); err == nil && q == 0 {
				a.refused = append(a.refused, media)
				continue
			}
		}
		switch media {
		case "":
		case "*/*":
			a.any = true
		default:
			a.types = append(a.types, media)
		}
	}
	return a
}

// requests remembers the requests that this process has seen, by their exact
// bytes, so that a test suite that sends the same request again pays neither
// for JSON nor for the schema.
type requests struct {
	mu   sync.RWMutex
	size int
	seen map[string]*Key
	urls map[string]string // canonical ones, which many requests share
}

// maxRemembered bounds the memory for remembered requests, in bytes.
const maxRemembered = 16 << 20

// keySize is what a request takes beside its own bytes.
const keySize = 256

// remembered makes a replay several times as fast, as BenchmarkExchange measures.
var remembered sync.Map // *provider.Definition -> *requests

// keyFor returns the request as it is matched.
func keyFor(def *provider.Definition, req contract.Request) *Key {
	v, ok := remembered.Load(def)
	if !ok {
		v, _ = remembered.LoadOrStore(def, &requests{seen: map[string]*Key{}, urls: map[string]string{}})
	}
	r := v.(*requests)
	var buffer [1024]byte // no allocation for most requests
	key := appendExact(buffer[:0], def, req)
	r.mu.RLock()
	k := r.seen[string(key)]
	r.mu.RUnlock()
	if k != nil {
		return k
	}
	k = NewKey(def, req)
	exact, size := string(key), len(key)+keySize
	if body := exact[len(exact)-len(req.Body):]; body == k.class.Body {
		k.class.Body = body // one text for both
	} else {
		size += len(k.class.Body)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.size += size; r.size > maxRemembered {
		clear(r.seen)
		clear(r.urls)
		r.size = size
	}
	if u, ok := r.urls[k.class.URL]; ok {
		k.class.URL = u
	} else {
		r.urls[k.class.URL] = k.class.URL
		r.size += len(k.class.URL)
	}
	r.seen[exact] = k
	return k
}

// NewKey returns the request as it is matched, with the problems that the contract
// has with it.
func NewKey(def *provider.Definition, req contract.Request) *Key {
	k := &Key{def: def, class: cassette.ClassOf(req.Method, req.URL, "", req.Body), Problems: contract.CheckRequest(def, req)}
	if def.MatchAccept {
		k.accept = accepted(req.Header.Values("Accept"))
	}
	return k
}

// appendExact writes everything of a request that its match and its verdict
// depend on, each part behind its length, so that no two requests share a key.
func appendExact(b []byte, def *provider.Definition, req contract.Request) []byte {
	b = appendPart(b, req.Method)
	b = appendPart(b, req.URL.Scheme)
	b = appendPart(b, req.URL.Opaque)
	b = appendPart(b, req.URL.Host)
	b = appendPart(b, req.URL.EscapedPath())
	b = appendPart(b, req.URL.RawQuery)
	for _, h := range def.RequestHeaders {
		values := req.Header[h.Name]
		b = strconv.AppendInt(b, int64(len(values)), 10)
		for _, v := range values {
			b = appendPart(b, v)
		}
	}
	b = append(b, '\n')
	return append(b, req.Body...)
}

func appendPart(b []byte, s string) []byte {
	b = append(b, '\n')
	b = strconv.AppendInt(b, int64(len(s)), 10)
	b = append(b, ':')
	return append(b, s...)
}
