package receivertest_test

import (
	"bytes"
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/webhookvcr/webhooktest/receivertest"
)

// devrev is a receiver of DevRev's events that passes every probe, or has one flaw.
type devrev struct {
	secret string
	flaw   string

	mu       sync.Mutex
	events   map[string]*event
	order    []string // of events, for a memory that is short
	applied  []string
	works    map[string]work
	accounts map[string]work
	newest   time.Time
	proofs   map[string]bool // signatures that were right once
	refused  int
	shut     int // how much has come after which a flawed receiver takes no events
	begun    time.Time
	jobs     chan func() // what a worker does
	line     slots       // for one after the other
	fail     int
	slow     time.Duration
	gate     gate
	four     slots
	hundred  slots
	verified bool
}

// event is one that was taken on; done is closed when err says how it went.
type event struct {
	done  chan struct{}
	err   error
	begun time.Time
}

func (e *event) working() bool {
	select {
	case <-e.done:
		return false
	default:
		return true
	}
}

// remember marks what is not known yet as done.
func remember(events map[string]*event, key string) {
	if events[key] == nil {
		events[key] = &event{done: make(chan struct{}), begun: time.Now()}
		close(events[key].done)
	}
}

type work struct {
	Title    string    `json:"title"`
	Modified time.Time `json:"modified_date"`
	deleted  bool
	stored   time.Time
}

type delivery struct {
	ID        string          `json:"id"`
	Webhook   string          `json:"webhook_id"`
	Type      *string         `json:"type"`
	Timestamp json.RawMessage `json:"timestamp"`
	Verify    *struct {
		Challenge string `json:"challenge"`
	} `json:"verify"`
	Created *payload `json:"work_created"`
	Updated *payload `json:"work_updated"`
	Deleted *payload `json:"work_deleted"`

	Account        *payload `json:"account_created"`
	AccountUpdated *payload `json:"account_updated"`
	AccountDeleted *payload `json:"account_deleted"`
}

type payload struct {
	ID   string `json:"id"`
	Work *struct {
		ID string `json:"id"`
		work
		Owners json.RawMessage `json:"owned_by"`
		Type   string          `json:"type"`
	} `json:"work"`
	Account *struct {
		ID       string    `json:"id"`
		Name     string    `json:"display_name"`
		Modified time.Time `json:"modified_date"`
	} `json:"account"`
}

// devrevReceiver builds a receiver with a flaw; the empty one has none.
func devrevReceiver(flaw string) receivertest.Build {
	return func(tb testing.TB, secret string) receivertest.Receiver {
		r := &devrev{secret: secret, flaw: flaw, events: map[string]*event{}, works: map[string]work{}, accounts: map[string]work{}, proofs: map[string]bool{}, begun: time.Now(), gate: gate{slots: make(slots, 4)}, four: make(slots, 4), hundred: make(slots, 100), line: make(slots, 1)}
		if secret == "" && flaw != "no secret, no check" {
			tb.Fatal("no secret given")
		}
		if flaw == "keeps goroutines" {
			go func() { select {} }()
		}
		if size, ok := map[string]int{"a full queue is 200": 16, "queue without room": 0, soundQueue: 16, "remembers what it refused": 16}[flaw]; ok {
			r.jobs = make(chan func(), size)
			tb.Cleanup(worker(r.jobs))
		}
		state := r.State
		if flaw == soundSome {
			state = nil // it holds no objects
		}
		return receivertest.Receiver{
			Handler: r, Applied: r.Applied, State: state,
			FailNext: func(n int) { r.locked(func() { r.fail = n }) },
			SlowBy:   func(d time.Duration) { r.locked(func() { r.slow = d }) },
			Rotate: func(s string) {
				if flaw != "keeps its secret" {
					r.locked(func() { r.secret = s })
				}
			},
		}
	}
}

// slots are what work needs one of, as many as the channel has room for.
type slots chan struct{}

// Acquire waits for one.
func (s slots) Acquire() { s <- struct{}{} }

// TryAcquire takes one if there is any.
func (s slots) TryAcquire() bool {
	select {
	case s <- struct{}{}:
		return true
	default:
		return false
	}
}

// Release gives one back.
func (s slots) Release() { <-s }

// bucket has room for twenty, and for two hundred more each second.
type bucket struct {
	mu   sync.Mutex
	used float64
	at   time.Time
}

func (b *bucket) take() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := time.Now()
	b.used = max(0, b.used-200*now.Sub(b.at).Seconds())
	b.at = now
	if b.used+1 > 20 {
		return false
	}
	b.used++
	return true
}

// gate is where a sound receiver asks for time.
type gate struct {
	slots  slots
	bucket bucket
}

// enter reports whether a request may go on, until leave is called; otherwise it is
// answered, without a look at its body.
func (g *gate) enter(w http.ResponseWriter, flaw string) (leave func(), in bool) {
	switch {
	case flaw == soundBusy && !g.slots.TryAcquire():
		http.Error(w, "busy", http.StatusServiceUnavailable)
		return nil, false
	case flaw == soundBusy:
		return g.slots.Release, true
	case flaw == soundBucket && !g.bucket.take():
		http.Error(w, "later", http.StatusTooManyRequests)
		return nil, false
	}
	return func() {}, true
}

