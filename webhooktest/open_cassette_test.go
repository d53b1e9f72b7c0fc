package webhooktest_test

import (
	"net/http"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/webhooktest"
	"example.com/webhookvcr/webhooktest/internal/tbtest"
	"example.com/webhookvcr/webhooktest/matchtest"
)

// What a cassette says of itself is known, or an error of whoever reads it.
func TestCassette_whatItSaysOfItself(t *testing.T) {
	const header = "webhooktest: {provider: devrev, scenario: webhooks.get/200, source: simulated}"
	const status, code = "status: 200 OK", "code: 200"
	var names []string
	for _, d := range provider.All() {
		names = append(names, d.Name)
	}
	known := strings.Join(names, " or ")
	shipped := shippedText(t, "devrev/webhooks.get/200.yaml")
	require.Contains(t, shipped, header)
	require.Contains(t, shipped, status)
	for _, test := range []struct {
		was, is string
		want    string // empty: it is read
	}{
		{header, "webhooktest: {provider: devrev, scenario: webhooks.get/200, source: live}", ""},
		{header + "\n", "", ""}, // a plain cassette of go-vcr
		{header, "webhooktest: {provider: devrev, source: tenant}", `the header's source is "tenant"; expected live or simulated`},
		{header, "webhooktest: {provider: devrev, source: Live}", `the header's source is "Live"; expected live or simulated`},
		{header, "webhooktest: {provider: devrev}", `the header's source is ""; expected live or simulated`},
		{header, "webhooktest: {provider: devrew, source: live}", `the header's provider is "devrew"; expected ` + known},
		{header, "webhooktest: {provider: DevRev, source: live}", `the header's provider is "DevRev"; expected ` + known},
		{header, "webhooktest: {source: live}", `the header's provider is ""; expected ` + known},
		{header, "webhooktest: {provider: devrev, source: cmVhbC1zZWNyZXQtMDE}", `the header's source is another text; expected live or simulated`},
		{header, "webhooktest: {}", `the header's provider is ""`},
		{status, "status: \"\"", ""},
		{status, "status: \"200\"", ""},
		{status, "status: 200 Fine by me", ""},
		{status, "status: 404 Not Found", `interaction #0 has a status that does not begin with its code 200`},
		{status, "status: OK", `interaction #0 has a status that does not begin with its code 200`},
		{status, "status: 2000 OK", `interaction #0 has a status that does not begin with its code 200`},
		{status, "status: \" 200 OK\"", `interaction #0 has a status that does not begin with its code 200`},
		{code, "code: 201", `interaction #0 has a status that does not begin with its code 201`},
	} {
		text := strings.Replace(shipped, test.was, test.is, 1)
		require.NotEqual(t, shipped, text)
		file := writtenFile(t, text)
		use := map[string]func() string{
			"Open": func() string {
				return tbtest.New(t.Name()).Run(func(tb testing.TB) {
					webhooktest.Open(tb, webhooktest.DevRev.With(webhooktest.AllowUnused()), file)
				}).Failures()
			},
			"Scenarios": func() string {
				own := webhooktest.OwnScenarios(fstest.MapFS{"devrev/webhooks.get/200.yaml": {Data: []byte(text)}})
				return tbtest.New(t.Name()).Run(func(tb testing.TB) {
					webhooktest.Replay(tb, webhooktest.DevRev.With(own, webhooktest.AllowUnused()), "webhooks.get/200")
				}).Failures()
			},
			"matchtest.Check": func() string {
				err := matchtest.Check(webhooktest.DevRev, file, func() http.RoundTripper {
					return webhooktest.Open(tbtest.New(""), webhooktest.DevRev, shippedFile(t, "devrev/webhooks.get/200.yaml")).Transport
				})
				return saidBy(err)
			},
		}
		for call, said := range use {
			if test.want == "" {
				assert.Empty(t, said(), "%s with %s", call, test.is)
			} else {
				assert.Contains(t, said(), test.want, "%s with %s", call, test.is)
			}
		}
	}
}
