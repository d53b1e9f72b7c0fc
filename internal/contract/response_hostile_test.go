package contract_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/webhookvcr/internal/contract"
	"example.com/webhookvcr/internal/provider"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestCheckBody_hostile(t *testing.T) {
	size := func(number string) string {
		return strings.Replace(vendor200, `"size":0`, `"size":`+number, 1)
	}
	tests := []struct {
		name, body, want string
	}{
		{"huge exponent", size("1e3000000"), "violation max-exponent /webhook/created_by/display_picture/file/size"},
		{"tiny exponent", size("1E-00001"), "violation max-exponent /webhook/created_by/display_picture/file/size"},
		{"large exponent", size("1e9999"), "violation maximum /webhook/created_by/display_picture/file/size"},
		{"small exponent", size("1e-9999"), "violation type /webhook/created_by/display_picture/file/size"},
		{"long number", size(strings.Repeat("9", 101)), "violation max-digits /webhook/created_by/display_picture/file/size"},
		{"exact number", size("9007199254740993"), "violation maximum /webhook/created_by/display_picture/file/size"},
		{"brackets", strings.Repeat("[", 100_000), "violation max-depth"},
		{"closed brackets", strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000), "violation max-depth"},
		{"nested", strings.Repeat(`{"a":`, 600) + "1" + strings.Repeat("}", 600), "violation max-depth"},
		{"bad UTF-8", "{\n\"a\": \"\xff\"}", "violation utf-8"},
		{"byte order mark", "\ufeff{}", "violation byte-order-mark"},
		{"too large", strings.Repeat(" ", 11<<20) + "{}", "violation max-bytes"},
		{"too long a string", `{"a":"` + strings.Repeat("a", 11<<20) + `"}`, "violation max-bytes"},
		{"empty", "", "rule body"},
		{"white space", " \n\t", "rule body"},
		{"breaks off", `{"webhook":`, "violation json"},
		{"trailing data", "{}\n x", "violation trailing"},
		{"two documents", "{}{}", "violation trailing"},
		{"comma", `{"a":1,}`, "violation json"},
		{"null", `null`, "violation type"},
		{"text", `"hunter2"`, "violation type"},
		{"many values", `{"webhook":[` + strings.Repeat("0,", 200_000) + `0]}`, "violation max-values /webhook/199998"},
		{"long name", `{"` + strings.Repeat("a", 257) + `":1}`, "violation max-name"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			start := time.Now()
			got, err := contract.CheckBody(&provider.DevRev, "webhooks.get", 200, "application/json", []byte(tt.body), false)
			require.NoError(t, err)
			require.NotEmpty(t, got)
			assert.Equal(t, []string{tt.want}, summary(got))
			assert.True(t, got[0].Fails())
			assert.Less(t, time.Since(start), 10*time.Second)
			contract.ResponseClasses(&provider.DevRev, devrevRequest(t, "webhooks.get", tt.body), answer(200, "", tt.body))("/webhook")
		})
	}
}

// A body that is wrong in each of very many places costs a moment and a bounded
// report.
func TestCheckBody_manyProblems(t *testing.T) {
	name := strings.Repeat("n", 250)
	var object strings.Builder
	for i := range 5_000 {
		fmt.Fprintf(&object, `"%s%d":1,"%s%d":1,`, name[:200], i, name[:200], i)
	}
	for _, body := range []string{
		`{"webhook":{"event_types":[` + strings.Repeat("0,", 50_000) + `0]}}`,
		`{` + object.String() + `"webhook":{}}`,
	} {
		start := time.Now()
		got, err := contract.CheckBody(&provider.DevRev, "webhooks.get", 200, "application/json", []byte(body), false)
		require.NoError(t, err)
		require.Len(t, got, 201)
		assert.Equal(t, "more", got[200].Keyword)
		assert.True(t, got[200].Fails())
		assert.Less(t, time.Since(start), 30*time.Second)
	}
	// As many as are told are all told: here three members are missing too.
	got, err := contract.CheckBody(&provider.DevRev, "webhooks.get", 200, "application/json", []byte(`{"webhook":{"id":"a","event_types":[`+strings.Repeat("0,", 196)+`0]}}`), false)
	require.NoError(t, err)
	require.Equal(t, 200, len(got))
	assert.NotEqual(t, "more", got[199].Keyword)
}