// worker does one job after the other until it is ended.
func worker(jobs <-chan func()) (end func()) {
	done := make(chan struct{})
	go func() {
		for {
			select {
			case job := <-jobs:
				job()
			case <-done:
				return
			}
		}
	}()
	return func() { close(done) }
}

func (r *devrev) locked(f func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	f()
}

func (r *devrev) Applied() (all []string) {
	r.locked(func() { all = slices.Clone(r.applied) })
	return all
}

func (r *devrev) State(object string) (state string) {
	r.locked(func() {
		for _, held := range []map[string]work{r.works, r.accounts} {
			if w, ok := held[object]; ok && !w.deleted {
				state = w.Title
			}
		}
	})
	return state
}

func (r *devrev) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	leave, in := r.gate.enter(w, r.flaw)
	if !in {
		return
	}
	defer leave()
	if r.flaw == "writes after it has returned" {
		defer func() {
			go func() {
				time.Sleep(30 * time.Second) // no probe in real time takes that long
				fmt.Fprint(w, "done")
			}()
		}()
	}
	if r.flaw == "never free again" {
		if !r.hundred.TryAcquire() {
			http.Error(w, "busy", http.StatusServiceUnavailable)
			return
		}
	}
	if r.flaw == "no answer" {
		panic(http.ErrAbortHandler)
	}
	if r.flaw == "redirects" {
		http.Redirect(w, req, "/login", http.StatusFound)
		return
	}
	if req.Method != http.MethodPost && r.flaw == "tells the secret at GET" {
		w.Header().Set("X-Secret", r.secret)
	}
	if req.Method != http.MethodPost && r.flaw != "any method" {
		http.Error(w, "POST only", http.StatusMethodNotAllowed)
		return
	}
	if r.flaw == "bare media type" && req.Header.Get("Content-Type") != "application/json" {
		http.Error(w, "JSON only", http.StatusUnsupportedMediaType)
		return
	}
	limit := map[string]int64{"no limit": 1 << 40, "limit of 64 KiB": 64 << 10}[r.flaw]
	limited := http.MaxBytesReader(w, req.Body, cmp.Or(limit, 1<<20))
	body, err := []byte(nil), error(nil)
	if r.flaw == "one read" {
		body = make([]byte, 1<<20)
		n, _ := limited.Read(body)
		body = body[:n]
	} else {
		body, err = io.ReadAll(limited)
	}
	if err != nil {
		http.Error(w, "too large", http.StatusRequestEntityTooLarge)
		return
	}
	var d delivery
	loose := json.Unmarshal(body, &d)
	shut := false
	r.locked(func() { shut = r.shut >= 3 })
	if shut && (d.Type == nil || *d.Type != "verify") {
		http.Error(w, "shut out", http.StatusForbidden)
		return
	}
	if r.flaw == "any challenge" && d.Verify != nil || r.flaw == "verify before signature" && d.Verify != nil && d.Type != nil && *d.Type == "verify" {
		r.verify(w, &d, body)
		return
	}
	if !r.authentic(w, req, body) {
		r.locked(func() {
			switch {
			case r.flaw == "remembers the forged":
				remember(r.events, d.ID)
			case r.flaw == "a forged verify request turns it off" && d.Type != nil && *d.Type == "verify":
				r.shut = 3
			case r.flaw == "shuts out after three forged that are malformed" && loose != nil:
				r.shut++
			}
		})
		return
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	if r.flaw == "strict decoder" {
		decoder.DisallowUnknownFields()
		d = delivery{}
		loose = decoder.Decode(&d)
	}
	if r.flaw == "malformed is 500" && loose != nil {
		http.Error(w, "cannot parse", http.StatusInternalServerError)
		return
	}
	if loose != nil {
		if r.flaw == "shuts out after three malformed" {
			r.locked(func() { r.shut++ })
		}
		if r.flaw != "malformed is fine" {
			http.Error(w, "cannot parse", http.StatusBadRequest)
		}
		return
	}
	if status := r.late(d.Timestamp); status != 0 && !(r.flaw == "window of creations only" && d.Type != nil && !slices.Contains([]string{"work_created", "verify"}, *d.Type)) && !(r.flaw == "verify of any age" && d.Type != nil && *d.Type == "verify") {
		r.locked(func() {
			switch r.flaw {
			case "remembers the stale":
				remember(r.events, d.ID)
			case "shuts out after three stale":
				r.shut++
			}
		})
		http.Error(w, "stale", status)
		return
	}
	kind := ""
	if d.Type != nil {
		kind = *d.Type
	} else if r.flaw == "type without a check" {
		kind = *d.Type
	}
	if kind == "verify" {
		if r.flaw == "verify requests of this second" && time.Since(d.at()) > time.Second {
			http.Error(w, "stale", http.StatusUnauthorized)
			return
		}
		if r.flaw == "bare media type of verify requests" && req.Header.Get("Content-Type") != "application/json" {
			http.Error(w, "JSON only", http.StatusUnsupportedMediaType)
			return
		}
		if r.flaw == "verify waits in line" {
			r.line.Acquire()
			defer r.line.Release()
		}
		r.verify(w, &d, body)
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
	if r.flaw == "panics at jobs" && strings.HasPrefix(kind, "job_") {
		panic("no payload of " + kind)
	}
	p := map[string]*payload{"work_created": d.Created, "work_updated": d.Updated, "work_deleted": d.Deleted, "account_created": d.Account, "account_updated": d.AccountUpdated, "account_deleted": d.AccountDeleted}[kind]
	switch {
	case strings.HasPrefix(kind, "work_") && p == nil && kind != "work_fetched" && r.flaw == "payload without a check":
		_ = p.Work.ID
	case p == nil && kind == "comet_observed" && r.flaw == "unknown is 400":
		http.Error(w, "unknown", http.StatusBadRequest)
		return
	case p == nil || !strings.HasSuffix(kind, "_deleted") && p.Work == nil && p.Account == nil:
		return
	}
	if r.flaw == "drops when busy" {
		if !r.four.TryAcquire() {
			return
		}
		defer r.four.Release()
	}
	object := p.ID
	switch {
	case p.Work != nil:
		object = p.Work.ID
	case p.Account != nil:
		object = p.Account.ID
	}
	if r.flaw == "update needs creation" && kind == "work_updated" {
		known := false
		r.locked(func() { _, known = r.works[object] })
		if !known {
			panic("no such work")
		}
	}
	if r.flaw == soundSome && !strings.HasSuffix(kind, "_created") {
		return
	}
	key := map[string]string{"ids of 64 letters": d.ID[:min(64, len(d.ID))], "ids in any case": strings.ToLower(d.ID), "the last nine letters of ids": d.ID[max(0, len(d.ID)-9):], "forgets at the full hour": d.ID + time.Now().Format("15"), "forgets at midnight": d.ID + time.Now().Format("02"), "a table for each day of the stamps": d.ID + d.at().Format("02"), "dedupe by body": fmt.Sprintf("%x", sha256.Sum256(body)), "dedupe by object": object}[r.flaw]
	if r.flaw == "knows creations only" && !strings.HasSuffix(kind, "_created") || r.flaw == "knows works only" && !strings.HasPrefix(kind, "work_") {
		key = rand.Text()
	}
	if r.flaw == "updates before the answer" && kind == "work_updated" {
		var slow time.Duration
		r.locked(func() { slow = r.slow })
		time.Sleep(slow)
	}
	err = r.take(req.Context(), cmp.Or(key, d.ID), d.ID, func() { r.store(kind, object, p, d.at()) })
	switch {
	case err != nil && r.flaw == "200 for updates that fail" && strings.HasSuffix(kind, "_updated"):
	case err != nil && r.flaw == "tells the secret when it fails":
		http.Error(w, "no way in with "+r.secret, http.StatusServiceUnavailable)
	case r.flaw == "tells the secret each time":
		fmt.Fprintln(w, "secret", r.secret)
	case err != nil && r.flaw != "200 on failure":
		w.Header().Set("Retry-After", "1")
		http.Error(w, "try again", http.StatusServiceUnavailable)
	case r.flaw == "stray challenge":
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `{"challenge":"none"}`)
	}
}

