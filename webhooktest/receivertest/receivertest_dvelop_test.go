package receivertest_test

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/webhookvcr/webhooktest/receivertest"
)

// dvelop is a receiver of d.velop's events that passes every probe, or has one
// flaw. What one document asks for within ten minutes is one event.
type dvelop struct {
	key, flaw string

	mu      sync.Mutex
	events  map[string]*event
	order   []string // of events, for a memory that is short
	gate    gate
	four    slots
	known   bool // the key has come once
	applied []string
	calls   int
	fail    int
	slow    time.Duration
	working sync.Mutex
	refused int
	shut    int         // how much has come after which a flawed receiver takes no events
	jobs    chan func() // what a worker does
}

func dvelopReceiver(flaw string) receivertest.Build {
	return func(tb testing.TB, key string) receivertest.Receiver {
		if flaw == "counts on another call" { // which is sound where the answer counts
			flaw = soundRefusal
		}
		r := &dvelop{key: key, flaw: flaw, events: map[string]*event{}, gate: gate{slots: make(slots, 4)}, four: make(slots, 4)}
		if key == "" && flaw != "no key, no check" {
			tb.Fatal("no key given")
		}
		if flaw == "keeps goroutines" {
			go func() { select {} }()
		}
		if flaw == "a full queue is 200" || flaw == soundQueue || flaw == "remembers what it refused" {
			r.jobs = make(chan func(), 4)
			tb.Cleanup(worker(r.jobs))
		}
		return receivertest.Receiver{
			Handler: r,
			Applied: func() (all []string) {
				r.locked(func() { all = slices.Clone(r.applied) })
				return all
			},
			FailNext: func(n int) { r.locked(func() { r.fail = n }) },
			SlowBy:   func(d time.Duration) { r.locked(func() { r.slow = d }) },
		}
	}
}

func (r *dvelop) locked(f func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	f()
}

