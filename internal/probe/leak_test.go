package probe

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"

	"example.com/webhookvcr/internal/simulator"
)

// Whatever an answer tells of a secret is seen, in every spelling, at every place,
// whole and in part.
func TestTrial_shows(t *testing.T) {
	numbers := func(format, separator string) func(string) string {
		return func(s string) string {
			var all []string
			for _, b := range []byte(s) {
				all = append(all, fmt.Sprintf(format, b))
			}
			return strings.Join(all, separator)
		}
	}
	spelt := map[string]func(string) string{
		"as it is":          func(s string) string { return s },
		"upper case":        strings.ToUpper,
		"hex":               func(s string) string { return hex.EncodeToString([]byte(s)) },
		"HEX":               func(s string) string { return fmt.Sprintf("%X", s) },
		"hex after a digit": func(s string) string { return "a" + hex.EncodeToString([]byte(s)) },
		"pairs":             numbers("%02x", " "),
		"pairs with colons": numbers("%02X", ":"),
		"pairs with 0x":     numbers("0x%02x", ", "),
		"pairs with \\x":    numbers(`\x%02x`, ""),
		"numbers":           func(s string) string { return fmt.Sprint([]byte(s)) },
		"numbers of JSON":   numbers("%d", ","),
		"octal":             numbers(`\%03o`, ""),
		"escaped":           numbers(`\u%04x`, ""),
		"percent":           numbers("%%%02X", ""),
		"base64":            func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) },
		"base64, no =":      func(s string) string { return base64.RawStdEncoding.EncodeToString([]byte(s)) },
		"base64 of URLs":    func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) },
		"base64, shifted":   func(s string) string { return base64.StdEncoding.EncodeToString([]byte("a" + s)) },
		"base64 in lines": func(s string) string {
			b := base64.StdEncoding.EncodeToString([]byte(s))
			return b[:7] + "\r\n" + b[7:]
		},
		"base64 in a word":  func(s string) string { return "xy" + base64.RawStdEncoding.EncodeToString([]byte(s)) },
		"percent-encoded":   url.QueryEscape,
		"quoted":            strconv.Quote,
		"quoted in ASCII":   strconv.QuoteToASCII,
		"JSON":              func(s string) string { b, _ := json.Marshal(s); return string(b) },
		"JSON of base64":    func(s string) string { b, _ := json.Marshal([]byte(s)); return string(b) },
		"part":              func(s string) string { return s[:min(len(s), leakLetters)] + "…" },
		"end":               func(s string) string { return "…" + s[max(0, len(s)-leakLetters):] },
		"a part in hex":     func(s string) string { return hex.EncodeToString([]byte(s[max(0, len(s)-leakLetters):])) },
		"a part as numbers": func(s string) string { return fmt.Sprint([]byte(s[:min(len(s), leakLetters)])) },
	}
	places := map[string]func(string) simulator.Attempt{
		"body": func(s string) simulator.Attempt { return simulator.Attempt{Body: []byte("expected " + s + "!")} },
		"beside the challenge": func(s string) simulator.Attempt {
			return simulator.Attempt{Status: 200, Body: []byte(`{"challenge":"Y2hhbGxlbmdl","debug":["` + s + `"]}`)}
		},
		"header": func(s string) simulator.Attempt {
			return simulator.Attempt{Header: http.Header{"X-Debug": {"a", "key=" + s}}}
		},
		"name": func(s string) simulator.Attempt { return simulator.Attempt{Header: http.Header{"X-" + s: {""}}} },
	}
	sum := sha256.Sum256([]byte("what was signed"))
	digest := string(sum[:])
	cells := 0
	for _, secret := range []string{"d2ViaG9va3Rlc3QtbWFkZS11cA==", "uz0FNGcNl28NzMyfHZdzWm6XtOuZgY5O", "plain-key-77", "+/+/Zm9vYmE=", "a\"b\\c%d+e/f=g'h<i>é"} {
		trial := &Trial{Config: Config{Secret: secret}}
		key, err := base64.StdEncoding.DecodeString(secret)
		values := []string{secret}
		if err == nil {
			values = append(values, string(key))
		}
		for _, signature := range []string{base64.StdEncoding.EncodeToString([]byte(digest)), hex.EncodeToString([]byte(digest))} {
			for _, value := range append(slices.Clip(values), signature, digest) {
				for spelling, spell := range spelt {
					if !utf8.ValidString(value) && (spelling == "upper case" || spelling == "JSON") {
						continue // they are of texts, not of bytes
					}
					for place, answer := range places {
						cells++
						assert.True(t, trial.shows(answer(spell(value)), signature), "%q, %s, %s", value, spelling, place)
					}
				}
			}
		}
		for _, ours := range []string{"", "signature", "unauthorized: no such webhook", `{"error":"the signature is wrong"}`, `{"challenge":"Y2hhbGxlbmdlLW9uZQ=="}`, "expected 44 letters, got d2Vi", `{"trace":"4bf92f3577b34da6a3ce929d0e0e4736"}`, strings.Repeat("\xff\x00", 100)} {
			assert.False(t, trial.shows(simulator.Attempt{Body: []byte(ours), Header: http.Header{"Content-Type": {"text/plain"}, "Date": {"Sun, 29 Nov 2026 01:00:00 GMT"}}}, hex.EncodeToString([]byte(digest))), ours)
		}
	}
	t.Logf("%d spellings seen", cells)
}
