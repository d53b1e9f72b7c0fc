package provider

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"strings"
	"unicode"
)

// SecretFault says why a text is no webhook's secret, or key; empty when it may be one.
func SecretFault(secret string) string {
	switch {
	case strings.TrimSpace(secret) == "":
		return "is blank; give the webhook's"
	case strings.ContainsFunc(secret, unicode.IsControl):
		return "holds a line break, or another control character; take it off"
	case strings.TrimSpace(secret) != secret:
		return "has white space at an end; take it off"
	}
	return ""
}

// IsBase64 reports whether a secret encodes the bytes of a key.
func IsBase64(secret string) bool {
	_, err := base64.StdEncoding.DecodeString(secret)
	return err == nil
}

// Signature is the HMAC-SHA256 of a delivery's body. That is documented by DevRev;
// whether the key is the secret's text or the bytes that it encodes, and how the
// digest is written, is not.
func Signature(secret string, body []byte, rawKey, hexadecimal bool) string {
	key := []byte(secret)
	if !rawKey {
		if decoded, err := base64.StdEncoding.DecodeString(secret); err == nil {
			key = decoded
		}
	}
	mac := hmac.New(sha256.New, key)
	mac.Write(body)
	if hexadecimal {
		return hex.EncodeToString(mac.Sum(nil))
	}
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// ReceiverSignatures are the signatures of a body with [ReceiverSecret], in every form.
func ReceiverSignatures(body []byte) (all []string) {
	for _, rawKey := range []bool{false, true} {
		for _, hexadecimal := range []bool{false, true} {
			all = append(all, Signature(ReceiverSecret, body, rawKey, hexadecimal))
		}
	}
	return all
}
