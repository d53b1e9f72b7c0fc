package main

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// find says in which spelling a text holds a value; empty when in none.
func find(text, value string) string {
	folded := strings.ToLower(text)
	quoted, _ := json.Marshal(value)
	for form, spelt := range map[string]string{
		"as it is":        value,
		"percent-encoded": url.QueryEscape(value),
		"path-encoded":    url.PathEscape(value),
		"JSON-escaped":    strings.Trim(string(quoted), `"`),
		"slash-escaped":   strings.ReplaceAll(value, "/", `\/`),
		"in hex":          hex.EncodeToString([]byte(value)),
	} {
		if strings.Contains(folded, strings.ToLower(spelt)) {
			return form
		}
	}
	for _, encoding := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		for shift := range 3 {
			coded := encoding.EncodeToString(append(make([]byte, shift), value...))
			// The letters at both ends hold bits of what stands around the value.
			if from := []int{0, 2, 3}[shift]; strings.Contains(text, coded[from:len(coded)-1]) {
				return "in base64"
			}
		}
	}
	return ""
}

func TestFind(t *testing.T) {
	const value = "s3cret/and+more"
	for _, text := range []string{
		value, strings.ToUpper(value), url.QueryEscape(value), url.PathEscape(value), `s3cret\/and+more`,
		hex.EncodeToString([]byte("x" + value)),
		base64.StdEncoding.EncodeToString([]byte(value)),
		base64.StdEncoding.EncodeToString([]byte("a" + value + "z")),
		base64.URLEncoding.EncodeToString([]byte("ab" + value + "yz")),
	} {
		assert.NotEmpty(t, find("before "+text+" after", value), text)
	}
	assert.Empty(t, find("s3cret and more", value))
}