// No string of a body gets into a message, wherever it stands.
func TestMessagesHoldNoSecrets(t *testing.T) {
	const secret = "hunter2-S3cr3t"
	quoted := `"` + secret + `"`
	bodies := map[string]string{}
	var replace func(prefix string, v any, set func(any), root any)
	replace = func(at string, v any, set func(any), root any) {
		for _, value := range []any{secret, map[string]any{"a": secret}, []any{secret}} {
			set(value)
			b, err := json.Marshal(root)
			require.NoError(t, err)
			bodies[fmt.Sprintf("%s %T", at, value)] = string(b)
		}
		set(v)
		switch v := v.(type) {
		case map[string]any:
			for name, member := range v {
				replace(at+"/"+name, member, func(x any) { v[name] = x }, root)
			}
		case []any:
			for i, item := range v {
				replace(fmt.Sprint(at, "/", i), item, func(x any) { v[i] = x }, root)
			}
		}
	}
	var root map[string]any
	require.NoError(t, json.Unmarshal([]byte(vendor200), &root))
	replace("", root["webhook"], func(x any) { root["webhook"] = x }, root)
	for status := range vendorErrors {
		for i, body := range []string{quoted, `{"type":` + quoted + `}`, `{"type":"bad_request","message":[` + quoted + `],"retry_after":` + quoted + `}`, `{"` + `type":"` + secret, secret} {
			got, err := contract.CheckBody(&provider.DevRev, "webhooks.get", status, "application/json", []byte(body), false)
			require.NoError(t, err)
			assert.NotEmpty(t, got, "%d %d", status, i)
			assert.NotContains(t, fmt.Sprintf("%#v", got), "hunter", "%d %d", status, i)
		}
	}
	for name, body := range bodies {
		got, err := contract.CheckBody(&provider.DevRev, "webhooks.get", 200, "application/json", []byte(body), false)
		require.NoError(t, err)
		assert.NotContains(t, fmt.Sprintf("%#v", got), "hunter", name)
	}
	bad := contract.Response{Status: 429, Header: header("Content-Type", secret, "Retry-After", secret, "Location", secret), Body: []byte(`{}`)}
	request := contract.Request{Method: "POST", URL: parseURL(t, "https://api.devrev.ai/webhooks.get?q="+secret+"&%zz"), Header: header("Content-Type", secret, "Authorization", secret), Body: []byte(quoted)}
	all := append(contract.CheckResponse(&provider.DevRev, request, bad, false), contract.CheckRequest(&provider.DevRev, request)...)
	assert.NotContains(t, fmt.Sprintf("%#v", all), "hunter")
}

func TestConcurrentUse(t *testing.T) {
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for _, d := range provider.All() {
				assert.NoError(t, contract.Compile(d))
			}
			got, err := contract.CheckBody(&provider.DevRev, "webhooks.get", 200, "", []byte(vendor200), false)
			assert.NoError(t, err)
			assert.Empty(t, got)
			assert.True(t, contract.IsWord(&provider.DevRev, "webhook"))
		})
	}
	wg.Wait()
}

// Whatever the body, the checks return, agree with encoding/json on what JSON
// is, and give the same sorted report twice.
func FuzzCheckBody(f *testing.F) {
	for _, seed := range []string{vendor200, minimal, dvelopWebhook, vendorErrors[400], `{"type":"bad_request","errors":42}`, `{"a":1e3000000}`, `[[[`, `{"a":1,"a":2}`,
		"\ufeff{}", "\xff", `{"webhook":{"created_by":{"type":"rev_user","rev_org":[]}}}`, `{"\u0069d":"\ud800"}`, `{"_links":{"a":[[{"href":1}]]}}`, `-0.0`, `{"~1/":{"":0}}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, d := range provider.All() {
			for _, op := range d.Operations {
				for _, response := range op.Responses {
					for _, strict := range []bool{false, true} {
						got, err := contract.CheckBody(d, op.Name, response.Status, "application/json", body, strict)
						require.NoError(t, err)
						again, _ := contract.CheckBody(d, op.Name, response.Status, "application/json", body, strict)
						require.Equal(t, got, again)
						if response.Schema != "" && !json.Valid(body) {
							require.NotEmpty(t, got)
							require.True(t, got[0].Fails())
						}
						for _, p := range got {
							require.NotEmpty(t, p.Message())
							require.Equal(t, p.Line > 0, p.Column > 0)
						}
					}
				}
			}
		}
		request := devrevRequest(t, "webhooks.update", string(body))
		contract.CheckRequest(&provider.DevRev, request)
		contract.RequestClasses(&provider.DevRev, request)("/id")
		contract.CheckResponse(&provider.DevRev, request, answer(404, "application/json", string(body)), false)
		contract.ResponseClasses(&provider.DevRev, request, answer(400, "", string(body)))("/type")
	})
}

func BenchmarkCheckRequest(b *testing.B) {
	r := devrevRequest(b, "webhooks.get", `{"id":"`+provider.DevRevWebhookID+`"}`)
	b.ReportAllocs()
	for b.Loop() {
		if len(contract.CheckRequest(&provider.DevRev, r)) != 0 {
			b.Fatal("problems")
		}
	}
}

func BenchmarkCheckResponse(b *testing.B) {
	r := devrevRequest(b, "webhooks.get", `{"id":"string"}`)
	for status, body := range map[int]string{200: vendor200, 400: vendorErrors[400], 404: vendorErrors[404]} {
		b.Run(fmt.Sprint(status), func(b *testing.B) {
			a := answer(status, "application/json", body)
			b.ReportAllocs()
			for b.Loop() {
				if len(contract.CheckResponse(&provider.DevRev, r, a, false)) != 0 {
					b.Fatal("problems")
				}
			}
		})
	}
	b.Run("200 dvelop", func(b *testing.B) {
		r := dvelopRequest(b, "GET", "/events/postimport/"+provider.DVelopWebhookID, "")
		a := answer(200, "application/hal+json", dvelopWebhook)
		b.ReportAllocs()
		for b.Loop() {
			if len(contract.CheckResponse(&provider.DVelop, r, a, false)) != 0 {
				b.Fatal("problems")
			}
		}
	})
}
