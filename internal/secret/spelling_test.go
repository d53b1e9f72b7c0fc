package secret

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Every spelling of every kind of secret is found in every surrounding, and none in
// what probes print themselves.
func TestSpellings(t *testing.T) {
	spelt := map[string]func(string) string{
		"as it is":        func(s string) string { return s },
		"upper case":      strings.ToUpper,
		"lower case":      strings.ToLower,
		"first half":      func(s string) string { return s[:len(s)/2] },
		"second half":     func(s string) string { return s[len(s)/2:] },
		"hex":             func(s string) string { return hex.EncodeToString([]byte(s)) },
		"HEX":             func(s string) string { return fmt.Sprintf("%X", s) },
		"hex in pairs":    func(s string) string { return fmt.Sprintf("% x", s) },
		"base64":          func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) },
		"base64 of URLs":  func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) },
		"percent-encoded": func(s string) string { return url.QueryEscape(s) },
		"all percent":     func(s string) string { return "%" + strings.ReplaceAll(fmt.Sprintf("% x", s), " ", "%") },
		"quoted":          strconv.Quote,
		"split":           func(s string) string { return s[:len(s)/2] + "-" + s[len(s)/2:] },
		"backwards":       func(s string) string { b := []byte(s); slices.Reverse(b); return string(b) },
	}
	around := []string{"%s", "got status 401 %q", `{"error":"bad %s"}`, "x%sx", "ab %s"}
	binary := "\xbb=\x05\x13\x87\x0d\x97\x6f\x0d\xcf\xcc\x9f\x1d\x97\x73\x5a\x6e\x97\xb4\xeb"
	cells := 0
	for _, secret := range []string{"c3VwZXItc2VjcmV0LWtleS0xMjM0NTY=", "MDEyMzQ1Njc4OWFiY2RlZg==", "uz0FNGcNl28NzMyfHZdzWm6XtOuZgY5O", base64.StdEncoding.EncodeToString([]byte(binary)), "plain-key-of-a-webhook-77"} {
		s := NewSpellings("RECEIVER_SECRET", secret)
		values := []string{secret}
		if decoded, err := base64.StdEncoding.DecodeString(secret); err == nil {
			values = append(values, string(decoded))
		}
		for i, value := range values {
			for name, spell := range spelt {
				if i == 1 && strings.Contains(strconv.Quote(value), `\x`) && !strings.Contains(name, "ex") && !strings.Contains(name, "base64") && name != "quoted" {
					continue // bytes that no terminal shows as they are
				}
				for _, frame := range around {
					cells++
					assert.True(t, s.In(fmt.Sprintf(frame, spell(value))), "%s, %s: %s", secret, name, fmt.Sprintf(frame, spell(value)))
				}
			}
		}
		for _, ours := range []string{
			"ok   devrev/S01 (must): a signed, fresh work_created",
			"  sent      curl -i -X POST -H 'Content-Type: application/json' -H 'X-DevRev-Signature: $RECEIVER_SECRET'",
			"got status 401 \"unauthorized\"", "the signature is wrong, Location \"\"",
		} {
			assert.False(t, s.In(ours), ours)
		}
	}
	require.Positive(t, cells)
	t.Logf("%d spellings found", cells)
}