// narrows are what a receiver has no room for: values of JSON, at their depth, by the name
// of the member that holds them.
var narrows = map[string]func(name string, value any, depth int) bool{
	"no letters outside of ASCII": func(_ string, v any, _ int) bool {
		s, _ := v.(string)
		return strings.ContainsFunc(s, func(c rune) bool { return c > 0x7f && c <= 0xffff })
	},
	"no letters outside of the BMP": func(_ string, v any, _ int) bool {
		s, _ := v.(string)
		return strings.ContainsFunc(s, func(c rune) bool { return c > 0xffff })
	},
	"no accents of their own": has("\u0308"),
	"no apostrophe":           has("'"),
	"no double quote":         has(`"`),
	"no percent sign":         has("%"),
	"no line break":           has("\n"),
	"no tab":                  has("\t"),
	"no markup":               has("<"),
	"no comma":                has(","),
	"no backslash":            has(`\`),
	"no blank at an end": func(name string, v any, _ int) bool {
		s, _ := v.(string)
		return (name == "title" || name == "name") && s != strings.TrimSpace(s)
	},
	"stage as text":      object("stage"),
	"part as text":       object("applies_to_part"),
	"creator as text":    object("created_by"),
	"editor as text":     object("modified_by"),
	"reporters as texts": func(name string, _ any, _ int) bool { return name == "reported_by" },
	"artifacts as texts": func(name string, _ any, _ int) bool { return name == "artifacts" },
	"dates of three digits": func(name string, v any, _ int) bool {
		s, _ := v.(string)
		_, err := time.Parse("2006-01-02T15:04:05.000Z", s)
		return name == "created_date" && err != nil
	},
	"dates of six digits at most": func(name string, v any, _ int) bool {
		s, _ := v.(string)
		return name == "created_date" && len(s) > len("2006-01-02T15:04:05.000000Z")
	},
	"no zero byte": func(_ string, v any, _ int) bool {
		s, _ := v.(string)
		return strings.Contains(s, "\x00")
	},
	"255 letters": func(_ string, v any, _ int) bool {
		s, _ := v.(string)
		return len(s) > 255 && len(s) < 1000
	},
	"64,000 letters": func(_ string, v any, _ int) bool {
		s, _ := v.(string)
		return len(s) > 64_000
	},
	"53 bits": func(_ string, v any, _ int) bool {
		n, _ := v.(json.Number)
		i, err := n.Int64()
		return err == nil && i > 1<<53
	},
	"31 bits": func(_ string, v any, _ int) bool {
		n, _ := v.(json.Number)
		i, err := n.Int64()
		return err == nil && i >= 1<<31
	},
	"no number below zero": func(_ string, v any, _ int) bool {
		n, _ := v.(json.Number)
		return strings.HasPrefix(n.String(), "-")
	},
	"no fraction": func(_ string, v any, _ int) bool {
		n, _ := v.(json.Number)
		return strings.Contains(n.String(), ".") && !strings.Contains(n.String(), "e")
	},
	"no exponent": func(_ string, v any, _ int) bool {
		n, _ := v.(json.Number)
		return strings.Contains(n.String(), "e-")
	},
	"custom numbers": func(name string, v any, _ int) bool {
		_, is := v.(json.Number)
		return is && strings.HasPrefix(name, "tnt__")
	},
	"custom booleans": func(name string, v any, _ int) bool {
		_, is := v.(bool)
		return is && strings.HasPrefix(name, "tnt__")
	},
	"custom null": func(name string, v any, _ int) bool { return v == nil && strings.HasPrefix(name, "tnt__") },
	"custom arrays": func(name string, v any, _ int) bool {
		_, is := v.([]any)
		return is && strings.HasPrefix(name, "tnt__")
	},
	"custom objects": func(name string, v any, _ int) bool {
		_, is := v.(map[string]any)
		return is && strings.HasPrefix(name, "tnt__")
	},
	"eight levels": func(_ string, _ any, depth int) bool { return depth > 8 },
	"one owner": func(name string, v any, _ int) bool {
		all, _ := v.([]any)
		return name == "owned_by" && len(all) > 1
	},
	"one tag": func(name string, v any, _ int) bool {
		all, _ := v.([]any)
		return name == "tags" && len(all) > 1
	},
	"priorities of today": func(name string, v any, _ int) bool {
		return name == "priority" && !slices.Contains([]any{"p0", "p1", "p2", "p3"}, v)
	},
	"work of today": func(name string, v any, depth int) bool {
		return name == "type" && depth == 3 && !slices.Contains([]any{"issue", "opportunity", "task", "ticket"}, v)
	},
	"no empty document": func(name string, v any, _ int) bool { return name == "size" && v == json.Number("0") },
	"small extensions":  func(name string, v any, _ int) bool { return name == "fileExtension" && v == "PDF" },
}

// has finds titles and names with a text in them.
func has(text string) func(string, any, int) bool {
	return func(name string, v any, _ int) bool {
		s, _ := v.(string)
		return (name == "title" || name == "name") && strings.Contains(s, text)
	}
}

// object finds a member of a work item that is one.
func object(member string) func(string, any, int) bool {
	return func(name string, v any, depth int) bool {
		_, is := v.(map[string]any)
		return name == member && is && depth == 3
	}
}

// writings are what a receiver cannot read that looks into the text of an event.
var writings = map[string]string{"no surrogates": `\ud83d`, "markup is escaped": "<"}

// holds reports whether one of the values in a text of JSON is such a one.
func holds(body []byte, such func(name string, value any, depth int) bool) bool {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var whole any
	_ = decoder.Decode(&whole)
	var in func(name string, value any, depth int) bool
	in = func(name string, value any, depth int) bool {
		found := such(name, value, depth)
		switch v := value.(type) {
		case map[string]any:
			for name, member := range v {
				found = in(name, member, depth+1) || found
			}
		case []any:
			for _, element := range v {
				found = in("", element, depth+1) || found
			}
		}
		return found
	}
	return in("", whole, 0)
}

func (r *devrev) authentic(w http.ResponseWriter, req *http.Request, body []byte) bool {
	var secret string
	r.locked(func() { secret = r.secret })
	key, _ := base64.StdEncoding.DecodeString(secret)
	if r.flaw == "signature of parsed JSON" || r.flaw == "signature of parsed verify requests" && bytes.Contains(body, []byte(`"verify"`)) {
		var v any
		_ = json.Unmarshal(body, &v)
		body, _ = json.Marshal(v)
	}
	if r.flaw == "no key for other webhooks" && !bytes.Contains(body, []byte(`devo/example:webhook/1"`)) {
		key = nil
	}
	mac := hmac.New(sha256.New, key)
	mac.Write(body)
	want := base64.StdEncoding.EncodeToString(mac.Sum(nil))
	values := req.Header.Values("X-DevRev-Signature")
	given := req.Header.Get("X-DevRev-Signature")
	ok := hmac.Equal([]byte(given), []byte(want))
	switch r.flaw {
	case "no check":
		ok = true
	case "no check without header":
		ok = ok || len(values) == 0
	case "no check of an empty header":
		ok = ok || len(values) == 1 && given == ""
	case "prefix":
		ok = ok || given != "" && strings.HasPrefix(want, given)
	case "sixteen letters":
		ok = ok || len(given) >= 16 && (strings.HasPrefix(want, given) || strings.HasSuffix(want, given))
	case "the second half":
		ok = ok || len(given) == len(want) && given[len(given)/2:] == want[len(want)/2:]
	case "bytes in any order":
		d, _ := base64.StdEncoding.DecodeString(given)
		ok = ok || slices.Equal(slices.Sorted(slices.Values(d)), slices.Sorted(slices.Values(mac.Sum(nil))))
	case "eight bytes":
		ok = ok || len(given) == len(want) && given[:10] == want[:10]
	case "no check of updates":
		ok = ok || bytes.Contains(body, []byte(`"type":"work_updated"`))
	case "check of JSON only":
		ok = ok || req.Header.Get("Content-Type") != "application/json"
	case "check of known lengths only":
		ok = ok || req.ContentLength < 0
	case "digest without a key":
		sum := sha256.Sum256(body)
		ok = ok || given == base64.StdEncoding.EncodeToString(sum[:])
	case "trusts whom it has verified":
		r.locked(func() { ok = ok || r.verified })
	case "seven bits":
		d, _ := base64.StdEncoding.DecodeString(given)
		sum := mac.Sum(nil)
		same := len(d) == len(sum)
		for i := range min(len(d), len(sum)) {
			same = same && d[i]&0x7f == sum[i]&0x7f
		}
		ok = ok || same
	case "prefix sha256":
		ok = ok || strings.TrimPrefix(given, "sha256=") == want
	case "base64 of URLs":
		d, err := base64.URLEncoding.DecodeString(given)
		ok = err == nil && hmac.Equal(d, mac.Sum(nil))
	case "digest as a text of C":
		d, err := base64.StdEncoding.DecodeString(given)
		end := bytes.IndexByte(mac.Sum(nil), 0)
		ok = ok || err == nil && end >= 0 && bytes.HasPrefix(d, mac.Sum(nil)[:end+1])
	case "case of base64":
		ok = ok || strings.EqualFold(given, want)
	case "eight bytes of the key":
		ok = ok || given == base64.StdEncoding.EncodeToString(digest(key[:min(8, len(key))], body))
	case "the key from its fourth byte":
		ok = ok || given == base64.StdEncoding.EncodeToString(digest(key[min(3, len(key)):], body))
	case "empty key":
		empty := hmac.New(sha256.New, nil)
		empty.Write(body)
		ok = ok || given == base64.StdEncoding.EncodeToString(empty.Sum(nil))
	case "no secret, no check":
		ok = ok || secret == ""
	case "panics at odd signatures":
		if given != "" && len(given)%4 != 0 {
			panic("illegal base64")
		}
	case "inverted":
		ok = !ok
	case "trusts this machine":
		ok = ok || strings.HasPrefix(req.RemoteAddr, "127.")
	case "trusts X-Forwarded-For":
		ok = ok || req.Header.Get("X-Forwarded-For") == "127.0.0.1"
	case "shuts out after three":
		r.locked(func() { ok = ok && r.refused < 3 })
	case "remembers signatures":
		r.locked(func() {
			ok = ok || r.proofs[given]
			r.proofs[given] = ok
		})
	}
	if ok {
		return true
	}
	refused := 0
	r.locked(func() { r.refused++; refused = r.refused })
	told := map[string]string{
		"tells the signature as numbers":    fmt.Sprint(mac.Sum(nil)),
		"tells the signature in pairs":      fmt.Sprintf("% x", mac.Sum(nil)),
		"tells the signature as for URLs":   base64.RawURLEncoding.EncodeToString(mac.Sum(nil)),
		"tells the signature in quotes":     fmt.Sprintf("%q", mac.Sum(nil)),
		"tells two thirds of the signature": want[:30] + "...",
	}[r.flaw]
	if r.flaw == "a goroutine for each refusal" {
		go func() { select {} }()
	}
	switch {
	case r.flaw == "tells the signature in a trailer":
		w.Header().Set("Trailer", "X-Expected")
		http.Error(w, "signature", http.StatusUnauthorized)
		w.Header().Set("X-Expected", want)
	case r.flaw == "tells the signature in a hint":
		w.Header().Set("Link", "<"+want+">")
		w.WriteHeader(http.StatusEarlyHints)
		w.Header().Del("Link")
		http.Error(w, "signature", http.StatusUnauthorized)
	case r.flaw == "tells the signature of a verify request" && bytes.Contains(body, []byte(`"type":"verify"`)):
		http.Error(w, "expected "+want, http.StatusUnauthorized)
	case told != "":
		http.Error(w, "expected "+told, http.StatusUnauthorized)
	case r.flaw == soundThrottle && refused > 50:
		http.Error(w, "later", http.StatusTooManyRequests)
	case r.flaw == "tells the signature":
		http.Error(w, "expected "+want, http.StatusUnauthorized)
	case r.flaw == "tells the key":
		w.Header().Set("X-Debug", "key="+string(key))
		http.Error(w, "signature", http.StatusUnauthorized)
	case r.flaw == "tells the key in hex":
		http.Error(w, fmt.Sprintf("key %X", key), http.StatusUnauthorized)
	case r.flaw == "refuses with 200":
	case r.flaw == "refuses with 500":
		http.Error(w, "signature", http.StatusInternalServerError)
	default:
		http.Error(w, "signature", http.StatusUnauthorized)
	}
	return false
}

