package matchtest_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	govcr "gopkg.in/dnaeon/go-vcr.v3/cassette"

	"example.com/webhookvcr/internal/cassette"
	"example.com/webhookvcr/internal/tbtest"
	"example.com/webhookvcr/webhooktest"
	"example.com/webhookvcr/webhooktest/matchtest"
)

// Recorded requests: one that has something of everything, one with what its
// caller made up (the base64 text is that of sent-secret-1), one that is no JSON.
const (
	richURL    = "https://sample-api.d-velop.cloud/dmsconfig/r/a%20b/events/postimport?b=1&a=x+y&a=z"
	richBody   = `{"n":1,"big":9007199254740993,"f":-1.5,"e":1e3,"s":"7","word":"Abc","t":true,"z":null,"list":[1,"b",[]],"o":{"x":{}},"é/~":"<ü😀>"}`
	madeUpBody = `{"secret":"c2VudC1zZWNyZXQtMQ==","url":"https://example.com/sent-url-1","to":"/sent-url-2","mail":"sent-mail-1@example.com","name":"sent-name-1"}`
	plainBody  = `{"id":`
)

// rich writes a cassette with one request; the answer says which it is.
func rich(t *testing.T, body string) (file string) {
	t.Helper()
	data, err := cassette.Encode(cassette.Header{Provider: "dvelop", Source: cassette.Simulated}, []*govcr.Interaction{{
		Request: govcr.Request{
			Method: "POST", URL: richURL, Body: body,
			Headers: http.Header{"Accept": {"application/json"}, "Content-Type": {"application/json"}},
		},
		Response: govcr.Response{Code: 200, Body: `{"the":"answer"}`, Headers: http.Header{"Content-Type": {"application/json"}}},
	}})
	require.NoError(t, err)
	file = filepath.Join(t.TempDir(), "rich.yaml")
	require.NoError(t, os.WriteFile(file, []byte(data), 0o600))
	return file
}

// sortedQuery is a query whose values are sorted, so that their order is lost.
func sortedQuery(u *url.URL) string {
	values, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return u.RawQuery
	}
	for name := range values {
		slices.Sort(values[name])
	}
	return values.Encode()
}

// plainTape writes a plain go-vcr cassette with one request to DevRev.
func plainTape(t *testing.T, method, target, accept, body string) (file string) {
	t.Helper()
	c := govcr.New(filepath.Join(t.TempDir(), "tape"))
	ia := &govcr.Interaction{
		Request:  govcr.Request{Method: method, URL: target, Body: body, Headers: http.Header{}},
		Response: govcr.Response{Code: 200, Body: `{}`, Headers: http.Header{"Content-Type": {"application/json"}}},
	}
	if accept != "" {
		ia.Request.Headers.Set("Accept", accept)
	}
	c.AddInteraction(ia)
	require.NoError(t, c.Save())
	return c.File
}

// ownTape writes a cassette of this module's own with one request to DevRev.
func ownTape(t *testing.T, target, body string) (file string) {
	t.Helper()
	data, err := cassette.Encode(cassette.Header{Provider: "devrev", Source: cassette.Simulated}, []*govcr.Interaction{{
		Request:  govcr.Request{Method: "POST", URL: target, Body: body, Headers: http.Header{"Content-Type": {"application/json"}}},
		Response: govcr.Response{Code: 200, Body: `{}`, Headers: http.Header{"Content-Type": {"application/json"}}},
	}})
	require.NoError(t, err)
	file = filepath.Join(t.TempDir(), "tape.yaml")
	require.NoError(t, os.WriteFile(file, []byte(data), 0o600))
	return file
}

// matcherWith is a transport with a fault: alter changes what a request says
// before a strict matcher sees it, or refuses it.
type matcherWith struct {
	strict http.RoundTripper
	alter  func(req *http.Request, body string) (string, error)
}

var errPicky = errors.New("refused")

func (m matcherWith) RoundTrip(req *http.Request) (*http.Response, error) {
	sent := ""
	if req.Body != nil {
		data, err := io.ReadAll(req.Body)
		if err != nil {
			return nil, err
		}
		sent = string(data)
	}
	body, err := m.alter(req, sent)
	if err != nil {
		return nil, err
	}
	req.Body, req.ContentLength = io.NopCloser(strings.NewReader(body)), int64(len(body))
	return m.strict.RoundTrip(req)
}

