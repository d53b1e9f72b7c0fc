package placeholder

import (
	"encoding/base64"
	"encoding/hex"
	"html"
	"net/url"
	"strings"
	"unicode/utf8"

	"example.com/webhookvcr/internal/jsontext"
)

// The spellings of a value that the search knows.
const (
	rawForm     = "raw"
	percentForm = "percent-encoded"
	jsonForm    = "JSON-escaped"
	htmlForm    = "HTML-escaped"
	hexForm     = "hex"
	base64Form  = "base64"
)

// spellings are the ways in which a value is written inside a text, and those in
// which its replacement is then written there: the same, unless another reads as
// well. Those from encoded on stand anywhere, inside words as well.
var spellings = []struct {
	form        string
	write, with func(string) string
}{
	{rawForm, asIs, asIs},
	{percentForm, url.QueryEscape, url.QueryEscape},
	{percentForm, func(s string) string { return lowerEscapes(url.QueryEscape(s)) }, url.QueryEscape},
	{percentForm, url.PathEscape, url.PathEscape},
	{percentForm, func(s string) string { return lowerEscapes(url.PathEscape(s)) }, url.PathEscape},
	{jsonForm, escapeJSON, asIs},
	{jsonForm, escapeSlashes, escapeSlashes},
	encoded: {hexForm, hexLower, hexLower},
	{base64Form, base64Whole, base64Whole},
	bare: {base64Form, base64Bare, base64Bare},
	{base64Form, base64Core(0), base64Core(0)},
	{base64Form, base64Core(1), base64Core(1)},
	{base64Form, base64Core(2), base64Core(2)},
	urlAlphabet: {base64Form, inURLAlphabet(base64Whole), inURLAlphabet(base64Whole)},
	{base64Form, inURLAlphabet(base64Bare), inURLAlphabet(base64Bare)},
	{base64Form, inURLAlphabet(base64Core(0)), inURLAlphabet(base64Core(0))},
	{base64Form, inURLAlphabet(base64Core(1)), inURLAlphabet(base64Core(1))},
	{base64Form, inURLAlphabet(base64Core(2)), inURLAlphabet(base64Core(2))},
}

// Places in spellings.
const (
	encoded     = 7 // hex
	bare        = 9
	urlAlphabet = 13
)

func asIs(s string) string { return s }

func escapeJSON(s string) string {
	quoted := jsontext.Quote(s)
	return quoted[1 : len(quoted)-1]
}

func escapeSlashes(s string) string { return strings.ReplaceAll(s, "/", `\/`) }

// lowerEscapes writes the digits of percent escapes in lower case.
func lowerEscapes(s string) string {
	if !strings.Contains(s, "%") {
		return s
	}
	b := []byte(s)
	for i := 0; i+2 < len(b); i++ {
		if b[i] == '%' {
			copy(b[i+1:i+3], strings.ToLower(string(b[i+1:i+3])))
		}
	}
	return string(b)
}

func hexLower(s string) string { return hex.EncodeToString([]byte(s)) }

// minCore is the shortest piece of base64 that is searched for; shorter ones occur by chance.
const minCore = 8

func base64Whole(value string) string { return base64.StdEncoding.EncodeToString([]byte(value)) }

func base64Bare(value string) string { return base64.RawStdEncoding.EncodeToString([]byte(value)) }

// base64Core writes the part of a longer encoded text that does not depend on
// what stands around the value, which begins at one of three places.
func base64Core(shift int) func(string) string {
	return func(value string) string {
		text := base64Whole("\x00\x00"[:shift] + value)
		first := (8*shift + 5) / 6
		last := 8 * (shift + len(value)) / 6
		if first >= last {
			return ""
		}
		return text[first:last]
	}
}

var toURLAlphabet = strings.NewReplacer("+", "-", "/", "_")

// inURLAlphabet writes base64 as URLs and file names hold it.
func inURLAlphabet(write func(string) string) func(string) string {
	return func(value string) string { return toURLAlphabet.Replace(write(value)) }
}

// layer is a text as it reads after one kind of escape is undone.
type layer struct {
	form string
	text string
	at   []int // the place in the original of each byte; nil for the original
}

func (l *layer) offset(i int) int {
	if l.at == nil {
		return i
	}
	return l.at[i]
}

// layers returns the data as it stands, and as it reads once its JSON, percent
// or HTML escapes are undone. That finds a value however many of its characters
// are escaped.
func layers(data string) []layer {
	all := []layer{{form: rawForm, text: data}}
	for _, d := range []struct {
		form  string
		mark  byte
		after func(string) (string, int)
	}{
		{jsonForm, '\\', jsonEscape},
		{percentForm, '%', percentEscape},
		{htmlForm, '&', htmlEscape},
	} {
		if l, ok := undo(data, d.mark, d.after); ok {
			l.form = d.form
			all = append(all, l)
		}
	}
	return all
}

// undo decodes each escape that decode recognises; decode returns what an escape
// at the start of a text stands for, and its length, or 0.
func undo(data string, mark byte, decode func(string) (string, int)) (layer, bool) {
	if strings.IndexByte(data, mark) < 0 {
		return layer{}, false
	}
	l := layer{at: make([]int, 0, len(data))}
	var b strings.Builder
	for i := 0; i < len(data); {
		text, n := data[i:i+1], 1
		if data[i] == mark {
			if t, m := decode(data[i:]); m > 0 {
				text, n = t, m
			}
		}
		b.WriteString(text)
		for range len(text) {
			l.at = append(l.at, i)
		}
		i += n
	}
	l.text = b.String()
	return l, l.text != data
}

func jsonEscape(s string) (string, int) {
	r, size := jsontext.DecodeEscape(s)
	return string(r), size
}

func percentEscape(s string) (string, int) {
	text, err := url.PathUnescape(s[:min(len(s), 3)])
	if err != nil {
		return "", 0
	}
	return text, 3
}

// maxEntity is longer than any character reference that stands for a letter.
const maxEntity = 12

func htmlEscape(s string) (string, int) {
	end := strings.IndexByte(s[:min(len(s), maxEntity)], ';')
	if end < 0 {
		return "", 0
	}
	text := html.UnescapeString(s[:end+1])
	if text == s[:end+1] || !utf8.ValidString(text) {
		return "", 0
	}
	return text, end + 1
}