func (r *dvelop) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	leave, in := r.gate.enter(w, r.flaw)
	if !in {
		return
	}
	defer leave()
	if r.flaw == "no answer" {
		panic(http.ErrAbortHandler)
	}
	if r.flaw == "redirects" {
		http.Redirect(w, req, "/identityprovider/login", http.StatusFound)
		return
	}
	if req.Method != http.MethodPost && r.flaw != "any method" {
		http.Error(w, "POST only", http.StatusMethodNotAllowed)
		return
	}
	if r.flaw == "bare media type" && req.Header.Get("Content-Type") != "application/json" {
		http.Error(w, "JSON only", http.StatusUnsupportedMediaType)
		return
	}
	var body []byte
	if r.flaw == "no limit" {
		body, _ = io.ReadAll(req.Body)
	}
	shut := false
	r.locked(func() { shut = r.shut >= 3 })
	if shut {
		http.Error(w, "shut out", http.StatusForbidden)
		return
	}
	if !r.authentic(req) {
		if r.flaw == "remembers the forged" {
			body, _ := io.ReadAll(http.MaxBytesReader(w, req.Body, 1<<20))
			r.locked(func() { remember(r.events, call(req, body)) })
		}
		refused := 0
		r.locked(func() { r.refused++; refused = r.refused })
		if r.flaw == soundThrottle && refused > 50 {
			http.Error(w, "later", http.StatusTooManyRequests)
			return
		}
		if r.flaw == "a goroutine for each refusal" {
			go func() { select {} }()
		}
		text := "key"
		if r.flaw == "tells two thirds of the key" {
			text = "expected " + r.key[:len(r.key)*2/3] + "..."
		}
		if r.flaw == "tells the secret of the app" {
			text = "expected a signature with " + appSecret
		}
		if r.flaw == "tells the secret of the app to whom it routes wrongly" && !r.routed(req.Header) {
			text = "expected a signature with " + appSecret
		}
		if r.flaw == "tells the signature of the app" {
			text = "expected " + r.signature(req.Header)
		}
		if r.flaw == "tells the key" {
			text = "expected " + r.key
		}
		if r.flaw == "tells the key in base64" {
			w.Header().Set("X-Expected", base64.StdEncoding.EncodeToString([]byte(r.key)))
		}
		http.Error(w, text, http.StatusUnauthorized)
		return
	}
	if r.flaw != "no limit" {
		body, _ = io.ReadAll(http.MaxBytesReader(w, req.Body, 1<<20))
	}
	var sent struct {
		Doc *struct {
			ID        string          `json:"id"`
			Created   string          `json:"dateCreated"`
			Extension string          `json:"fileExtension"`
			Size      json.RawMessage `json:"size"`
		} `json:"doc"`
		DocType json.RawMessage `json:"docType"`
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	err := json.Unmarshal(body, &sent)
	if r.flaw == "strict decoder" {
		decoder.DisallowUnknownFields()
		err = decoder.Decode(&sent)
	}
	switch {
	case err != nil && r.flaw == "malformed is 500":
		http.Error(w, "cannot parse", http.StatusInternalServerError)
		return
	case err != nil:
		if r.flaw == "shuts out after three malformed" {
			r.locked(func() { r.shut++ })
		}
		http.Error(w, "cannot parse", http.StatusBadRequest)
		return
	case r.flaw == "unknown event is 500" && strings.HasSuffix(req.URL.Path, "/postsomething"):
		http.Error(w, "no such event", http.StatusInternalServerError)
		return
	case sent.Doc == nil && r.flaw == "doc without a check":
		_ = sent.Doc.ID
	case sent.Doc == nil:
		return
	}
	if narrow := narrows[r.flaw]; narrow != nil && holds(body, narrow) {
		http.Error(w, "cannot store it", http.StatusInternalServerError)
		return
	}
	if writing, narrow := writings[r.flaw]; narrow && bytes.Contains(body, []byte(writing)) {
		http.Error(w, "cannot read it", http.StatusInternalServerError)
		return
	}
	if r.flaw == "drops when busy" {
		if !r.four.TryAcquire() {
			return
		}
		defer r.four.Release()
	}
	if event := path.Base(req.URL.Path); r.flaw == soundSome && event != "postimport" && strings.HasPrefix(req.URL.Path, "/hooks/") {
		return
	}
	key := call(req, body)
	switch r.flaw {
	case "dedupe by document":
		key = sent.Doc.ID
	case "forgets at the full hour":
		key += time.Now().Format("15")
	case "forgets at midnight":
		key += time.Now().Format("02")
	}
	known := false
	r.locked(func() { _, known = r.events[key] })
	err = r.take(req.Context(), key, sent.Doc.ID)
	calls := 0
	r.locked(func() { r.calls++; calls = r.calls })
	switch {
	case known && r.flaw == "409 for a copy":
		http.Error(w, "known", http.StatusConflict)
	case err != nil && r.flaw == "tells the key when it fails":
		http.Error(w, "no way in with "+r.key, http.StatusServiceUnavailable)
	case r.flaw == "tells the key each time":
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"key":%q}`, r.key)
	case err != nil && r.flaw == "shows the stack":
		http.Error(w, string(debug.Stack()), http.StatusInternalServerError)
	case err != nil && r.flaw == "one at a time":
		http.Error(w, "at work", http.StatusConflict)
	case err != nil && r.flaw != "200 on failure":
		http.Error(w, "try again", http.StatusServiceUnavailable)
	case r.flaw == "another answer each time":
		fmt.Fprintf(w, `{"call":%d}`, calls)
	case r.flaw == "no body":
	default:
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, "{}")
	}
}

// call is what two calls for one event have in common.
func call(req *http.Request, body []byte) string {
	return fmt.Sprintf("%s %x", req.URL.Path, sha256.Sum256(body))
}

// unchecked is an event whose URI one flawed receiver does not protect.
const unchecked = "predelete"

const (
	appSecret = "ptuQ0b0BskmLLxXsjjhH9Su8ozTvZl6Z/5/HlaORoRg="
	appBase   = "https://header.example.com"
	appTenant = "a12be5"
)

// routed reports whether the router's headers, if there are any, are the router's
// own and name the tenant of the key.
func (r *dvelop) routed(h http.Header) bool {
	base, tenant := h.Get("X-Dv-Baseuri"), h.Get("X-Dv-Tenant-Id")
	if base == "" && tenant == "" {
		return true
	}
	want := r.signature(h)
	given := h.Get("X-Dv-Sig-1")
	switch r.flaw {
	case "app unchecked":
		given = want
	case "a part of the app's signature":
		if given != "" && strings.HasPrefix(want, given) {
			given = want
		}
	case "an app without a secret":
		if given == base64.StdEncoding.EncodeToString(digest(nil, []byte(base+tenant))) {
			given = want
		}
	}
	return given == want && (tenant == appTenant || r.flaw == "any tenant")
}

// signature is what the router adds for the tenant that the headers name.
func (r *dvelop) signature(h http.Header) string {
	key, _ := base64.StdEncoding.DecodeString(appSecret)
	return base64.StdEncoding.EncodeToString(digest(key, []byte(h.Get("X-Dv-Baseuri")+h.Get("X-Dv-Tenant-Id"))))
}

func (r *dvelop) authentic(req *http.Request) bool {
	if !r.routed(req.Header) {
		return false
	}
	same := func(key string) bool { return subtle.ConstantTimeCompare([]byte(key), []byte(r.key)) == 1 }
	lines := req.Header.Values("Authorization")
	given, old := "", req.Header.Get("X-Dv-Api-Key")
	if len(lines) > 0 {
		given = lines[len(lines)-1]
	}
	scheme, key, _ := strings.Cut(given, " ")
	if r.flaw == "case of the scheme" && scheme != "Bearer" {
		return false
	}
	ok := r.key != "" && len(lines) == 1 && strings.EqualFold(scheme, "Bearer") && same(key)
	switch r.flaw {
	case "no check":
		ok = true
	case "inverted":
		ok = !ok
	case "check of JSON only":
		ok = ok || req.Header.Get("Content-Type") != "application/json"
	case "check of known lengths only":
		ok = ok || req.ContentLength < 0
	case "no check of unknown events":
		ok = ok || strings.HasSuffix(req.URL.Path, "/postsomething")
	case "trusts whom it knows":
		r.locked(func() { r.known = r.known || ok; ok = r.known })
	case "password of a user":
		_, password, _ := req.BasicAuth()
		ok = ok || len(lines) == 1 && same(password)
	case "the scheme is enough":
		ok = ok || given == "Bearer"
	case "prefix":
		ok = ok || key != "" && strings.HasPrefix(r.key, key)
	case "length of the key":
		ok = ok || len(key) == len(r.key)
	case "all but the last letter":
		ok = ok || len(key) == len(r.key) && key[:len(key)-1] == r.key[:len(key)-1]
	case "all but the first letter":
		ok = ok || len(key) == len(r.key) && key[1:] == r.key[1:]
	case "trusts this machine":
		ok = ok || strings.HasPrefix(req.RemoteAddr, "127.")
	case "trusts X-Forwarded-For":
		ok = ok || req.Header.Get("X-Forwarded-For") == "127.0.0.1"
	case "shuts out after three":
		r.locked(func() { ok = ok && r.refused < 3 })
	case "case of the key":
		ok = ok || strings.EqualFold(key, r.key)
	case "sum of the letters", "differences that cancel":
		sum, xor := 0, byte(0)
		for i := range min(len(key), len(r.key)) {
			sum += int(key[i]) - int(r.key[i])
			xor ^= key[i] ^ r.key[i]
		}
		ok = ok || len(key) == len(r.key) && (r.flaw == "sum of the letters" && sum == 0 || r.flaw == "differences that cancel" && xor == 0)
	case "end of the key":
		ok = ok || key != "" && strings.HasSuffix(r.key, key)
	case "no check of an event":
		ok = ok || strings.HasSuffix(req.URL.Path, "/"+unchecked)
	case "no check without header":
		ok = ok || len(lines) == 0 && old == "" && req.URL.RawQuery == ""
	case "the last of two":
		ok = ok || same(key)
	case "any scheme":
		ok = ok || len(lines) == 1 && same(cmp.Or(key, given))
	case "old header":
		ok = ok || len(lines) == 0 && same(old)
	case "either header":
		ok = ok || len(lines) == 1 && same(old)
	case "key in a cookie":
		cookie, err := req.Cookie("AuthSessionId")
		ok = ok || err == nil && same(cookie.Value)
	case "key in the query":
		values, _ := url.ParseQuery(req.URL.RawQuery)
		ok = ok || same(values.Get("apiKey"))
	case "no key, no check":
		ok = ok || r.key == ""
	case "the first of a list":
		ok = ok || len(lines) == 1 && strings.EqualFold(scheme, "Bearer") && same(key[:strings.IndexAny(key+",", ",;")])
	case "the last word":
		words := strings.Fields(given)
		ok = ok || len(words) > 0 && len(lines) == 1 && strings.EqualFold(scheme, "Bearer") && same(words[len(words)-1])
	case "LIKE of SQL":
		like := regexp.MustCompile("(?s)^" + strings.NewReplacer("%", ".*", "_", ".").Replace(regexp.QuoteMeta(key)) + "$")
		ok = ok || len(lines) == 1 && strings.EqualFold(scheme, "Bearer") && like.MatchString(r.key)
	}
	return ok
}

func (r *dvelop) take(ctx context.Context, key, id string) error {
	switch r.flaw {
	case "no dedupe":
		return r.act(context.Background(), id)
	case "check, then act":
		r.mu.Lock()
		_, seen := r.events[key]
		r.mu.Unlock()
		if seen {
			return nil
		}
		err := r.act(context.Background(), id)
		if err == nil {
			r.locked(func() { r.events[key] = &event{} })
		}
		return err
	case "request context":
		go func() {
			var slow time.Duration
			r.locked(func() { slow = r.slow })
			select { // of two that are ready, either
			case <-time.After(slow):
				r.locked(func() { r.applied = append(r.applied, id) })
			case <-ctx.Done():
			}
		}()
		return nil
	case "cut after half a second":
		short, end := context.WithTimeout(context.Background(), time.Second/2)
		act := r.begin(short, id)
		go func() {
			defer end()
			_ = act()
		}()
		return nil
	case "answers first":
		go r.begin(context.Background(), id)()
		return nil
	case "a full queue is 200", soundQueue, "remembers what it refused":
		var seen bool
		r.locked(func() {
			at := r.events[key]
			if seen = at != nil && time.Since(at.begun) < 10*time.Minute; !seen {
				r.events[key] = &event{begun: time.Now()}
			}
		})
		if seen {
			return nil
		}
		select {
		case r.jobs <- func() {
			for range 10 {
				if r.act(context.Background(), id) == nil || r.flaw == "a full queue is 200" {
					return
				}
				time.Sleep(time.Second)
			}
		}:
		default:
			if r.flaw == soundQueue {
				r.locked(func() { delete(r.events, key) })
			}
			if r.flaw != "a full queue is 200" {
				return errFailed
			}
		}
		return nil
	case "copy acknowledged at work":
		var at *event
		r.locked(func() {
			if at = r.events[key]; at == nil {
				r.events[key] = &event{}
			}
		})
		if at != nil {
			return nil
		}
		err := r.act(context.Background(), id)
		if err != nil {
			r.locked(func() { delete(r.events, key) })
		}
		return err
	case "one at a time":
		if !r.working.TryLock() {
			return errFailed
		}
		defer r.working.Unlock()
		time.Sleep(5 * time.Millisecond)
	}
	r.mu.Lock()
	e, known := r.events[key]
	if known && r.flaw == soundAtWork && e.working() {
		r.mu.Unlock()
		return errFailed
	}
	if known && r.flaw != "dedupe for ever" && time.Since(e.begun) > 10*time.Minute {
		known = false
	}
	if known && r.flaw == "forgets after a moment" && time.Since(e.begun) > 100*time.Millisecond {
		known = false
	}
	if !known {
		e = &event{done: make(chan struct{}), begun: time.Now()}
		r.events[key] = e
		if r.order = append(r.order, key); r.flaw == "remembers fifty" && len(r.order) > 50 {
			delete(r.events, r.order[0])
			r.order = r.order[1:]
		}
		go func() {
			defer close(e.done)
			e.err = r.act(context.Background(), id)
			if slices.Contains([]string{soundRefusal, soundAtWork, "200 on failure", "marks before it is done", "shows the stack", "tells the key when it fails"}, r.flaw) {
				if e.err != nil && r.flaw != "marks before it is done" {
					r.locked(func() { delete(r.events, key) })
				}
				return
			}
			for range 10 { // it has taken the event on, and tries by itself
				if e.err == nil {
					return
				}
				wait := time.Second
				if r.flaw == soundPatient {
					wait = 2 * time.Minute
				}
				time.Sleep(wait)
				e.err = r.act(context.Background(), id)
			}
		}()
	}
	r.mu.Unlock()
	patience := 200 * time.Millisecond
	if r.flaw == "logs before it answers" {
		patience = time.Minute
	}
	soon := time.NewTimer(patience)
	defer soon.Stop()
	select {
	case <-e.done:
		if r.flaw == "logs before it answers" {
			time.Sleep(2 * time.Millisecond)
		}
		return e.err
	case <-soon.C:
		if r.flaw == soundRefusal || r.flaw == soundAtWork { // what is not done yet is called again
			return errFailed
		}
		return nil
	}
}

func (r *dvelop) act(ctx context.Context, id string) error { return r.begin(ctx, id)() }

// begin is act as far as it is certain how long the effect takes, whoever answers first.
func (r *dvelop) begin(ctx context.Context, id string) (end func() error) {
	var slow time.Duration
	failing := false
	r.locked(func() {
		slow = r.slow
		if failing = r.fail > 0; failing {
			r.fail--
		}
	})
	return func() error {
		time.Sleep(slow)
		if failing || slow > 0 && ctx.Err() != nil {
			return errFailed
		}
		r.locked(func() { r.applied = append(r.applied, id) })
		return nil
	}
}

// soundRefusal is no flaw: an effect that failed is answered with 503 each time.
const soundRefusal = "503 on failure"

var dvelopFlaws = []string{
	"check of JSON only", "check of known lengths only", "no check of unknown events", "trusts whom it knows", "password of a user", "the scheme is enough", "a part of the app's signature", "an app without a secret", "tells the secret of the app", "tells the secret of the app to whom it routes wrongly", "tells the signature of the app", "the first of a list", "the last word", "LIKE of SQL", "cut after half a second", "copy acknowledged at work", "remembers what it refused",
	"no answer", "redirects", "inverted", "no check", "prefix", "end of the key", "length of the key", "all but the last letter", "all but the first letter", "case of the key", "sum of the letters", "differences that cancel", "no check of an event", "no check without header", "the last of two", "any scheme", "case of the scheme", "old header",
	"either header", "key in the query", "key in a cookie", "tells the key", "tells the key in base64", "tells two thirds of the key", "tells the key when it fails", "tells the key each time", "trusts this machine", "trusts X-Forwarded-For", "shuts out after three", "shuts out after three malformed", "no key, no check", "app unchecked", "any tenant", "keeps goroutines", "a goroutine for each refusal",
	"remembers the forged", "no dedupe", "check, then act", "request context", "answers first", "one at a time", "drops when busy", "remembers fifty", "a full queue is 200", "forgets after a moment", "forgets at the full hour", "forgets at midnight", "dedupe for ever", "dedupe by document", "marks before it is done", "200 on failure", "counts on another call", "logs before it answers", "409 for a copy",
	"no letters outside of ASCII", "no letters outside of the BMP", "255 letters", "31 bits", "no empty document", "small extensions",
	"no accents of their own", "no apostrophe", "no double quote", "no percent sign", "no line break", "no tab", "no markup", "no comma", "no backslash", "no blank at an end", "no surrogates", "markup is escaped",
	"no body", "shows the stack", "another answer each time", "unknown event is 500", "doc without a check", "strict decoder", "malformed is 500",
	"any method", "bare media type", "no limit",
}
