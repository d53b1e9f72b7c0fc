package replay

import (
	"mime"
	"net/url"
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
	def               *provider.Definition
	method, url, body string
	// sent is the URL as it was sent, for messages.
	sent *url.URL
	// accepts are the media types asked for: exact ones, and ranges of the form
	// "application/*". refused are those with q=0; any says that every other type
	// will do.
	accepts []string
	refused []string
	any     bool
	// Problems are those of the request.
	Problems []contract.Problem
	// key is the class key where the media type asked for tells nothing apart.
	key [1]string
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
		case slices.Contains(k.refused, named):
			return false
		case slices.Contains(k.accepts, named):
			return true
		}
	}
	return k.any
}

// asks is what the request's Accept header asks for, for messages.
func (k *Key) asks() string {
	asks := slices.Clone(k.accepts)
	if k.any {
		asks = append(asks, "*/*")
	}
	for _, media := range k.refused {
		asks = append(asks, media+";q=0")
	}
	return strings.Join(asks, ", ")
}

// accepted reads an Accept header. What stands there with q=0 is refused, and a
// header that asks for nothing asks for anything.
func accepted(values []string) (types, refused []string, anything bool) {
	for v := range strings.SplitSeq(strings.Join(values, ","), ",") {
		media := contract.MediaType(v)
		if _, params, err := mime.ParseMediaType(v); err == nil {
			if q, err := strconv.ParseFloat(params["q"], 64); err == nil && q == 0 {
				refused = append(refused, media)
				continue
			}
		}
		switch media {
		case "":
		case "*/*":
			anything = true
		default:
			types = append(types, media)
		}
	}
	return types, refused, anything || strings.TrimSpace(strings.Join(values, "")) == ""
}

// requests remembers the requests that this process has seen, by their exact
// bytes, so that a test suite that sends the same request again pays neither
// for JSON nor for the schema.
type requests struct {
	mu   sync.RWMutex
	size int
	seen map[string]*Key
}

// maxRemembered bounds the memory for remembered requests, in bytes of keys.
const maxRemembered = 16 << 20

// remembered makes a replay several times as fast, as BenchmarkExchange measures.
var remembered sync.Map // *provider.Definition -> *requests

// keyFor returns the request as it is matched.
func keyFor(def *provider.Definition, req contract.Request) *Key {
	v, ok := remembered.Load(def)
	if !ok {
		v, _ = remembered.LoadOrStore(def, &requests{seen: map[string]*Key{}})
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
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.size += len(key); r.size > maxRemembered {
		clear(r.seen)
		r.size = len(key)
	}
	r.seen[string(key)] = k
	return k
}

// NewKey returns the request as it is matched, with the problems that the contract
// has with it.
func NewKey(def *provider.Definition, req contract.Request) *Key {
	sent := *req.URL // the request's owner may change it
	k := &Key{def: def, method: req.Method, url: cassette.CanonicalURL(req.URL), sent: &sent, body: cassette.CanonicalBody(req.Body)}
	k.Problems = contract.CheckRequest(def, req)
	if def.MatchAccept {
		k.accepts, k.refused, k.any = accepted(req.Header.Values("Accept"))
	} else {
		k.key[0] = cassette.Key(k.method, k.url, "", k.body)
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
