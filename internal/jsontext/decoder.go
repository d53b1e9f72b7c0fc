package jsontext

import (
	"bytes"
	"encoding/json"
	"strings"
	"unicode/utf8"
)

// Kind is the kind of a token or of a value.
type Kind byte

// The kinds are the bytes that tokens begin with; a number has one for all.
const (
	Null        Kind = 'n'
	False       Kind = 'f'
	True        Kind = 't'
	String      Kind = '"'
	Number      Kind = '0'
	BeginObject Kind = '{'
	EndObject   Kind = '}'
	BeginArray  Kind = '['
	EndArray    Kind = ']'
)

// End returns the kind of the bracket that closes an object or an array.
func (k Kind) End() Kind { return k + 2 } // both stand two behind, in ASCII

// Token is a string, a number, a literal, or a bracket.
type Token struct{ raw string }

// Kind returns the kind of the token; it is 0 for the end of the text.
func (t Token) Kind() Kind {
	if t.raw == "" {
		return 0
	}
	return kindOf(t.raw[0])
}

func kindOf(c byte) Kind {
	if c == '-' || '0' <= c && c <= '9' {
		return Number
	}
	return Kind(c)
}

// Raw returns the token as it is written.
func (t Token) Raw() string { return t.raw }

// String returns what a string holds, with encoding/json's replacement for bytes
// and escapes that are no characters. Other tokens are as they are written.
func (t Token) String() string {
	if t.Kind() != String {
		return t.raw
	}
	inner := t.raw[1 : len(t.raw)-1]
	if strings.IndexByte(inner, '\\') < 0 && utf8.ValidString(inner) {
		return inner
	}
	var s string
	_ = json.Unmarshal([]byte(t.raw), &s) // it is a valid string
	return s
}

// Decoder reads the tokens of a text that encoding/json accepts, and takes its
// commas and colons for white space: they stand where they must.
type Decoder struct {
	text string
	pos  int
}

// NewDecoder returns a decoder of a text that is known to be valid JSON.
func NewDecoder(text string) *Decoder { return &Decoder{text: text} }

// PeekKind goes to the next token and returns its kind; it is 0 at the end of the text.
func (d *Decoder) PeekKind() Kind {
	for ; d.pos < len(d.text); d.pos++ {
		switch c := d.text[d.pos]; c {
		case ' ', '\t', '\r', '\n', ',', ':':
		default:
			return kindOf(c)
		}
	}
	return 0
}

// InputOffset returns how many bytes are read: where the last token ends, or
// the next one begins after a call of PeekKind.
func (d *Decoder) InputOffset() int { return d.pos }

// ReadToken returns the next token.
func (d *Decoder) ReadToken() Token {
	kind, start := d.PeekKind(), d.pos
	switch kind {
	case 0:
		return Token{}
	case String:
		for d.pos++; d.text[d.pos] != '"'; d.pos++ {
			if d.text[d.pos] == '\\' {
				d.pos++
			}
		}
		d.pos++
	case BeginObject, EndObject, BeginArray, EndArray:
		d.pos++
	default:
		for d.pos < len(d.text) && strings.IndexByte(" \t\r\n,:]}", d.text[d.pos]) < 0 {
			d.pos++
		}
	}
	return Token{d.text[start:d.pos]}
}

// Quote returns a string as a token, without the escapes that only HTML needs.
func Quote(s string) string {
	if isPlain(s) {
		return `"` + s + `"`
	}
	return string(AppendQuote(nil, s))
}

// AppendQuote appends what Quote returns.
func AppendQuote(out []byte, s string) []byte {
	if isPlain(s) {
		return append(append(append(out, '"'), s...), '"')
	}
	b := bytes.NewBuffer(out)
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	_ = e.Encode(s) // a string never fails
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// isPlain reports whether a text reads the same inside a token as by itself.
// Nearly every text does, and encoding/json asked for each would take most of the
// time of a recording.
func isPlain(s string) bool {
	for i := range len(s) {
		if !isPlainByte(s[i]) {
			return false
		}
	}
	return true
}

// isPlainByte reports whether a byte is a character, inside of a string and out.
func isPlainByte(c byte) bool { return ' ' <= c && c <= '~' && c != '"' && c != '\\' }
