package lint

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"encoding/base64"
	"encoding/hex"
	"io"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"example.com/webhookvcr/internal/secret"
)

// minRun is the shortest run of base64 or hex that is decoded: shorter ones are words.
const minRun = 16

// encoded looks at what stands in a text as base64, hex or percent escapes.
func (s *search) encoded(text string) {
	if _, data, ok := strings.Cut(text, ";base64,"); ok && strings.HasPrefix(text, "data:") {
		text = data
	}
	for i := 0; i < len(text); {
		if !base64Byte(text[i]) {
			i++
			continue
		}
		s.seek(i)
		lines, end := runs(text, i)
		i = end
		if len(lines) > 1 && s.base64(strings.Join(lines, "")) {
			continue
		}
		for _, run := range lines {
			if len(run) >= minRun && !s.hex(run) {
				s.base64(run)
			}
		}
	}
	if strings.Contains(text, "%") {
		if t, err := url.PathUnescape(text); err == nil && t != text {
			s.deeper("percent escapes", len(t), func() { s.scanNamed("", t) })
		}
	}
}

// minLine is the shortest line at whose end base64 is broken: MIME, PEM and the APIs
// that wrap their contents take 60 to 76.
const minLine = 40

// runs are the lines of base64 that begin at a place, one unless it is broken over
// several, and the place behind them and their padding.
func runs(text string, at int) (lines []string, end int) {
	for {
		start := at
		for at < len(text) && base64Byte(text[at]) {
			at++
		}
		line := text[start:at]
		lines = append(lines, line)
		rest := strings.TrimPrefix(text[at:], "\r")
		if len(line) < minLine || len(line)%4 != 0 || !strings.HasPrefix(rest, "\n") || len(rest) < 2 || !base64Byte(rest[1]) {
			break
		}
		at = len(text) - len(rest) + 1
	}
	for at < len(text) && text[at] == '=' {
		at++
	}
	return lines, at
}

func (s *search) hex(run string) bool {
	b, err := hex.DecodeString(run)
	return err == nil && s.decodedTo(b, "hex")
}

func base64Byte(c byte) bool {
	return c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '+' || c == '/' || c == '-' || c == '_'
}

func (s *search) base64(run string) bool {
	e := base64.RawStdEncoding
	if strings.ContainsAny(run, "-_") {
		e = base64.RawURLEncoding
	}
	b, err := e.DecodeString(run)
	return err == nil && s.decodedTo(b, "base64")
}

// decodedTo looks at decoded bytes, if they are text or compressed.
func (s *search) decodedTo(b []byte, form string) bool {
	text := string(b)
	switch {
	case isGzip(text) || isZlib(text):
		s.deeper(form, len(b), func() { s.compressed(text) })
		return true
	case !printable(text):
		return false
	}
	s.deeper(form, len(b), func() {
		if s.json(text, "") {
			return
		}
		if strings.Contains(text, "=") && !strings.ContainsAny(text, " \n<") {
			s.query(text, "form")
		}
		s.lines(text)
		if user, password, ok := strings.Cut(text, ":"); ok && !strings.ContainsAny(text, " \n/{\"") && !number.MatchString(user) && !s.identifies() {
			s.assigned("password", password)
		}
	})
	return true
}

// identifies says whether the nearest name around the present text is that of an
// id: what is encoded there as a pair is no user with a password.
func (s *search) identifies() bool {
	for _, step := range slices.Backward(s.path) {
		if step.kind == stepMember || step.kind == stepNamed {
			return secret.Identifies(step.name)
		}
	}
	return false
}

// deeper looks through what an encoding holds, unless there are too many or too much
// came out of them already.
func (s *search) deeper(form string, size int, look func()) {
	s.decoded += size
	switch {
	case s.undone >= maxUndone:
		s.found(ruleUnsearched, "holds encodings more than %d deep; what lies deeper was not searched", maxUndone)
		return
	case s.decoded > maxDecoded:
		s.found(ruleUnsearched, "unfolds to more than %d bytes; the rest was not searched", maxDecoded)
		return
	}
	s.undone++
	s.in(stepEncoding, form, func() { s.decoding(look) })
	s.undone--
}

func isGzip(s string) bool { return strings.HasPrefix(s, "\x1f\x8b\x08") }

func isZlib(s string) bool {
	return len(s) > 6 && s[0] == 0x78 && (int(s[0])<<8|int(s[1]))%31 == 0 && !printable(s)
}

// compressed looks through gzip and zlib data, and says whether that is what it
// is. Data that is cut off is searched as far as it goes.
func (s *search) compressed(data string) bool {
	var r io.Reader
	var err error
	form := "gzip"
	switch {
	case isGzip(data):
		r, err = gzip.NewReader(strings.NewReader(data))
	case isZlib(data):
		form = "deflate"
		r, err = zlib.NewReader(strings.NewReader(data))
	default:
		return false
	}
	if err != nil {
		return false
	}
	var out bytes.Buffer
	n, _ := io.Copy(&out, io.LimitReader(r, min(maxUnzipped, int64(maxDecoded-s.decoded)+1)))
	if n >= maxUnzipped || s.decoded+int(n) > maxDecoded {
		s.found(ruleUnsearched, "unfolds to more than %d bytes; the rest was not searched", n)
	}
	if n == 0 {
		return false
	}
	s.deeper(form, int(n), func() { s.body(out.String(), "") })
	return true
}

// printable says whether bytes are a text that somebody wrote.
func printable(s string) bool {
	if s == "" || !utf8.ValidString(s) {
		return false
	}
	for _, r := range s {
		if r == unicode.ReplacementChar || !unicode.IsPrint(r) && r != '\n' && r != '\r' && r != '\t' {
			return false
		}
	}
	return true
}
