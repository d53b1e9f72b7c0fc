package replay

import (
	"fmt"
	"iter"
	"mime"
	"slices"
	"strconv"
	"strings"
	"sync"

	"example.com/webhookvcr/internal/cassette"
	"example.com/webhookvcr/internal/contract"
	"example.com/webhookvcr/internal/provider"
)

// Key is a request in the form in which it is matched, with what the contract says of it.
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
	ranges []mediaRange
	// least is the quality from which on a type is taken; every one above 0 when it is 0.
	least float64
	// any says that a type which is not named will do.
	any bool
}

// mediaRange is a media type, "application/*" or "*/*", with its quality.
type mediaRange struct {
	media string
	q     float64
}

// quality is what the header makes of a media type. What is said of the type itself
// counts more than what is said of a range around it.
func (a *accept) quality(media string) float64 {
	kind, _, _ := strings.Cut(media, "/")
	for _, named := range []string{media, kind + "/*", "*/*"} {
		if i := slices.IndexFunc(a.ranges, func(r mediaRange) bool { return r.media == named }); i >= 0 {
			return a.ranges[i].q
		}
	}
	if len(a.ranges) == 0 {
		return 1
	}
	return 0
}

// takes reports whether the request takes an answer of that media type.
func (k *Key) takes(media string) bool {
	if media == "" { // an answer without a media type tells nothing apart
		return true
	}
	q := k.accept.quality(media)
	return q > 0 && q >= k.accept.least
}

// preferred returns the request as it asks for what it wants most, and then for more
// and more of what it takes as well.
func (k *Key) preferred() iter.Seq[*Key] {
	return func(yield func(*Key) bool) {
		var levels []float64
		if k.accept != nil && len(k.accept.ranges) > 1 {
			for _, r := range k.accept.ranges {
				if r.q > 0 {
					levels = append(levels, r.q)
				}
			}
		}
		slices.Sort(levels)
		levels = slices.Compact(levels)
		if len(levels) < 2 {
			yield(k)
			return
		}
		for _, level := range slices.Backward(levels) {
			narrow, a := *k, *k.accept
			a.least = level
			narrow.accept = &a
			if !yield(&narrow) {
				return
			}
		}
	}
}

// better is a media type that the header names and wants more than another one; empty
// when there is none.
func (a *accept) better(than string) string {
	best := mediaRange{q: a.quality(than)}
	for _, r := range a.ranges {
		if r.q > best.q && !strings.HasSuffix(r.media, "/*") {
			best = r
		}
	}
	return best.media
}

// asks is what an Accept header asks for, for messages.
func (a *accept) asks() string {
	var asks []string
	for _, r := range a.ranges {
		if r.q != 1 {
			r.media += fmt.Sprintf(";q=%v", r.q)
		}
		asks = append(asks, r.media)
	}
	if len(asks) == 0 {
		return "*/*"
	}
	return strings.Join(asks, ", ")
}

// accepted reads an Accept header. A header that asks for nothing asks for anything.
func accepted(values []string) *accept {
	a := &accept{}
	for v := range strings.SplitSeq(strings.Join(values, ","), ",") {
		r := mediaRange{contract.MediaType(v), 1}
		if _, params, err := mime.ParseMediaType(v); err == nil {
			if q, err := strconv.ParseFloat(params["q"], 64); err == nil && q >= 0 && q <= 1 {
				r.q = q
			}
		}
		if r.media != "" {
			a.ranges = append(a.ranges, r)
		}
		a.any = a.any || r.media == "*/*" && r.q > 0
	}
	a.any = a.any || len(a.ranges) == 0
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

// keyFor returns the request as it is matched, and reads its body if that is new.
func keyFor(def *provider.Definition, req *contract.Request) *Key {
	v, ok := remembered.Load(def)
	if !ok {
		v, _ = remembered.LoadOrStore(def, &requests{seen: map[string]*Key{}, urls: map[string]string{}})
	}
	r := v.(*requests)
	var buffer [1024]byte // no allocation for most requests
	key := appendExact(buffer[:0], def, *req)
	r.mu.RLock()
	k := r.seen[string(key)]
	r.mu.RUnlock()
	if k != nil {
		return k
	}
	req.Reading = contract.Read(req.Body)
	k = NewKey(def, *req)
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
// has with it. If it has a reading it must be that of its body.
func NewKey(def *provider.Definition, req contract.Request) *Key {
	k := &Key{def: def, Problems: contract.CheckRequest(def, req), class: cassette.Class{Method: req.Method, URL: cassette.CanonicalURL(req.URL)}}
	if root := req.Reading.Tree(); root != nil {
		k.class.Body = cassette.CanonicalTree(req.Body, root)
	} else {
		k.class.Body = cassette.CanonicalBody(req.Body) // the contract's bounds are narrower
	}
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
