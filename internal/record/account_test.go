package record

import (
	"encoding/base64"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/cassette"
	"example.com/webhookvcr/internal/exchange"
	"example.com/webhookvcr/internal/placeholder"
	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/simulator"
)

// whole asks for every cell of the matrix; without it each place gets one shape, and
// the next place the next one.
var whole = flag.Bool("whole", false, "plant every shape in every place")

var portion = len(shapes)

// everyMode asks for every cell once with each option; without it each cell takes
// its turn with one.
var everyMode = flag.Bool("modes", false, "plant with every option that changes what a recording takes")

type shape struct{ name, value string }

// shapes are the forms of values that the proof plants. None of them may be a
// word of a contract.
var shapes = []shape{
	{"word", "lindqvist"},
	{"two words", "erika beispiel"},
	{"sentence", "please call Erika Beispiel at once"},
	{"Capital", "Lindqvist"},
	{"CamelCase", "ErikaBeispiel"},
	{"camelCase", "erikaBeispiel"},
	{"snake_case", "erika_beispiel"},
	{"CONSTANT", "ERIKA_BEISPIEL"},
	{"dotted", "Erika.Beispiel"},
	{"dotted low", "erika.beispiel"},
	{"dashed", "kunde-gmbh"},
	{"word and digits", "hunter42"},
	{"long word", "qwertzuiopasdfghjklyxcvbnmqwertzuiopas"},
	{"mail", "erika@beispiel-gmbh.example"},
	{"phone", "+4915112345678"},
	{"IBAN", "DE89370400440532013000"},
	{"hex", "9f86d081884c7d659a2feaa0c55ad015"},
	{"base64", "c2VjcmV0LXZhbHVlLW9mLXRoZS10ZW5hbnQ="},
	{"JWT", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI0NzExIn0.c2lnbmF0dXJlLW9m"},
	{"GUID", "8f14e45f-ceea-467f-9f2a-1d2c3b4a5e6f"},
	{"GUID bare", "8f14e45fceea467f9f2a1d2c3b4a5e6f"},
	{"made-up GUID", "ffffffff-ffff-4fff-8fff-47114711abcd"},
	{"DON", "don:integration:dvrv-us-1:devo/9OtherOrg:webhook/Zr41kWpn"},
	{"made-up DON", "don:integration:dvrv-us-1:devo/9OtherOrg:webhook/no-such-x"},
	{"made-up id", "no-such-Erika-4711"},
	{"host", "intern.beispiel-gmbh.example"},
	{"URL", "https://beispiel-gmbh.internal/hook?id=4711"},
	{"reserved URL", "https://hooks.example.com/lindqvist?id=4711"},
	{"loopback URL", "http://127.0.0.1:40123/lindqvist"},
	{"tenant below a reserved host", "https://hooks.example.com/erika%40beispiel-gmbh?id=4915112345"},
	{"sent", "sent-name-4711"},
	{"userinfo", "https://erika:hunter42@hooks.example.com/"},
	{"pin", "4711"},
	{"ten digits", "4915112345"},
	{"date", "1979-04-12"},
	{"date-time", "1979-04-12T08:15:30Z"},
	{"percent twice", "erika%2540beispiel"},
	{"media type", "text/x-erika-beispiel"},
	{"shape of a placeholder", "undocumented-4711x"},
}

// open are the cells of the matrix in which a value may stand as it is, each with
// its account and the reason. Every other cell is replaced or refused.
var open = map[string]string{
	// The names of undocumented members: plain words in the vendor's style.
	"answer member × word × a plain word or a reserved URL":          "an undocumented name in the vendor's style",
	"answer member × snake_case × a plain word or a reserved URL":    "an undocumented name in DevRev's style",
	"answer member × camelCase × a plain word or a reserved URL":     "an undocumented name in d.velop's style",
	"request member × word × a plain word or a reserved URL":         "the caller's own word",
	"request member × snake_case × a plain word or a reserved URL":   "the caller's own word",
	"request member × camelCase × a plain word or a reserved URL":    "the caller's own word",
	"request string × word × a plain word or a reserved URL":         "the caller's own word",
	"request string × snake_case × a plain word or a reserved URL":   "the caller's own word",
	"request string × reserved URL × a plain word or a reserved URL": "the caller's own URL of nobody",
	"request string × loopback URL × a plain word or a reserved URL": "the caller's own URL of this machine",
	"query value × reserved URL × a plain word or a reserved URL":    "the caller's own URL of nobody",
	"query value × loopback URL × a plain word or a reserved URL":    "the caller's own URL of this machine",
	"answer string × reserved URL × a plain word or a reserved URL":  "the vendor repeats the caller's own URL",
	"answer string × loopback URL × a plain word or a reserved URL":  "the vendor repeats the caller's own URL",
	"query name × word × a plain word or a reserved URL":             "the caller's own word",
	"query name × snake_case × a plain word or a reserved URL":       "the caller's own word",
	"query name × camelCase × a plain word or a reserved URL":        "the caller's own word",
	"query value × word × a plain word or a reserved URL":            "the caller's own word",
	"query value × snake_case × a plain word or a reserved URL":      "the caller's own word",
	"path segment × word × a plain word or a reserved URL":           "the caller's own word",
	"path segment × snake_case × a plain word or a reserved URL":     "the caller's own word",
	"path segment × dotted low × a plain word or a reserved URL":     "DevRev joins the words of an operation by dots",
	"request header × date × a documented value within bounds":       "X-Devrev-Version is a date",
	"answer string × date-time × a documented value within bounds":   "a documented date-time",
	"request number × pin × a documented value within bounds":        "a documented count: the timeout of a d.velop webhook",
	"answer number × pin × a documented value within bounds":         "a documented count",
	"answer header × pin × a documented value within bounds":         "a rate limit or Retry-After",
	"answer string × word × a plain word or a reserved URL":          "the vendor repeats what the caller sent in the open",
	"answer string × date × a plain word or a reserved URL":          "the vendor repeats the version that the caller asked for",
	"answer string × snake_case × a plain word or a reserved URL":    "the vendor repeats what the caller sent in the open",
	// The names of the headers that go with deliveries are kept when they are
	// tokens of HTTP that look like names; their values never are.
	"answer header's name in a body × snake_case × a plain word or a reserved URL":       "a token of HTTP",
	"answer header's name in a body × camelCase × a plain word or a reserved URL":        "a token of HTTP",
	"answer header's name in a body × CamelCase × a plain word or a reserved URL":        "a token of HTTP",
	"answer header's name in a body × CONSTANT × a plain word or a reserved URL":         "a token of HTTP",
	"answer header's name in a body × dashed × a plain word or a reserved URL":           "a token of HTTP",
	"answer header's name in a body × word and digits × a plain word or a reserved URL":  "a token of HTTP",
	"request header's name in a body × word × a plain word or a reserved URL":            "the caller's own token of HTTP",
	"request header's name in a body × Capital × a plain word or a reserved URL":         "the caller's own token of HTTP",
	"request header's name in a body × snake_case × a plain word or a reserved URL":      "the caller's own token of HTTP",
	"request header's name in a body × camelCase × a plain word or a reserved URL":       "the caller's own token of HTTP",
	"request header's name in a body × CamelCase × a plain word or a reserved URL":       "the caller's own token of HTTP",
	"request header's name in a body × CONSTANT × a plain word or a reserved URL":        "the caller's own token of HTTP",
	"request header's name in a body × dashed × a plain word or a reserved URL":          "the caller's own token of HTTP",
	"request header's name in a body × word and digits × a plain word or a reserved URL": "the caller's own token of HTTP",
}

var sortNames = map[sort]string{
	methodToken: "method", rootToken: "root", segmentToken: "path segment", queryName: "query name", queryValue: "query value",
	headerName: "header name", headerValue: "header", statusToken: "status", memberToken: "member", stringToken: "string",
	numberToken: "number", literalToken: "literal", bodyToken: "body",
}

func (t token) cell() string {
	if t.sort == stringToken && t.class.Kind == provider.Header {
		return t.in + " header's name in a body"
	}
	switch t.sort {
	case headerName, headerValue, memberToken, stringToken, numberToken, bodyToken:
		return t.in + " " + sortNames[t.sort]
	}
	return sortNames[t.sort]
}

// plant is one place of an exchange and how a value gets there; it reports false
// when the value cannot stand there at all.
type plant struct {
	place  string
	ask    func(req *http.Request, body *string, value string) bool
	answer func(resp *http.Response, body *string, value string) bool
}

// mode is an option that changes what a recording takes.
type mode int

const (
	plainly mode = iota
	acceptingDrift
	allowingProblems
	declaringVaries
	modes
)

var modeNames = [modes]string{"without options", "AcceptDrift", "AllowProblems", "Varies"}

// anywhere are pointers that name every member of a body.
var anywhere = []string{"/*", "/*/*", "/*/*/*"}

// planted records one scenario with a value in one place.
func planted(tb testing.TB, def *provider.Definition, s *provider.Scenario, p plant, value string, m mode) (r *Recording, err error) {
	handler, err := simulator.New(def, s.Switch)
	require.NoError(tb, err)
	base, token, env := simulator.Tenant(def)
	config := Config{
		Config: exchange.Config{Definition: def, Report: exchange.Silent{}}, Name: "planted.yaml", AcceptDrift: m == acceptingDrift,
		Tenant: Tenant{BaseURL: base, Token: token, Source: cassette.Live, Getenv: func(name string) string { return env[name] },
			Transport: roundTripper(func(req *http.Request) (*http.Response, error) {
				if p.ask != nil { // the tenant need not understand what was planted
					req.Method, req.URL = s.Request.Method, realURL(base, s, env)
					req.Body = io.NopCloser(strings.NewReader(s.Request.Body))
				}
				resp, err := simulator.Transport(handler).RoundTrip(req)
				if err != nil || p.answer == nil {
					return resp, err
				}
				data, err := io.ReadAll(resp.Body)
				body := string(data)
				p.answer(resp, &body, value)
				resp.Body, resp.ContentLength = io.NopCloser(strings.NewReader(body)), int64(len(body))
				return resp, err
			})},
	}
	switch m {
	case allowingProblems:
		config.AllowProblems = append([]string{""}, anywhere...)
	case declaringVaries:
		config.Varies = anywhere
	}
	r, err = New(config)
	require.NoError(tb, err)
	front := r.Transport()
	defer front.Close()
	body := s.Request.Body
	req, err := http.NewRequestWithContext(tb.Context(), s.Request.Method, def.BaseURL+s.Request.Target, nil)
	require.NoError(tb, err)
	for name, v := range s.Request.Header {
		req.Header.Set(name, v)
	}
	if p.ask != nil {
		p.ask(req, &body, value)
	}
	req.Body = io.NopCloser(strings.NewReader(body))
	resp, err := front.RoundTrip(req)
	if err == nil {
		resp.Body.Close()
		_, _, err = r.gate()
	}
	return r, err
}

func realURL(base string, s *provider.Scenario, env map[string]string) *url.URL {
	target := s.Request.Target
	for placeholder, name := range map[string]string{provider.DVelopRepositoryID: "DVELOP_REPOSITORY_ID", provider.DVelopWebhookID: "DVELOP_WEBHOOK_ID", provider.DVelopEventID: "DVELOP_EVENT_ID"} {
		target = strings.ReplaceAll(target, placeholder, env[name])
	}
	u, err := url.Parse(base + target)
	if err != nil {
		panic(err)
	}
	return u
}

// places are all token positions of a scenario's exchange.
func places(t *testing.T, def *provider.Definition, s *provider.Scenario) []plant {
	t.Helper()
	var all []plant
	answer := func(place string, f func(resp *http.Response, body *string, value string) bool) {
		all = append(all, plant{place: "answer " + place, answer: f})
	}
	ask := func(place string, f func(req *http.Request, body *string, value string) bool) {
		all = append(all, plant{place: "request " + place, ask: f})
	}
	_, real := scrubbed(t, def, s.Name, "")
	for _, edit := range edits(real) {
		answer(edit.place, func(_ *http.Response, body *string, value string) bool { *body = edit.put(*body, value); return true })
	}
	for name := range def.ResponseHeaders {
		answer("header "+name, func(resp *http.Response, _ *string, value string) bool { resp.Header.Set(name, value); return true })
	}
	answer("header of another name", func(resp *http.Response, _ *string, value string) bool {
		resp.Header.Set("X-"+value, value)
		return true
	})
	answer("status line", func(resp *http.Response, _ *string, value string) bool { resp.Status = value; return true })
	if def == &provider.DVelop {
		prefix := "/dmsconfig/r/" + provider.DVelopRepositoryID + "/events/"
		for place, link := range map[string]func(string) string{
			"event": func(v string) string { return prefix + url.PathEscape(v) }, "variable": func(v string) string { return prefix + "postimport/" + url.PathEscape(v) },
			"query value": func(v string) string { return prefix + "postimport?x=" + url.QueryEscape(v) }, "query name": func(v string) string { return prefix + "postimport?" + url.QueryEscape(v) + "=1" },
			"bare field": func(v string) string { return prefix + "postimport?" + url.QueryEscape(v) }, "login": func(v string) string { return "/identityprovider/login?redirect=%2F" + url.QueryEscape(v) },
			"fragment": func(v string) string { return prefix + "postimport#" + url.PathEscape(v) },
		} {
			answer("Location "+place, func(resp *http.Response, _ *string, value string) bool {
				resp.Header.Set("Location", link(value))
				return true
			})
			answer("link "+place, func(_ *http.Response, body *string, value string) bool {
				*body = insert(*body, "_links", fmt.Sprintf(`{"self":{"href":%s}}`, quote(link(value))))
				return true
			})
		}
	}
	for _, h := range def.RequestHeaders {
		ask("header "+h.Name, func(req *http.Request, _ *string, value string) bool { req.Header.Set(h.Name, value); return true })
	}
	for _, name := range []string{"Cookie", "User-Agent", "If-None-Match"} {
		ask("header "+name, func(req *http.Request, _ *string, value string) bool { req.Header.Set(name, value); return true })
	}
	ask("path segment added", func(req *http.Request, _ *string, value string) bool { return repath(req, "/"+url.PathEscape(value)) })
	ask("query value", func(req *http.Request, _ *string, value string) bool {
		req.URL.RawQuery = "expand=" + url.QueryEscape(value)
		return true
	})
	ask("query value of password", func(req *http.Request, _ *string, value string) bool {
		req.URL.RawQuery = "password=" + url.QueryEscape(value)
		return true
	})
	ask("query name", func(req *http.Request, _ *string, value string) bool {
		req.URL.RawQuery = url.QueryEscape(value) + "=1"
		return true
	})
	ask("method", func(req *http.Request, _ *string, value string) bool { req.Method = value; return true })
	ask("user information", func(req *http.Request, _ *string, value string) bool { req.URL.User = url.User(value); return true })
	ask("host", func(req *http.Request, _ *string, value string) bool { req.Host = value; return true })
	if def == &provider.DevRev && s.Request.Method == "POST" {
		for place, headers := range map[string]string{
			"name": `{"set":[{"name":%s,"value":""}]}`, "value": `{"add":[{"name":"X-Environment","value":%s}]}`, "name that is removed": `{"remove":[%s]}`,
			"member": `{"add":[{"name":"X-Environment","value":"",%s:true}]}`,
		} {
			ask("header in a body, "+place, func(req *http.Request, body *string, value string) bool {
				req.URL.Path = "/webhooks.update"
				*body = fmt.Sprintf(`{"id":%q,"headers":`+headers+`}`, provider.DevRevWebhookID, quote(value))
				return true
			})
		}
	}
	if json.Valid([]byte(s.Request.Body)) && strings.HasPrefix(s.Request.Body, "{") {
		for _, edit := range edits(s.Request.Body) {
			ask(edit.place, func(_ *http.Request, body *string, value string) bool { *body = edit.put(*body, value); return true })
		}
		for _, name := range []string{"password", "api_key", "note", "more"} {
			ask("member "+name, func(_ *http.Request, body *string, value string) bool {
				*body = insert(*body, name, quote(value))
				return true
			})
		}
	}
	return all
}

func repath(req *http.Request, more string) bool {
	u, err := url.Parse(req.URL.String())
	if err != nil {
		return false
	}
	next, err := url.Parse(u.Scheme + "://" + u.Host + u.EscapedPath() + more)
	if err != nil {
		return false
	}
	*req.URL = *next
	return true
}

func quote(s string) string {
	b, _ := json.Marshal(s)
	return string(b)
}

// insert puts a member first into the outermost object.
func insert(body, name, value string) string {
	i := strings.IndexByte(body, '{')
	if i < 0 {
		return body
	}
	rest := strings.TrimSpace(body[i+1:])
	if !strings.HasPrefix(rest, "}") {
		rest = "," + rest
	}
	return body[:i+1] + quote(name) + ":" + value + rest
}

type edit struct {
	place string
	put   func(body, value string) string
}

// edits are the ways to put a value into a JSON body: in place of each string,
// number and name, beside each member under an undocumented name, and as a second
// member of the same name.
func edits(body string) []edit {
	var all []edit
	seen := map[string]bool{}
	add := func(pointer, place string, put func(body, value string) string) {
		if generic := place + " " + indexless(pointer); !seen[generic] {
			seen[generic] = true
			all = append(all, edit{generic, put})
		}
	}
	names := func(to func(pointer, name, value string) (string, bool)) func(body, value string) string {
		return func(body, value string) string {
			out, err := placeholder.Rewriter{Key: func(p, n string) (string, bool) { return to(p, n, value) }}.Rewrite([]byte(body))
			if err != nil {
				panic(err)
			}
			return string(out)
		}
	}
	look := placeholder.Rewriter{
		String: func(pointer, _ string) (string, bool) {
			add(pointer, "string", func(body, value string) string {
				out, _ := placeholder.RewriteJSON([]byte(body), func(p, _ string) (string, bool) { return value, p == pointer })
				return string(out)
			})
			return "", false
		},
		Number: func(pointer, _ string) (string, bool) {
			add(pointer, "number", func(body, value string) string {
				out, _ := placeholder.Rewriter{Number: func(p, d string) (string, bool) { return asNumber(value), p == pointer }}.Rewrite([]byte(body))
				return string(out)
			})
			return "", false
		},
		Key: func(pointer, _ string) (string, bool) {
			add(pointer, "name", names(func(p, _, value string) (string, bool) { return value, p == pointer }))
			add(pointer, "twice", func(body, value string) string {
				const mark = "\x01twice\x01"
				out := names(func(p, n, _ string) (string, bool) { return mark + n, p == pointer })(body, value)
				name := pointer[strings.LastIndexByte(pointer, '/')+1:]
				return strings.Replace(out, strings.Trim(quote(mark), `"`)+name+`"`, name+`":`+quote(value)+`,"`+name+`"`, 1)
			})
			add(pointer, "beside", func(body, value string) string {
				const mark = "\x01beside\x01"
				out := names(func(p, n, _ string) (string, bool) { return mark + n, p == pointer })(body, value)
				return strings.Replace(out, strings.Trim(quote(mark), `"`), `note_of_theirs":`+quote(value)+`,"pin_of_theirs":`+asNumber(value)+`,"`, 1)
			})
			return "", false
		},
	}
	_, _ = look.Rewrite([]byte(body))
	return all
}

func indexless(pointer string) string {
	parts := strings.Split(pointer, "/")
	for i, part := range parts {
		if part != "" && strings.Trim(part, "0123456789") == "" {
			parts[i] = "*"
		}
	}
	return strings.Join(parts, "/")
}

// asNumber is a value's digits as a number, or itself as a text.
func asNumber(value string) string {
	if strings.Trim(value, "0123456789") == "" {
		return value
	}
	return quote(value)
}

// shown lists the readings in which a planted value would still be one.
func shown(text, value string) bool {
	for _, v := range []string{value, strings.Trim(quote(value), `"`), url.QueryEscape(value), url.PathEscape(value), base64.StdEncoding.EncodeToString([]byte(value))} {
		if strings.Contains(strings.ToLower(text), strings.ToLower(v)) {
			return true
		}
	}
	return false
}

// TestAccounts_everyPlaceEveryShape plants each shape in each token position of
// each shipped scenario's exchange, request and answer, strict and with accepted
// drift, and demands that the value is replaced, that the recording is refused, or
// that the cell is one of those above.
func TestAccounts_everyPlaceEveryShape(t *testing.T) {
	type position struct {
		def   *provider.Definition
		s     *provider.Scenario
		plant plant
	}
	var all []position
	done := map[string]bool{}
	for _, def := range provider.All() {
		for i := range def.Scenarios {
			s := &def.Scenarios[i]
			if s.Request.Credential != provider.Valid || s.Request.NoOrigin || s.Follow {
				continue // a test of one's own cannot record them
			}
			for _, p := range places(t, def, s) {
				// A place that another scenario of the same operation has shown, in a
				// body of the same kind, is the same place.
				key := fmt.Sprint(def.Name, strings.Split(s.Name, "/")[0], s.Request.Method, p.place)
				if strings.Contains(p.place, " /") {
					key += fmt.Sprint(s.Status >= 400)
				}
				if !done[key] {
					done[key] = true
					all = append(all, position{def, s, p})
				}
			}
		}
	}
	var mu sync.Mutex
	matrix := map[string]map[string]int{}
	var counts [modes]map[string]int
	for m := range counts {
		counts[m] = map[string]int{}
	}
	t.Run("shapes", func(t *testing.T) {
		for n, shape := range shapes {
			t.Run(shape.name, func(t *testing.T) {
				t.Parallel()
				for i, at := range all {
					if !*whole && n%portion != i%portion {
						continue
					}
					for m := range modes {
						if !*everyMode && int(m) != (n+i/portion)%int(modes) {
							continue
						}
						verdict, cells := verdictOf(t, at.def, at.s, at.plant, shape.name, shape.value, m)
						mu.Lock()
						counts[m][verdict]++
						matrixAdd(matrix, kindOf(at.plant.place)+" (planted)", shape.name+": "+verdict)
						for _, cell := range cells {
							matrixAdd(matrix, cell, shape.name+": "+verdict)
						}
						mu.Unlock()
					}
				}
			})
		}
	})
	for _, kind := range slices.Sorted(maps.Keys(matrix)) {
		t.Logf("%s", kind)
		for _, cell := range slices.Sorted(maps.Keys(matrix[kind])) {
			t.Logf("\t%-60s %d", cell, matrix[kind][cell])
		}
	}
	for m, count := range counts {
		t.Logf("%d places × %d shapes, %s: %v", len(all), len(shapes), modeNames[m], count)
		assert.Greater(t, count["replaced"], len(all)/10, modeNames[m])
		assert.Greater(t, count["refused"], len(all)/32, modeNames[m])
	}
}

// verdictOf plants one value in one place and says what became of it.
func verdictOf(t *testing.T, def *provider.Definition, s *provider.Scenario, p plant, shape, value string, m mode) (verdict string, cells []string) {
	r, err := planted(t, def, s, p, value, m)
	if err != nil {
		assert.False(t, leaksValue(err.Error(), value), "%s: %s: the message shows the value: %v", s.Name, p.place, err)
		return "refused", nil
	}
	verdict = "replaced"
	for x := range r.captured {
		e, err := r.examine(x, r.knowledge())
		require.NoError(t, err)
		e.walk(func(tok token) {
			if !shown(tok.value, value) {
				return
			}
			verdict = e.account(tok).String()
			cells = append(cells, tok.cell())
			cell := tok.cell() + " × " + shape + " × " + verdict
			if _, ok := open[cell]; !ok {
				t.Errorf("%s: %s: it stands in the cassette, in a cell that must not be open: %s", s.Name, p.place, cell)
			}
		})
	}
	data, err := cassette.Encode(cassette.Header{}, r.captured)
	require.NoError(t, err)
	if len(cells) == 0 && shown(data, value) {
		t.Errorf("%s: %s: it stands in the file, but in no token", s.Name, p.place)
	}
	return verdict, cells
}

// leaksValue says whether a message shows a planted value. Plain words are what a
// member may be called; digits may be a line's number.
func leaksValue(text, value string) bool {
	return len(value) > 4 && !word(strings.ToLower(value)) && strings.Contains(text, value)
}

func matrixAdd(matrix map[string]map[string]int, kind, cell string) {
	if matrix[kind] == nil {
		matrix[kind] = map[string]int{}
	}
	matrix[kind][cell]++
}

// kindOf is a place without its pointer.
func kindOf(place string) string {
	words := strings.Fields(place)
	if len(words) > 2 && words[1] != "header" && strings.HasPrefix(words[2], "/") {
		words = words[:2]
	}
	return strings.Join(words, " ")
}

// Each account is needed: with any one switched off, a recording that is sound
// otherwise is refused.
func TestAccounts_eachIsNeeded(t *testing.T) {
	for _, a := range accounts {
		if a.Account == UserKept {
			continue // below
		}
		refused := 0
		for _, def := range provider.All() {
			for _, s := range def.Scenarios {
				r, _ := scrubbed(t, def, s.Name, "")
				r.without = a.Account
				if a.Account == OpenWord {
					r.captured[0].Response.Body = insert(r.captured[0].Response.Body, "more", "true")
				}
				if _, _, err := r.gate(); err != nil {
					refused++
				}
			}
		}
		assert.NotZero(t, refused, a.name)
		t.Logf("without %q: %d recordings are refused", a.name, refused)
	}
	r, _ := scrubbed(t, &provider.DevRev, "webhooks.get/200", "")
	r.captured[0].Response.Body = insert(r.captured[0].Response.Body, "more", `"as it is"`)
	_, _, err := r.gate()
	require.Error(t, err)
	r.Keep = []string{"/more"}
	_, _, err = r.gate()
	require.NoError(t, err)
	r.without = UserKept
	_, _, err = r.gate()
	require.Error(t, err)
}
