package webhooktest_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/tbtest"
	"example.com/webhookvcr/internal/vcrtest"
	"example.com/webhookvcr/webhooktest"
)

// malformed are values of Content-Type that no reader of media types takes.
var malformed = []string{
	"application/json;;;=", "application/json; charset", "application/json; charset=utf-8; charset=x", "application/json; =utf-8",
	"application json", "/json", "application/json, text/html", ";", `application/json; charset="utf-8`,
}

const wantMalformed = " Content-Type: is malformed: it is no media type with parameters, expected application/json"

// A malformed Content-Type is one problem of a request or an answer, in every
// call, and can be allowed.
func TestContentType_malformed(t *testing.T) {
	const sound = "application/json"
	shipped := vcrtest.ShippedText(t, "devrev/webhooks.get/200.yaml")
	for _, value := range malformed {
		for in, headers := range map[string][2]string{"request": {value, sound}, "answer": {sound, value}} {
			sent, got := headers[0], headers[1]
			_, response, _ := strings.Cut(shipped, "response:")
			require.Contains(t, response, "- application/json")
			text := strings.Replace(shipped, response, strings.Replace(response, "- application/json", "- '"+got+"'", 1), 1)
			req := func() *http.Request {
				req := vcrtest.GetWebhook(t, webhooktest.DevRevWebhookID)
				req.Header.Set("Content-Type", sent)
				return req
			}
			file := vcrtest.WrittenFile(t, text)
			for call, use := range map[string]func(tb testing.TB, p webhooktest.Provider) error{
				"Replay": func(tb testing.TB, p webhooktest.Provider) error {
					fsys := vcrtest.Edited(t, "devrev/webhooks.get/200.yaml", shipped, text)
					vcrtest.Send(t, webhooktest.Replay(tb, p.With(webhooktest.OwnScenarios(fsys)), "webhooks.get/200"), req())
					return nil
				},
				"Open": func(tb testing.TB, p webhooktest.Provider) error {
					vcrtest.Send(t, webhooktest.Open(tb, p, file), req())
					return nil
				},
				"Checked": func(tb testing.TB, p webhooktest.Provider) error {
					inner := webhooktest.Open(tbtest.New(""), p, file).Transport
					vcrtest.Send(t, &http.Client{Transport: webhooktest.Checked(tb, p, inner)}, req())
					return nil
				},
				"Validate": func(tb testing.TB, p webhooktest.Provider) error {
					resp := &http.Response{StatusCode: 200, Request: req(), Header: http.Header{"Content-Type": {got}}, Body: io.NopCloser(strings.NewReader(bodyOf(t)))}
					return webhooktest.Validate(p, resp)
				},
				"ValidateBody": func(tb testing.TB, p webhooktest.Provider) error {
					return webhooktest.ValidateBody(p, "webhooks.get", 200, got, []byte(bodyOf(t)))
				},
			} {
				if in == "request" && strings.HasPrefix(call, "Validate") {
					continue // which are about the answer
				}
				said := func(p webhooktest.Provider) string {
					var err error
					w := tbtest.New(t.Name()).Run(func(tb testing.TB) { err = use(tb, p) })
					return w.Failures() + vcrtest.SaidBy(err)
				}
				got := said(webhooktest.DevRev)
				assert.Contains(t, got, in+wantMalformed, "%s of %q", call, value)
				assert.Equal(t, 1, strings.Count(got, "\n\t"), got)
				assert.Empty(t, said(webhooktest.DevRev.With(webhooktest.AllowProblems("Content-Type"))))
			}
		}
	}
}

// So is that of a message whose body nobody looks at.
func TestContentType_malformedWithoutABody(t *testing.T) {
	get := vcrtest.Scenario(t, webhooktest.DVelop, "GetWebHook/200-json").Request()
	get.Header.Set("Content-Type", malformed[0])
	w := tbtest.New(t.Name()).Run(func(tb testing.TB) {
		vcrtest.Send(t, webhooktest.Replay(tb, webhooktest.DVelop, "GetWebHook/200-json"), get)
	})
	assert.Contains(t, w.Failures(), "request Content-Type: is malformed")

	req, err := http.NewRequest(http.MethodDelete, get.URL.String(), nil)
	require.NoError(t, err)
	err = webhooktest.Validate(webhooktest.DVelop, &http.Response{StatusCode: 204, Request: req, Header: http.Header{"Content-Type": {malformed[0]}}, Body: http.NoBody})
	assert.ErrorContains(t, err, "answer Content-Type: is malformed")
}

// bodyOf is the body of the shipped webhook.
func bodyOf(t *testing.T) string {
	t.Helper()
	_, body := vcrtest.Send(t, webhooktest.Replay(t, webhooktest.DevRev, "webhooks.get/200"), vcrtest.GetWebhook(t, webhooktest.DevRevWebhookID))
	return body
}