func (d *delivery) at() time.Time {
	var at time.Time
	_ = json.Unmarshal(d.Timestamp, &at)
	return at
}

// late is the status for a stamp outside of the window; 0 within it.
func (r *devrev) late(stamp json.RawMessage) int {
	var at time.Time
	err := json.Unmarshal(stamp, &at)
	if r.flaw == "one layout" {
		var s string
		if err = json.Unmarshal(stamp, &s); err == nil {
			at, err = time.Parse("2006-01-02T15:04:05.000Z", s)
		}
	}
	window := 5 * time.Minute
	if r.flaw == "window of two seconds" {
		window = 2 * time.Second
	}
	age := time.Since(at)
	switch r.flaw {
	case "age within the hour":
		age %= time.Hour
	case "age within the day":
		age %= 24 * time.Hour
	case "now is the start":
		age = r.begun.Sub(at)
	}
	switch {
	case r.flaw == "no window",
		r.flaw == "no window without stamp" && len(stamp) == 0,
		r.flaw == "no window for null" && string(stamp) == "null",
		r.flaw == "no window for bad stamps" && err != nil && len(stamp) > 0:
		return 0
	case err != nil:
		return http.StatusBadRequest
	case age > window, age < -window && r.flaw != "future is fine":
		return http.StatusUnauthorized
	}
	return 0
}

