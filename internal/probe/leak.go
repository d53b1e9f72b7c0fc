package probe

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"example.com/webhookvcr/internal/simulator"
)

// An answer may hold nothing of the secret: neither its text, nor the bytes that it
// encodes, nor the right signature. So it is read in every way in which bytes are
// written, and what comes out may not share this many bytes with them. A text is
// longer than its bytes, and fewer letters of a signature help nobody.
const (
	leakBytes   = 12
	leakLetters = 16
)

// leaks are the parts, in lower case, of what an answer may not hold.
type leaks map[int]map[string]bool // by their length

func (l leaks) add(value string, n int) {
	value = small(value)
	if n = min(n, len(value)); n < 4 {
		return // stands in any text
	}
	if l[n] == nil {
		l[n] = map[string]bool{}
	}
	for i := range len(value) - n + 1 {
		l[n][value[i:i+n]] = true
	}
}

// small is a text with its letters in lower case, and bytes that are no text as they are.
func small(s string) string {
	b := []byte(s)
	for i, c := range b {
		if c >= 'A' && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}

// in reports whether a text holds one of the parts.
func (l leaks) in(text string) bool {
	text = small(text)
	for n, parts := range l {
		for i := range len(text) - n + 1 {
			if parts[text[i:i+n]] {
				return true
			}
		}
	}
	return false
}

// shows reports whether an answer holds the secret, one of the signatures or a part of
// them, in its header, its body, its trailer or an informational answer before it, however
// it is written there.
func (t *Trial) shows(a simulator.Attempt, signatures ...string) bool {
	l := leaks{}
	l.add(t.Secret, leakBytes)
	if key, err := base64.StdEncoding.DecodeString(t.Secret); err == nil {
		l.add(string(key), leakBytes)
	}
	for _, s := range signatures {
		l.add(s, leakLetters)
		if digest, err := hex.DecodeString(s); err == nil {
			l.add(string(digest), leakBytes)
		} else if digest, err := base64.StdEncoding.DecodeString(s); err == nil {
			l.add(string(digest), leakBytes)
		}
	}
	var answer strings.Builder
	answer.Write(a.Body)
	for _, h := range append([]http.Header{a.Header}, a.Beside...) {
		for name, lines := range h {
			fmt.Fprintf(&answer, "\n%s: %s", name, strings.Join(lines, "\n"))
		}
	}
	return slices.ContainsFunc(readings(answer.String()), l.in)
}

var (
	escape  = regexp.MustCompile(`\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|[0-7]{3}|.)`)
	percent = regexp.MustCompile(`%[0-9a-fA-F]{2}`)
	// Pairs of digits and lists of numbers may have anything between them that is
	// neither a letter nor a digit, and 0x or \x before them.
	pairs   = regexp.MustCompile(`(?:(?:0x|\\x)?[0-9a-fA-F]{2}[^0-9a-zA-Z]{0,3}){4,}[0-9a-fA-F]?`)
	numbers = regexp.MustCompile(`(?:\d{1,3}[^0-9a-zA-Z]{1,3}){3,}\d{0,3}`)
	number  = regexp.MustCompile(`\d+`)
	letters = regexp.MustCompile(`[0-9A-Za-z+/]{6,}`)
	digits  = regexp.MustCompile(`[^0-9a-f]`)
)

// readings are a text and what it may stand for: without the escapes of JSON, Go and
// URLs, and each run of hexadecimal digits, of numbers and of base64 as bytes.
func readings(text string) []string {
	plain := []string{
		text,
		escape.ReplaceAllStringFunc(text, func(s string) string { return unescaped(s, utf8.RuneSelf) }),
		escape.ReplaceAllStringFunc(text, func(s string) string { return unescaped(s, 0x100) }),
		percent.ReplaceAllStringFunc(text, func(s string) string { u, _ := url.PathUnescape(s); return u }),
	}
	all := plain
	for _, p := range plain {
		for _, run := range pairs.FindAllString(p, -1) {
			run = strings.NewReplacer("0x", "", `\x`, "").Replace(strings.ToLower(run))
			run = digits.ReplaceAllString(run, "")
			for from := range 2 { // it may begin within a pair
				b, _ := hex.DecodeString(run[from : len(run)-(len(run)-from)%2])
				all = append(all, string(b))
			}
		}
		for _, run := range numbers.FindAllString(p, -1) {
			var b []byte
			for _, n := range number.FindAllString(run, -1) {
				v, _ := strconv.Atoi(n)
				b = append(b, byte(v))
			}
			all = append(all, string(b))
		}
		standard := strings.NewReplacer("-", "+", "_", "/", "\r", "", "\n", "", "\\r", "", "\\n", "").Replace(p)
		all = append(all, standard)
		for _, run := range append(letters.FindAllString(standard, -1), letters.FindAllString(p, -1)...) {
			for from := range min(4, len(run)) { // what stands before it shifts it
				b, _ := base64.RawStdEncoding.DecodeString(run[from : len(run)-(len(run)-from)%4])
				all = append(all, string(b))
				b, _ = base64.RawStdEncoding.DecodeString(run[from:])
				all = append(all, string(b))
			}
		}
	}
	return all
}

// unescaped is what an escape stands for. Characters below the limit are bytes: a \u00ff
// may be either.
func unescaped(s string, limit rune) string {
	if s == `\/` || s == `\'` { // JSON knows the one, and other languages the other
		return s[1:]
	}
	if r, _, _, err := strconv.UnquoteChar(s, '"'); err == nil {
		if s[1] == 'x' || s[1] >= '0' && s[1] <= '7' || r < limit {
			return string([]byte{byte(r)})
		}
		return string(r)
	}
	return s[1:]
}
