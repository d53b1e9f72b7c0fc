package probe

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/webhookvcr/internal/simulator"
)

// Whatever an answer tells of a secret is seen, in every spelling, at every place.
func TestTrial_shows(t *testing.T) {
	spelt := map[string]func(string) string{
		"as it is":        func(s string) string { return s },
		"upper case":      strings.ToUpper,
		"hex":             func(s string) string { return hex.EncodeToString([]byte(s)) },
		"HEX":             func(s string) string { return fmt.Sprintf("%X", s) },
		"base64":          func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) },
		"base64, no =":    func(s string) string { return base64.RawStdEncoding.EncodeToString([]byte(s)) },
		"base64 of URLs":  func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) },
		"percent-encoded": url.QueryEscape,
		"quoted":          strconv.Quote,
		"bytes":           func(s string) string { return fmt.Sprint([]byte(s)) },
	}
	places := map[string]func(string) simulator.Attempt{
		"body": func(s string) simulator.Attempt { return simulator.Attempt{Body: []byte("expected " + s + "!")} },
		"header": func(s string) simulator.Attempt {
			return simulator.Attempt{Header: http.Header{"X-Debug": {"a", "key=" + s}}}
		},
		"name": func(s string) simulator.Attempt { return simulator.Attempt{Header: http.Header{"X-" + s: {""}}} },
	}
	cells := 0
	for _, secret := range []string{"d2ViaG9va3Rlc3QtbWFkZS11cA==", "uz0FNGcNl28NzMyfHZdzWm6XtOuZgY5O", "plain-key-77", "+/+/Zm9vYmE="} {
		trial := &Trial{Config: Config{Secret: secret}}
		values := []string{secret, "the+right/signature="}
		if key, err := base64.StdEncoding.DecodeString(secret); err == nil {
			values = append(values, string(key))
		}
		for _, value := range values {
			for spelling, spell := range spelt {
				for place, answer := range places {
					cells++
					assert.True(t, trial.shows(answer(spell(value)), "the+right/signature="), "%q, %s, %s", value, spelling, place)
				}
			}
		}
		for _, ours := range []string{"", "signature", "unauthorized: no such webhook", `{"error":"the signature is wrong"}`} {
			assert.False(t, trial.shows(simulator.Attempt{Body: []byte(ours), Header: http.Header{"Content-Type": {"text/plain"}}}), ours)
		}
	}
	t.Logf("%d spellings seen", cells)
}