// alike makes a matcher deaf for everything in a body that a form leaves out,
// and for nothing else.
func alike(recorded string, form func(any) any) func(*http.Request, string) (string, error) {
	read := func(body string) (string, bool) {
		d := json.NewDecoder(strings.NewReader(body))
		d.UseNumber()
		var v any
		if !json.Valid([]byte(body)) || d.Decode(&v) != nil {
			return "", false
		}
		again, err := json.Marshal(v)
		once := strings.Count(string(again), `":`) == strings.Count(body, `":`) // no member stands twice
		return fmt.Sprintf("%#v", throughout(form(v), func(v any) any {
			if n, ok := v.(json.Number); ok {
				return struct{ digits string }{n.String()} // which no string prints as
			}
			return v
		})), err == nil && once
	}
	want, _ := read(recorded)
	return func(_ *http.Request, body string) (string, error) {
		if got, ok := read(body); ok && got == want {
			return recorded, nil
		}
		return body, nil
	}
}

// throughout applies a function to everything inside a JSON value, from the leaves up.
func throughout(v any, f func(any) any) any {
	switch v := v.(type) {
	case map[string]any:
		m := map[string]any{}
		for name, item := range v {
			m[name] = throughout(item, f)
		}
		return f(m)
	case []any:
		list := make([]any, len(v))
		for i, item := range v {
			list[i] = throughout(item, f)
		}
		return f(list)
	}
	return f(v)
}

func refuseIf(picky func(req *http.Request, body string) bool) func(*http.Request, string) (string, error) {
	return func(req *http.Request, body string) (string, error) {
		if picky(req, body) {
			return "", errPicky
		}
		return body, nil
	}
}

func asItIs(alter func(*http.Request)) func(*http.Request, string) (string, error) {
	return func(req *http.Request, body string) (string, error) {
		alter(req)
		return body, nil
	}
}

