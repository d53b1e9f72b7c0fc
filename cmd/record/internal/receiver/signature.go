package receiver

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"

	"example.com/webhookvcr/internal/jsontext"
	"example.com/webhookvcr/internal/pattern"
	"example.com/webhookvcr/internal/provider"
)

// form is one of the forms that a signature may have: the vendor's pages leave it
// open.
type form struct {
	rawKey, hex bool
}

// String says the form, and what webhooktest.Sender calls it.
func (f form) String() string {
	key, digest := "the bytes that the secret encodes", "base64"
	if f.rawKey {
		key = "the text of the secret (RawKey)"
	}
	if f.hex {
		digest = "hexadecimal (Hex)"
	}
	return "the key is " + key + ", the digest is in " + digest
}

// diagnose says which form the signature of a delivery has; nil when it has none of
// them, with what explains it. It never shows the secret, nor the right signature.
func diagnose(secret, header string, signatures []string, body []byte) (*form, string) {
	switch len(signatures) {
	case 0:
		return nil, "it has no header " + header
	case 1:
	default:
		return nil, fmt.Sprintf("it has %d headers %s", len(signatures), header)
	}
	got := signatures[0]
	for _, f := range []form{{}, {rawKey: true}, {hex: true}, {rawKey: true, hex: true}} {
		if hmac.Equal([]byte(got), []byte(provider.Signature(secret, body, f.rawKey, f.hex))) {
			return &f, ""
		}
	}
	digest, encoding := digestOf(got)
	if digest == nil {
		return nil, "the signature is neither base64 nor hexadecimal digits of 32 bytes"
	}
	if encoding != "" && matches(digest, keys(secret), body) {
		return nil, "the signature is right but for how it is written: " + encoding
	}
	switch {
	case strings.Trim(secret, `"'`) != secret && matches(digest, keys(strings.Trim(secret, `"'`)), body):
		return nil, SecretVar + " is in quotes; take them off"
	case matches(digest, append(keys(secret+"\n"), keys(secret+"\r\n")...), body):
		return nil, "the sender's secret ends with a line break, which " + SecretVar + " lacks"
	case matches(digest, otherKeys(secret), body):
		return nil, "the key is what " + SecretVar + " encodes in another base64 (that of URLs, or without padding); write it in the standard one"
	case matches(digest, [][]byte{nil}, body):
		return nil, "it is signed with an empty key"
	}
	for _, again := range rewritten(body) {
		if matches(digest, keys(secret), again) {
			return nil, "it is signed over other bytes than came: something between has written the JSON anew"
		}
	}
	advice := "it is signed with another secret than " + SecretVar + ", or over another body"
	if sorted(body) {
		advice += "; its members are in the order of their names, which something between may have brought them into"
	}
	return nil, advice
}

// sorted reports whether the members of all objects are in the order of their names, as
// programs leave them that write JSON anew from a map: the order that was signed is lost.
func sorted(body []byte) bool {
	n, err := jsontext.Parse(body, jsontext.Bounds{Depth: 1000})
	if err != nil || len(n.Children) < 2 {
		return false
	}
	before := n.Append(nil)
	n.Sort()
	return bytes.Equal(before, n.Append(nil))
}

// keys are the forms of a secret as a key.
func keys(secret string) [][]byte {
	all := [][]byte{[]byte(secret)}
	if decoded, err := base64.StdEncoding.DecodeString(secret); err == nil {
		all = append(all, decoded)
	}
	return all
}

// otherKeys are what a secret encodes that is not in the standard base64.
func otherKeys(secret string) (all [][]byte) {
	for _, e := range []*base64.Encoding{base64.RawStdEncoding, base64.URLEncoding, base64.RawURLEncoding} {
		if decoded, err := e.DecodeString(secret); err == nil {
			all = append(all, decoded)
		}
	}
	return all
}

func matches(digest []byte, keys [][]byte, body []byte) bool {
	for _, key := range keys {
		mac := hmac.New(sha256.New, key)
		mac.Write(body)
		if hmac.Equal(digest, mac.Sum(nil)) {
			return true
		}
	}
	return false
}

// scheme is what senders of other vendors write before a digest.
var scheme = pattern.New(`^(?i:sha256|sha-256|v[01]|hmac-sha256)=`)

// digestOf reads a signature in any spelling; encoding says what is unusual about
// it, and is empty when nothing is.
func digestOf(signature string) (digest []byte, encoding string) {
	text := strings.TrimSpace(signature)
	if bare := strings.Trim(text, `"'`); bare != text {
		text, encoding = bare, "it is in quotes"
	}
	if prefix := scheme.FindString(text); prefix != "" {
		text, encoding = strings.TrimPrefix(text, prefix), "it begins with "+prefix
	}
	if digest, err := hex.DecodeString(text); err == nil && len(digest) == sha256.Size {
		if strings.ToLower(text) != text {
			encoding = "its hexadecimal digits are in upper case"
		}
		return digest, encoding
	}
	for _, e := range []struct {
		encoding *base64.Encoding
		what     string
	}{{base64.StdEncoding, encoding}, {base64.RawStdEncoding, "its base64 has no padding"}, {base64.URLEncoding, "its base64 is that of URLs"}, {base64.RawURLEncoding, "its base64 is that of URLs, without padding"}} {
		if digest, err := e.encoding.DecodeString(text); err == nil && len(digest) == sha256.Size {
			return digest, e.what
		}
	}
	return nil, ""
}

// rewritten are the body as programs write it that decode and encode it.
func rewritten(body []byte) [][]byte {
	var v any
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	if d.Decode(&v) != nil {
		return nil
	}
	compact := &bytes.Buffer{}
	_ = json.Compact(compact, body) // it is JSON
	escaped, _ := json.Marshal(v)
	plain := &bytes.Buffer{}
	e := json.NewEncoder(plain)
	e.SetEscapeHTML(false)
	_ = e.Encode(v)
	indented, _ := json.MarshalIndent(v, "", "  ")
	return [][]byte{compact.Bytes(), escaped, plain.Bytes(), bytes.TrimSpace(plain.Bytes()), indented, bytes.TrimSpace(body)}
}
