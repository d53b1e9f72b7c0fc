package cassette

import (
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gopkg.in/dnaeon/go-vcr.v3/cassette"
)

// shipped returns the cassettes of this module.
func shipped(t testing.TB) (all [][]byte) {
	require.NoError(t, filepath.WalkDir("../../cassettes", func(path string, _ fs.DirEntry, err error) error {
		if filepath.Ext(path) != ".yaml" {
			return err
		}
		data, err := os.ReadFile(path)
		all = append(all, data)
		return err
	}))
	require.NotEmpty(t, all)
	return all
}

// What this module wrote needs no YAML library, unless it holds an unusual text.
func TestRead(t *testing.T) {
	taken := 0
	for _, data := range shipped(t) {
		doc, ok := read(string(data))
		if !ok {
			continue
		}
		taken++
		want, _, err := readYAML(data)
		require.NoError(t, err)
		require.Equal(t, want, doc)
	}
	t.Logf("%d of %d cassettes", taken, len(shipped(t)))
	assert.Equal(t, len(shipped(t)), taken)
}

// What another has written, or a person has changed, is left to the library.
func TestRead_others(t *testing.T) {
	ia := &Interaction{Request: cassette.Request{Method: "POST", Headers: http.Header{"Accept": {"a/b"}}}, Response: cassette.Response{Code: 200, Body: "a\nb\n\n", Status: "200 OK"}}
	text, err := Encode(Header{Provider: "devrev", Source: Live}, []*Interaction{ia, ia})
	require.NoError(t, err)
	_, ok := read(text)
	require.True(t, ok)
	for _, change := range [][2]string{
		{"---\n", ""}, {"version: 2", "version:  2"}, {"version: 2", "version: 3"}, {"{provider", "{providers"}, {"id: 1", "id: 2"}, {"code: 200", "code: 0200"}, {"code: 200", "code: x"},
		{"POST", "'POST'"}, {"POST", "POST # why"}, {"POST", "12"}, {"200 OK", "200 OK "}, {"method:", "Method:"}, {"  - a/b", "  -  a/b"}, {"Accept:", "accept: x"},
		{"|+", "|"}, {"\n\n", "\n"}, {"form: {}", "form: {a: [b]}"}, {"transfer_encoding: []", "transfer_encoding: [a]"}, {"duration: 0s", "duration: 0"}, {"uncompressed: false", "uncompressed: no"},
	} {
		changed := strings.Replace(text, change[0], change[1], 1)
		require.NotEqual(t, text, changed, change)
		_, ok := read(changed)
		assert.False(t, ok, change)
	}
	for end := range len(text) {
		_, ok := read(text[:end])
		assert.Equal(t, end > 0 && strings.HasSuffix(text[:end], "duration: 0s\n"), ok, end)
	}
}

// Whatever is read without the YAML library, the library reads alike: here shipped
// cassettes with another text in some place.
func FuzzRead(f *testing.F) {
	all := shipped(f)
	for _, text := range []string{"", "\n", " ", "\n\n", "|-", "\"", "''", "a: b", "- a", "#", "1", "no", "\t", "ä", "\r\n", "---\n", "&a", "{}"} {
		for at := range uint16(8) {
			f.Add(uint8(at), 180*at, uint8(len(text)), text)
		}
	}
	f.Fuzz(func(t *testing.T, which uint8, at uint16, length uint8, put string) {
		data := string(all[int(which)%len(all)])
		start := int(at) % len(data)
		text := data[:start] + put + data[min(len(data), start+int(length)):]
		doc, ok := read(text)
		if !ok {
			return
		}
		want, further, err := readYAML([]byte(text))
		require.NoError(t, err)
		require.Empty(t, further)
		require.Equal(t, want, doc)
	})
}