// Each line of the table fires for a matcher with the fault that it is about, and
// no other line does.
func TestCheck_everyLineFires(t *testing.T) {
	for _, body := range []string{richBody, madeUpBody, plainBody, ""} {
		require.NoError(t, matchtest.Check(webhooktest.DVelop, rich(t, body), nil), "without a fault")
	}
	recorded, err := url.Parse(richURL)
	require.NoError(t, err)
	fired := map[string]bool{}
	for _, tc := range []struct {
		name, body, why string
		alter           func(*http.Request, string) (string, error)
	}{
		{"deaf to the method", richBody, "one URL may be read and written", asItIs(func(r *http.Request) { r.Method = "POST" })},
		{"deaf to the scheme", richBody, "over another scheme a credential may travel in clear", asItIs(func(r *http.Request) { r.URL.Scheme = "https" })},
		{"deaf to the host", richBody, "another host is another party", asItIs(func(r *http.Request) { r.URL.Host = recorded.Host })},
		{"deaf to the path", richBody, "the path names the operation and the object", asItIs(func(r *http.Request) { r.URL.Path, r.URL.RawPath = recorded.Path, recorded.RawPath })},
		{"deaf to the query", richBody, "the query names the object as the path does", asItIs(func(r *http.Request) { r.URL.RawQuery = recorded.RawQuery })},
		{"deaf to the order of a query key's values", richBody, "the query names the object as the path does", asItIs(func(r *http.Request) { r.URL.RawQuery = sortedQuery(r.URL) })},
		{"deaf to what is asked for", richBody, "this vendor answers each media type with another body", asItIs(func(r *http.Request) { r.Header.Del("Accept") })},
		{"deaf to texts", richBody, "a value that differs asks for something else", alike(richBody, func(v any) any {
			return throughout(v, func(v any) any {
				if _, ok := v.(string); ok {
					return "text"
				}
				return v
			})
		})},
		{"deaf to types", richBody, "a value of another type is refused by the vendor, or read in another way", alike(richBody, func(v any) any {
			return throughout(v, func(v any) any {
				if v == "7" {
					return json.Number("7")
				}
				return v
			})
		})},
		{"deaf to digits", richBody, "1 and 1.0 are two values to a strict decoder", func(req *http.Request, body string) (string, error) {
			return strings.NewReplacer(`"n":1.0,`, `"n":1,`, `"e":1E3,`, `"e":1e3,`).Replace(body), nil
		}},
		{"deaf to further members", richBody, "each member is documented to mean something", alike(richBody, func(v any) any {
			return throughout(v, func(v any) any {
				if m, ok := v.(map[string]any); ok {
					delete(m, "added by the check")
				}
				return v
			})
		})},
		{"deaf to the order of entries", richBody, "the order and the number of entries mean something", alike(richBody, func(v any) any {
			return throughout(v, func(v any) any {
				if list, ok := v.([]any); ok {
					slices.SortFunc(list, func(a, b any) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
				}
				return v
			})
		})},
		{"deaf to what follows", richBody, "a body is compared as a whole, and by its bytes when it is no JSON", func(_ *http.Request, body string) (string, error) {
			return strings.TrimSuffix(body, "x"), nil
		}},
		{"deaf to bodies that are no JSON", plainBody, "a body is compared as a whole, and by its bytes when it is no JSON", func(*http.Request, string) (string, error) {
			return plainBody, nil
		}},
		{"deaf to a body where none was", "", "a body is compared as a whole, and by its bytes when it is no JSON", func(*http.Request, string) (string, error) {
			return "", nil
		}},

		{"used up", richBody, "it is the recorded request", func() func(*http.Request, string) (string, error) {
			sent := 0
			// The request as it is comes once: behind all that matters.
			return refuseIf(func(r *http.Request, body string) bool {
				same := r.Method == "POST" && r.URL.String() == richURL && body == richBody && r.Header.Get("Accept") == "application/json" && r.ContentLength > 0
				if same {
					sent++
				}
				return same && sent == 1
			})
		}()},
		{"bytes for values", richBody, "JSON objects have no order, and white space and escapes no meaning", refuseIf(func(_ *http.Request, body string) bool {
			return strings.ContainsAny(body, "\n\\") || strings.HasPrefix(body, `{"é`)
		})},
		{"text for URLs", richBody, "a URL may be escaped in many ways, and the names of its query have no order", refuseIf(func(r *http.Request, _ string) bool {
			return strings.Contains(r.URL.String(), "%64") || strings.HasPrefix(r.URL.RawQuery, "a=z")
		})},
		{"text for hosts", richBody, "the default port, the case of a host, a user and a fragment do not change what is asked for", refuseIf(func(r *http.Request, _ string) bool {
			return r.URL.Port() == "443" || r.URL.User != nil || r.URL.Fragment != "" || r.URL.Host != strings.ToLower(r.URL.Host)
		})},
		{"no ranges", richBody, "whoever takes every media type takes the recorded one", refuseIf(func(r *http.Request, _ string) bool { return r.Header.Get("Accept") == "*/*" })},
		{"deaf to forms", madeUpBody, "what the caller made up keeps its form, and is one value wherever it stands", func(_ *http.Request, body string) (string, error) {
			return strings.NewReplacer(`"mail":"of no form"`, `"mail":"sent-mail-1@example.com"`, `"secret":"c2hvcnQ="`, `"secret":"c2VudC1zZWNyZXQtMQ=="`).Replace(body), nil
		}},
		{"looks at request ids", richBody, "the header says nothing of what is asked for", refuseIf(func(r *http.Request, _ string) bool { return r.Header.Get("X-Request-Id") != "" })},
		{"looks at tokens", richBody, "credentials differ from run to run, and are never recorded", refuseIf(func(r *http.Request, _ string) bool { return r.Header.Get("Authorization") != "" })},
		{"looks at the length", richBody, "how the body is transferred is the transport's business", refuseIf(func(r *http.Request, _ string) bool { return r.ContentLength < 0 })},
		{"keeps made-up values", madeUpBody, "the caller made this value up", refuseIf(func(r *http.Request, body string) bool {
			return strings.Contains(body, "another sent-name-1")
		})},
	} {
		t.Run(tc.name, func(t *testing.T) {
			file := rich(t, tc.body)
			t.Setenv(webhooktest.RecordVar, "")
			err := matchtest.Check(webhooktest.DVelop, file, func() http.RoundTripper {
				return matcherWith{webhooktest.Open(tbtest.New(t.Name()), webhooktest.DVelop, file).Transport, tc.alter}
			})
			require.Error(t, err)
			lines := strings.Split(err.Error(), "\n\t")
			assert.Regexp(t, `rich\.yaml: of \d+ changed requests, \d+ are not matched as they should be:$`, lines[0])
			for _, line := range lines[1:] {
				if !regexp.MustCompile(`^and \d+ more$`).MatchString(line) {
					assert.True(t, strings.HasSuffix(line, "; "+tc.why), line)
				}
			}
			fired[tc.why] = true
		})
	}
	// One line is about the vendor that does not tell answers apart.
	const whatever = "this vendor's answers are not told apart by the media type asked for"
	file := plainTape(t, http.MethodGet, "https://api.devrev.ai/webhooks.test", "application/json", "")
	for _, accept := range []string{"*/*", "", "application/xml"} {
		err := matchtest.Check(webhooktest.DevRev, file, func() http.RoundTripper {
			return matcherWith{webhooktest.Open(tbtest.New(t.Name()), webhooktest.DevRev, file).Transport, refuseIf(func(r *http.Request, _ string) bool {
				return r.Header.Get("Accept") == accept
			})}
		})
		require.ErrorContains(t, err, "; "+whatever, accept)
		require.NotContains(t, err.Error(), "takes the recorded one")
	}
	fired[whatever] = true
	source, err := os.ReadFile("change.go")
	require.NoError(t, err)
	rows := regexp.MustCompile(`\t\{(?:counts|ignored), "([^"]+)", \w+\},`).FindAllSubmatch(source, -1)
	require.Greater(t, len(rows), 20)
	for _, row := range rows {
		assert.True(t, fired[string(row[1])], "no case makes this line fire: %s", row[1])
	}
}

// The report in full, of a matcher that looks at the URL alone.
func TestCheck_report(t *testing.T) {
	const body = `{"id":"a","n":[1]}`
	file := plainTape(t, http.MethodPost, "https://api.devrev.ai/webhooks.test?x=1", "", body)
	t.Setenv(webhooktest.RecordVar, "")
	err := matchtest.Check(webhooktest.DevRev, file, func() http.RoundTripper {
		return matcherWith{webhooktest.Open(tbtest.New(t.Name()), webhooktest.DevRev, file).Transport, func(r *http.Request, _ string) (string, error) {
			r.Method = http.MethodPost
			return body, nil
		}}
	})
	require.Error(t, err)
	got := strings.ReplaceAll(err.Error(), filepath.ToSlash(filepath.Dir(file)), "testdata")
	assert.Equal(t, strings.TrimSpace(wantReport), got)
}

const wantReport = `
testdata/tape.yaml: of 98 changed requests, 50 are not matched as they should be:
	#0 POST https://api.devrev.ai/webhooks.test is answered, but should not be: with the method GET, with the method HEAD, with the method PUT, with the method PATCH, with the method DELETE, with the method OPTIONS, with the method post; one URL may be read and written
	#0 POST https://api.devrev.ai/webhooks.test is answered, but should not be: with another value at /id of the body, with another value at /n/0 of the body; a value that differs asks for something else
	#0 POST https://api.devrev.ai/webhooks.test is answered, but should not be: with a value of another type at the body, with a value of another type at /id of the body, with a value of another type at /n of the body, with a value of another type at /n/0 of the body; a value of another type is refused by the vendor, or read in another way
	#0 POST https://api.devrev.ai/webhooks.test is answered, but should not be: with other digits at /n/0 of the body; 1 and 1.0 are two values to a strict decoder
	#0 POST https://api.devrev.ai/webhooks.test is answered, but should not be: with a further member at the body, with a member less at the body, with a member twice at the body, with a member renamed at the body; each member is documented to mean something
	#0 POST https://api.devrev.ai/webhooks.test is answered, but should not be: with a further entry at /n of the body, with an entry less at /n of the body; the order and the number of entries mean something
	#0 POST https://api.devrev.ai/webhooks.test is answered, but should not be: with something behind the body, without its body, with a byte order mark, with a second value behind the body, without the last byte of the body; a body is compared as a whole, and by its bytes when it is no JSON
`

// What comes back has to be the recorded answer.
func TestCheck_answers(t *testing.T) {
	file := plainTape(t, http.MethodGet, "https://api.devrev.ai/webhooks.test", "", "")
	for name, tc := range map[string]struct {
		answer *http.Response
		want   string
	}{
		"another body":           {&http.Response{StatusCode: 200, Body: io.NopCloser(strings.NewReader("{ }"))}, "is answered with something else than what was recorded"},
		"another status":         {&http.Response{StatusCode: 404, Body: io.NopCloser(strings.NewReader("{}"))}, "is answered with something else than what was recorded"},
		"a body that breaks off": {&http.Response{StatusCode: 200, Body: io.NopCloser(iotest.ErrReader(io.ErrUnexpectedEOF))}, "is answered with a body that breaks off"},
	} {
		t.Run(name, func(t *testing.T) {
			err := matchtest.Check(webhooktest.DevRev, file, func() http.RoundTripper {
				return roundTrip(func(req *http.Request) (*http.Response, error) {
					if req.Header.Get("User-Agent") != "" {
						return tc.answer, nil
					}
					return nil, errPicky
				})
			})
			require.ErrorContains(t, err, "#0 GET https://api.devrev.ai/webhooks.test "+tc.want+": with another User-Agent; ")
		})
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

func TestCheck_errors(t *testing.T) {
	dir := t.TempDir()
	broken := filepath.Join(dir, "broken.yaml")
	require.NoError(t, os.WriteFile(broken, []byte("version: 2\ninteractions: []\n"), 0o600))
	assert.EqualError(t, matchtest.Check(webhooktest.Provider{}, broken, nil), "the zero Provider names no vendor; use webhooktest.DevRev or webhooktest.DVelop")
	assert.EqualError(t, matchtest.Check(webhooktest.DevRev, broken, nil), broken+": the cassette holds no interactions; record it again")
	assert.ErrorIs(t, matchtest.Check(webhooktest.DevRev, filepath.Join(dir, "none.yaml"), nil), os.ErrNotExist)
}

// silentTransport answers with neither an answer nor an error.
type silentTransport struct{}

func (silentTransport) RoundTrip(*http.Request) (*http.Response, error) { return nil, nil }

// bodiless answers without a body, which net/http's transport never does.
type bodiless struct{}

func (bodiless) RoundTrip(*http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: 200}, nil
}

func TestCheck_mistakes(t *testing.T) {
	for _, test := range []struct {
		name   string
		p      webhooktest.Provider
		file   string
		replay func() http.RoundTripper
		want   string
	}{
		{"DevRev with a cassette of d.velop", webhooktest.DevRev, "dvelop/GetWebHook/200-json.yaml", nil, " was recorded with dvelop, not with devrev"},
		{"d.velop with a cassette of DevRev", webhooktest.DVelop, "devrev/webhooks.get/200.yaml", nil, " was recorded with devrev, not with dvelop"},
		{"no transport", webhooktest.DevRev, "devrev/webhooks.get/200.yaml", func() http.RoundTripper { return nil }, ": replay returned nil; expected a transport"},
		{"a nil transport", webhooktest.DevRev, "devrev/webhooks.get/200.yaml", func() http.RoundTripper { return (*silentTransport)(nil) }, ": replay returned a *matchtest_test.silentTransport that is nil; expected a transport"},
		{"neither answer nor error", webhooktest.DevRev, "devrev/webhooks.get/200.yaml", func() http.RoundTripper { return silentTransport{} }, ": the matchtest_test.silentTransport that replay returned gave neither an answer nor an error; expected one of the two"},
		{"no body", webhooktest.DevRev, "devrev/webhooks.get/200.yaml", func() http.RoundTripper { return bodiless{} }, "is answered, but should not be"},
	} {
		t.Run(test.name, func(t *testing.T) {
			file := filepath.Join("..", "..", "cassettes", filepath.FromSlash(test.file))
			err := matchtest.Check(test.p, file, test.replay)
			require.Error(t, err)
			assert.Contains(t, err.Error(), file)
			assert.Contains(t, err.Error(), test.want)
		})
	}
}

// An option has no effect on Check, whichever it is.
func TestCheck_options(t *testing.T) {
	file := filepath.Join("..", "..", "cassettes", "devrev", "webhooks.get", "200.yaml")
	for _, option := range []webhooktest.Option{webhooktest.AllowUnused(), webhooktest.OnNews(func(webhooktest.Problem) {}), webhooktest.Keep(), nil} {
		err := matchtest.Check(webhooktest.DevRev.With(option), file, nil)
		assert.EqualError(t, err, "an option of DevRev has no effect on matchtest.Check, which compares requests only; leave it out there")
	}
	assert.NoError(t, matchtest.Check(webhooktest.DevRev.With(), file, nil))
}

// checkFlow checks a cassette with one POST for each body and one GET for each URL.
func checkFlow(t *testing.T, bodies, urls []string) error {
	t.Helper()
	var all []*govcr.Interaction
	for i, body := range bodies {
		all = append(all, &govcr.Interaction{
			Request:  govcr.Request{Method: "POST", URL: "https://api.devrev.ai/webhooks.test", Body: body},
			Response: govcr.Response{Code: 200, Body: fmt.Sprint(i)},
		})
	}
	for _, target := range urls {
		all = append(all, &govcr.Interaction{Request: govcr.Request{Method: "GET", URL: target}, Response: govcr.Response{Code: 200, Body: target}})
	}
	data, err := cassette.Encode(cassette.Header{Provider: "devrev", Source: cassette.Live}, all)
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "flow.yaml")
	require.NoError(t, os.WriteFile(file, []byte(data), 0o600))
	return matchtest.Check(webhooktest.DevRev, file, nil)
}

// Cassettes in which interactions resemble each other, and odd requests.
func TestCheck_severalInteractions(t *testing.T) {
	const target = "https://api.devrev.ai/webhooks.test"
	assert.NoError(t, checkFlow(t,
		[]string{
			`{"id":"a"}`, `{"id":"ax"}`, `{"id":"a"}`, // polled, and one that a change of the first becomes
			`{"a":1,"a":1}`, `{"a":"\ud800"}`, "", "a=1&b=2", `"text"`, `7`, `null`, `[]`, "\xff\xfe", "\ufeff{}",
			strings.Repeat("[", 2000) + strings.Repeat("]", 2000),
		},
		[]string{target + "?a=1;b=2", target + "?q=100%", target + "?a&b=&=c", target + "?", "http://127.0.0.1:8080/a%2Fb", "https://api.devrev.ai"}))
}

// Of a large body some values are changed, in bounded time.
func TestCheck_largeBody(t *testing.T) {
	assert.NoError(t, checkFlow(t, []string{`[` + strings.Repeat(`true,`, 110) + `{}]`}, nil))
}

// What the caller made up is not compared, and everything beside it is.
func TestCheck_madeUpValues(t *testing.T) {
	for name, bodies := range map[string][]string{
		"every form":           {madeUpBody},
		"one value twice":      {`{"a":"sent-name-1","b":"sent-name-1"}`},
		"one for another":      {`{"a":"fixed"}`, `{"a":"sent-name-1"}`},
		"beside half a letter": {`{"a":"sent-name-1","b":"\ud800"}`},
	} {
		t.Run(name, func(t *testing.T) { assert.NoError(t, checkFlow(t, bodies, nil)) })
	}
	t.Run("one value twice, to a matcher that looks at neither", func(t *testing.T) {
		t.Setenv(webhooktest.RecordVar, "")
		const body = `{"a":"sent-name-1","b":"sent-name-1"}`
		file := ownTape(t, "https://api.devrev.ai/webhooks.test", body)
		err := matchtest.Check(webhooktest.DevRev, file, func() http.RoundTripper {
			return matcherWith{webhooktest.Open(tbtest.New(t.Name()), webhooktest.DevRev, file).Transport, alike(body, func(v any) any {
				return throughout(v, func(v any) any {
					if text, ok := v.(string); ok && text != "" {
						return "text"
					}
					return v
				})
			})}
		})
		assert.ErrorContains(t, err, "is answered, but should not be: with another value than elsewhere at /a of the body, with another value than elsewhere at /b of the body; ")
	})
	for at, change := range map[string][2]string{
		"/secret": {`"c2hvcnQ="`, `"c2VudC1zZWNyZXQtMQ=="`},
		"/url":    {`"url":"/another"`, `"url":"https://example.com/sent-url-1"`},
		"/to":     {`"to":"https://example.org/another"`, `"to":"/sent-url-2"`},
		"/mail":   {`"mail":"of no form"`, `"mail":"sent-mail-1@example.com"`},
		"/name":   {`"name":""`, `"name":"sent-name-1"`},
	} {
		t.Run("to a matcher that looks at no form at "+at, func(t *testing.T) {
			t.Setenv(webhooktest.RecordVar, "")
			file := ownTape(t, "https://api.devrev.ai/webhooks.test", madeUpBody)
			err := matchtest.Check(webhooktest.DevRev, file, func() http.RoundTripper {
				return matcherWith{webhooktest.Open(tbtest.New(t.Name()), webhooktest.DevRev, file).Transport, func(_ *http.Request, body string) (string, error) {
					return strings.Replace(body, change[0], change[1], 1), nil
				}}
			})
			assert.ErrorContains(t, err, "is answered, but should not be: with a value of another form at "+at+" of the body; ")
		})
	}
	const target = "https://api.devrev.ai/webhooks.test/sent-id-1?id=sent-id-2&x=1"
	assert.NoError(t, checkFlow(t, nil, []string{target}))
}