func (r *devrev) verify(w http.ResponseWriter, d *delivery, body []byte) {
	challenge, first := "", false
	if d.Verify != nil {
		challenge = d.Verify.Challenge
	}
	if challenge == "" && r.flaw != "challenge at the top" {
		http.Error(w, "no challenge", http.StatusBadRequest)
		return
	}
	r.locked(func() { first, r.verified = !r.verified, true })
	if r.flaw == "a goroutine for each verify request" {
		go func() { select {} }()
	}
	media, answer := "application/json", any(map[string]string{"challenge": challenge})
	switch r.flaw {
	case "tells the secret beside the challenge":
		answer = map[string]string{"challenge": challenge, "secret": r.secret}
	case "challenge cut at 64":
		answer = map[string]string{"challenge": challenge[:min(64, len(challenge))]}
	case "challenge at the top":
		var top struct{ Challenge string }
		_ = json.Unmarshal(body, &top)
		answer = map[string]string{"challenge": top.Challenge}
	case "challenge decoded":
		decoded, err := base64.StdEncoding.DecodeString(challenge)
		if err != nil {
			http.Error(w, "no base64", http.StatusBadRequest)
			return
		}
		answer = map[string][]byte{"challenge": decoded}
	case "challenge through a form":
		answer = map[string]string{"challenge": strings.ReplaceAll(challenge, "+", " ")}
	case "challenge as text":
		media = "text/html"
	case "challenge by hand":
		w.Header().Set("Content-Type", media)
		fmt.Fprintf(w, `{"challenge":"%s"}`, challenge)
		return
	case "Challenge":
		answer = struct{ Challenge string }{challenge}
	case "challenge in quotes of Go":
		w.Header().Set("Content-Type", media)
		fmt.Fprintf(w, `{"challenge":%q}`, challenge)
		return
	case "challenge once":
		if !first {
			return
		}
	case "verify requests are known again", "verify bytes are known again":
		key, seen := d.ID, false
		if r.flaw == "verify bytes are known again" {
			key = string(body)
		}
		r.locked(func() { _, seen = r.events[key]; r.events[key] = &event{} })
		if seen {
			return
		}
	case "slow to verify after events":
		events := 0
		r.locked(func() { events = len(r.events) })
		if events > 0 {
			time.Sleep(3100 * time.Millisecond)
		}
	case "challenge refused":
		http.Error(w, "unknown type", http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", media)
	_ = json.NewEncoder(w).Encode(answer)
}

var errFailed = errors.New("the effect failed")

// take does what an event asks for, once. It answers for work that takes long
// before it has ended, and tries again what fails then.
func (r *devrev) take(ctx context.Context, key, id string, store func()) error {
	switch r.flaw {
	case "no dedupe":
		return r.act(context.Background(), id, store)
	case "check, then act":
		r.mu.Lock()
		_, seen := r.events[key]
		r.mu.Unlock()
		if seen {
			return nil
		}
		err := r.act(context.Background(), id, store)
		if err == nil {
			r.locked(func() { r.events[key] = &event{} })
		}
		return err
	case "slow", "marks what was answered":
		var seen bool
		r.locked(func() { _, seen = r.events[key] })
		if seen {
			return nil
		}
		err := r.act(context.Background(), id, store)
		if err == nil && (r.flaw == "slow" || ctx.Err() == nil) {
			r.locked(func() { r.events[key] = &event{} })
		}
		return err
	case "answers first":
		go func() { _ = r.act(context.Background(), id, store) }()
		return nil
	case "request context":
		go func() {
			var slow time.Duration
			r.locked(func() { slow = r.slow })
			select { // of two that are ready, either
			case <-time.After(slow):
				r.locked(func() {
					r.applied = append(r.applied, id)
					store()
				})
			case <-ctx.Done():
			}
		}()
		return nil
	case "a full queue is 200", "queue without room", soundQueue, "remembers what it refused":
		var seen bool
		r.locked(func() { _, seen = r.events[key]; r.events[key] = &event{} })
		if seen {
			return nil
		}
		job := func() { _ = r.act(context.Background(), id, store) }
		if r.flaw == soundQueue || r.flaw == "remembers what it refused" {
			job = func() { r.tries(id, store) }
		}
		if r.flaw == "queue without room" {
			r.jobs <- job
			return nil
		}
		select {
		case r.jobs <- job:
		default:
			if r.flaw == soundQueue {
				r.locked(func() { delete(r.events, key) })
			}
			if r.flaw != "a full queue is 200" {
				return errFailed
			}
		}
		return nil
	case "verify waits in line":
		go func() {
			r.line.Acquire()
			defer r.line.Release()
			_ = r.act(context.Background(), id, store)
		}()
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
		err := r.act(context.Background(), id, store)
		if err != nil {
			r.locked(func() { delete(r.events, key) })
		}
		return err
	case "cut after five seconds", "cut after a second":
		limit := map[string]time.Duration{"cut after five seconds": 5 * time.Second, "cut after a second": 1100 * time.Millisecond}[r.flaw] // not with the effects of V09 at one moment
		var seen bool
		r.locked(func() { _, seen = r.events[key]; r.events[key] = &event{} })
		if !seen {
			go func() {
				short, end := context.WithTimeout(context.Background(), limit)
				defer end()
				_ = r.act(short, id, store)
			}()
		}
		return nil
	}
	r.mu.Lock()
	e, known := r.events[key]
	if known && r.flaw == soundAtWork && e.working() {
		r.mu.Unlock()
		return errFailed
	}
	if known && r.flaw == "forgets after a minute" && time.Since(e.begun) > time.Minute {
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
			if !slices.Contains([]string{soundRefusal, soundAtWork, "200 on failure", "200 for updates that fail", "marks before it is done", "tells the secret when it fails"}, r.flaw) { // it has taken the event on, and tries by itself
				r.tries(id, store)
				return
			}
			if e.err = r.act(context.Background(), id, store); e.err != nil && r.flaw != "marks before it is done" {
				r.locked(func() { delete(r.events, key) })
			}
		}()
	}
	r.mu.Unlock()
	soon := time.NewTimer(2 * time.Second)
	defer soon.Stop()
	select {
	case <-e.done:
		return e.err
	case <-soon.C:
		if r.flaw == soundRefusal || r.flaw == soundAtWork { // which is not done yet comes again
			return errFailed
		}
		return nil
	}
}

// tries does what fails again.
func (r *devrev) tries(id string, store func()) {
	times, wait := 10, 20*time.Millisecond
	switch r.flaw {
	case "gives up after two tries":
		times = 2
	case soundPatient:
		wait = 2 * time.Minute
	}
	for range times {
		if r.act(context.Background(), id, store) == nil {
			return
		}
		time.Sleep(wait)
	}
}

// act is the effect. The end of the context ends one that takes time.
func (r *devrev) act(ctx context.Context, id string, store func()) error {
	var slow time.Duration
	failing := false
	r.locked(func() {
		slow = r.slow
		if failing = r.fail > 0; failing {
			r.fail--
		}
	})
	time.Sleep(slow)
	if failing || slow > 0 && ctx.Err() != nil {
		return errFailed
	}
	r.locked(func() {
		r.applied = append(r.applied, id)
		store()
	})
	return nil
}

// store keeps the newest state of an object.
func (r *devrev) store(kind, object string, p *payload, at time.Time) {
	next := work{Modified: at, deleted: true}
	switch {
	case p.Work != nil:
		next = p.Work.work
	case p.Account != nil:
		next = work{Title: p.Account.Name, Modified: p.Account.Modified}
	}
	flaw, held := r.flaw, r.works
	if strings.HasPrefix(kind, "account_") {
		flaw, held = strings.TrimSuffix(flaw, ": accounts"), r.accounts
	}
	old, known := held[object]
	switch {
	case flaw == "one order for all" && next.Modified.Before(r.newest):
		return
	case known && flaw == "order of arrival" && !old.deleted,
		flaw == "raises the dead" && old.deleted:
	case flaw == "creation overwrites" && strings.HasSuffix(kind, "_created"),
		flaw == "deleted for a minute" && old.deleted && time.Since(old.stored) > time.Minute:
	case known && next.Modified.Before(old.Modified):
		return
	}
	next.stored = time.Now()
	held[object], r.newest = next, next.Modified
}

// What is no flaw: asking for time, before the body is read, when a queue is full, or when
// much comes in a second.
const (
	soundBusy   = "503 when busy"
	soundQueue  = "503 when the queue is full"
	soundBucket = "429 for the twenty-first"
)

// Nor is it to try again by itself after minutes, to act on some events alone, or to
// answer 503 while the first of two calls is at work.
const (
	soundPatient = "tries again every two minutes"
	soundSome    = "acts on some events alone"
	soundAtWork  = "503 while it is at work"
)

// soundThrottle is no flaw: who has sent fifty forged events is asked for time.
const soundThrottle = "429 after fifty refusals"

var devrevFlaws = []string{
	"no answer", "redirects", "inverted", "challenge at the top", "challenge refused", "challenge as text", "challenge through a form", "challenge decoded", "challenge cut at 64", "challenge by hand",
	"challenge once", "verify requests are known again", "verify bytes are known again", "slow to verify after events", "any challenge", "verify before signature", "stray challenge", "drops when busy", "Challenge", "challenge in quotes of Go", "verify waits in line", "never free again",
	"check of JSON only", "check of known lengths only", "no key for other webhooks", "digest without a key", "trusts whom it has verified", "seven bits",
	"no check", "no check without header", "no check of an empty header", "prefix", "prefix sha256", "eight bytes", "sixteen letters", "the second half", "bytes in any order", "no check of updates", "empty key", "no secret, no check", "keeps its secret", "panics at odd signatures",
	"case of base64", "base64 of URLs", "digest as a text of C", "eight bytes of the key", "the key from its fourth byte", "tells the signature", "tells the key", "tells the key in hex", "tells the signature as numbers", "tells the signature in pairs", "tells the signature as for URLs", "tells the signature in quotes", "tells the signature in a trailer", "tells the signature in a hint", "tells the signature of a verify request",
	"tells two thirds of the signature", "tells the secret at GET", "tells the secret beside the challenge", "tells the secret each time", "tells the secret when it fails",
	"trusts this machine", "trusts X-Forwarded-For", "shuts out after three", "shuts out after three stale", "shuts out after three malformed", "shuts out after three forged that are malformed", "a forged verify request turns it off", "refuses with 200", "refuses with 500", "signature of parsed JSON", "signature of parsed verify requests", "remembers signatures",
	"remembers the forged", "remembers the stale", "window of creations only", "no window", "verify of any age", "verify requests of this second", "no window without stamp", "no window for null", "no window for bad stamps", "future is fine", "one layout", "window of two seconds", "age within the hour", "age within the day", "now is the start",
	"knows creations only", "knows works only", "200 for updates that fail", "updates before the answer", "no dedupe", "dedupe by body", "dedupe by object", "check, then act", "forgets after a minute", "forgets at the full hour", "forgets at midnight", "a table for each day of the stamps", "remembers fifty", "ids of 64 letters", "ids in any case", "the last nine letters of ids", "a full queue is 200", "queue without room",
	"copy acknowledged at work", "cut after five seconds", "cut after a second", "remembers what it refused", "200 on failure", "gives up after two tries", "answers first", "marks before it is done", "marks what was answered", "slow", "request context",
	"order of arrival", "one order for all", "raises the dead", "update needs creation", "creation overwrites", "deleted for a minute", "order of arrival: accounts", "raises the dead: accounts", "creation overwrites: accounts", "writes after it has returned",
	"no letters outside of ASCII", "no letters outside of the BMP", "no zero byte", "255 letters", "64,000 letters", "53 bits", "no number below zero", "no fraction", "no exponent",
	"custom numbers", "custom booleans", "custom null", "custom arrays", "custom objects", "eight levels", "one owner", "one tag", "priorities of today", "work of today",
	"no accents of their own", "no apostrophe", "no double quote", "no percent sign", "no line break", "no tab", "no markup", "no comma", "no backslash", "no blank at an end", "no surrogates", "markup is escaped",
	"stage as text", "part as text", "creator as text", "editor as text", "reporters as texts", "artifacts as texts", "dates of three digits", "dates of six digits at most",
	"unknown is 400", "strict decoder", "type without a check", "payload without a check", "panics at jobs", "malformed is 500", "malformed is fine",
	"any method", "bare media type", "bare media type of verify requests", "no limit", "limit of 64 KiB", "one read", "keeps goroutines", "a goroutine for each refusal", "a goroutine for each verify request",
}
