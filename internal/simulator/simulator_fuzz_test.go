package simulator_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/simulator"
)

// hostile are bodies and header values that parsers have stumbled over.
var hostile = []string{
	"", "{}", "[]", "null", "{", `{"id":`, `{"id":"\ud800"}`, "\xff\xfe", "\ufeff{}", `{"id":"a","id":"b"}`, `{"timeout":1e3000000}`,
	`{"url":"u","event_types":["verify"],"secret":""}`, `{"event_types":{"add":[null]}}`, `{"order":["a"]}`, `{"uri":"/a","restrictions":[{}]}`,
	strings.Repeat("[", 20_000), `{"` + strings.Repeat("a", 5000) + `":1}`, "%zz", "*/*;q=,;", "https://[::1", "don:a:b:webhook/c",
}

// FuzzDevRev sends any body, query and headers to every operation: the status is
// a documented one, the body JSON, and nothing panics.
func FuzzDevRev(f *testing.F) {
	for _, s := range hostile {
		f.Add(s, s, s)
	}
	base, token, _ := simulator.Tenant(&provider.DevRev)
	f.Fuzz(func(t *testing.T, body, query, version string) {
		s := &simulator.DevRev{}
		for _, op := range provider.DevRev.Operations {
			for _, form := range op.Forms {
				req := newRequest(t, form.Method, base+form.Path, body)
				req.URL.RawQuery = strings.ReplaceAll(query, " ", "")
				req.Header = http.Header{"Authorization": {token}, "X-Devrev-Version": {version}}
				checkFuzzed(t, s, req, &op)
			}
		}
	})
}

// FuzzDVelop does the same for d.velop, whose headers decide more.
func FuzzDVelop(f *testing.F) {
	for _, s := range hostile {
		f.Add(s, "application/json", "https://acme.d-velop.cloud", "")
		f.Add("{}", s, s, s)
	}
	base, token, env := simulator.Tenant(&provider.DVelop)
	variables := strings.NewReplacer("{repoId}", env["DVELOP_REPOSITORY_ID"], "{id}", env["DVELOP_EVENT_ID"], "{webHookId}", env["DVELOP_WEBHOOK_ID"])
	f.Fuzz(func(t *testing.T, body, accept, origin, cookie string) {
		for _, op := range provider.DVelop.Operations {
			s := &simulator.DVelop{}
			for _, form := range op.Forms {
				req := newRequest(t, form.Method, base+variables.Replace(form.Path), body)
				req.Header = http.Header{"Accept": {accept}, "Origin": {origin}, "Cookie": {"AuthSessionId=" + cookie}}
				checkFuzzed(t, s, req, &op, http.StatusFound)
				req = newRequest(t, form.Method, base+variables.Replace(form.Path), body)
				req.Header = http.Header{"Accept": {accept}, "Origin": {origin}, "Authorization": {"Bearer " + token}}
				checkFuzzed(t, s, req, &op)
			}
		}
	})
}

// checkFuzzed sends the request; a status that the operation does not document
// must be among also.
func checkFuzzed(t *testing.T, h http.Handler, req *http.Request, op *provider.Operation, also ...int) {
	t.Helper()
	resp, err := simulator.Transport(h).RoundTrip(req)
	if err != nil {
		if strings.Contains(err.Error(), "panicked") {
			t.Fatal(err)
		}
		return // a URL that no server could read
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	documented := op.Response(resp.StatusCode) != nil
	for _, status := range also {
		documented = documented || status == resp.StatusCode
	}
	if !documented || resp.StatusCode >= 500 {
		t.Fatalf("%s answers %d: %s", op.Name, resp.StatusCode, body)
	}
	if len(body) > 0 && !json.Valid(body) {
		t.Fatalf("%s answers %d with a body that is not JSON: %q", op.Name, resp.StatusCode, body)
	}
}
