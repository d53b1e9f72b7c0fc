package contract_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"example.com/webhookvcr/internal/contract"
	"example.com/webhookvcr/internal/provider"
	"github.com/stretchr/testify/require"
)

// edit is a change of a JSON text at a pointer; none sets a value.
type edit struct {
	pointer string
	value   string // JSON; empty removes the member
}

func set(pointer, value string) edit { return edit{pointer, value} }
func drop(pointer string) edit       { return edit{pointer, ""} }

// edited returns the text with the edits made.
func edited(t testing.TB, text string, edits ...edit) string {
	t.Helper()
	for _, e := range edits {
		var root any
		dec := json.NewDecoder(strings.NewReader(text))
		dec.UseNumber()
		require.NoError(t, dec.Decode(&root))
		if e.pointer == "" {
			text = e.value
			continue
		}
		tokens := strings.Split(e.pointer[1:], "/")
		last := tokens[len(tokens)-1]
		at := root
		for _, token := range tokens[:len(tokens)-1] {
			switch v := at.(type) {
			case map[string]any:
				at = v[token]
			case []any:
				i, err := strconv.Atoi(token)
				require.NoError(t, err)
				at = v[i]
			}
		}
		object, ok := at.(map[string]any)
		require.True(t, ok, "%s lies in no object", e.pointer)
		if e.value == "" {
			delete(object, last)
		} else {
			object[last] = json.RawMessage(e.value)
		}
		var b bytes.Buffer
		enc := json.NewEncoder(&b)
		enc.SetEscapeHTML(false)
		require.NoError(t, enc.Encode(root))
		text = b.String()
	}
	return text
}

func parseURL(t testing.TB, s string) *url.URL {
	t.Helper()
	u, err := url.Parse(s)
	require.NoError(t, err)
	return u
}

func header(pairs ...string) http.Header {
	h := http.Header{}
	for i := 0; i < len(pairs); i += 2 {
		h.Set(pairs[i], pairs[i+1])
	}
	return h
}

func devrevRequest(t testing.TB, operation, body string) contract.Request {
	return contract.Request{
		Method: "POST", URL: parseURL(t, provider.DevRev.BaseURL+"/"+operation),
		Header: header("Content-Type", "application/json"), Body: []byte(body),
	}
}

func dvelopRequest(t testing.TB, method, path, body string) contract.Request {
	r := contract.Request{Method: method, URL: parseURL(t, provider.DVelop.BaseURL+"/dmsconfig/r/"+provider.DVelopRepositoryID+path), Header: http.Header{}, Body: []byte(body)}
	if body != "" {
		r.Header.Set("Content-Type", "application/hal+json")
	}
	return r
}

func answer(status int, media, body string) contract.Response {
	a := contract.Response{Status: status, Header: http.Header{}, Body: []byte(body)}
	if media != "" {
		a.Header.Set("Content-Type", media)
	}
	return a
}

// summary writes each problem as KIND KEYWORD POINTER; an undocumented member has
// one word for both.
func summary(problems []contract.Problem) []string {
	all := []string{}
	for _, p := range problems {
		words := slices.Compact([]string{string(p.Kind), p.Keyword, p.Pointer})
		all = append(all, strings.TrimSpace(strings.Join(words, " ")))
	}
	return all
}
