package screen

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A shell takes a command that was broken for the whole one, at every width, and no line
// is wider than what it cannot do without.
func TestScreen_continued(t *testing.T) {
	const command = `record refresh --keep '/a b/c' --out 'it'\''s here' devrev/webhooks.get/200 dvelop`
	said := func(text string) string {
		out, err := exec.CommandContext(t.Context(), "sh", "-c", "record() { printf '[%s]' \"$@\"; }\n"+text).Output()
		require.NoError(t, err, text)
		return string(out)
	}
	want := said(command)
	assert.Equal(t, "[refresh][--keep][/a b/c][--out][it's here][devrev/webhooks.get/200][dvelop]", want)
	assert.Equal(t, "do: "+command, Continued("do: ", command, 0))
	assert.Equal(t, "do: "+command, Continued("do: ", command, 200))
	for width := narrowest; width < len("do: "+command); width++ {
		first, rest, _ := strings.Cut(Continued("do: ", command, width), "\n")
		assert.Equal(t, "do:", first)
		assert.Equal(t, want, said(rest), width)
		for line := range strings.Lines(rest) {
			assert.LessOrEqual(t, len(strings.TrimSuffix(line, "\n")), max(width, len("    devrev/webhooks.get/200 \\")), line)
		}
	}
}

func TestWrapped(t *testing.T) {
	const text = "a paragraph that is\ntoo wide\n  --flag NAME   what it does, at length\n  nowherebroken-nowherebroken x\n\n    deep and deeper still\n"
	assert.Equal(t, text, Wrapped(text, 0))
	assert.Equal(t, text, Wrapped(text, 80))
	assert.Equal(t, "a paragraph that is\ntoo wide\n  --flag NAME   what\n    it does, at\n    length\n  nowherebroken-nowherebroken\n  x\n\n    deep and deeper\n    still\n", Wrapped(text, 20))
	assert.Equal(t, "  --flag NAME   what it does, at\n                length\n", Wrapped("  --flag NAME   what it does, at length\n", 32))
	assert.Equal(t, "a paragraph that is too wide\n", Joined("a paragraph that is\ntoo wide\n"))
	for _, kept := range []string{"a:\n  b\n  c\n", "a\n\nb\n", "\tcode\n\tcode\n", "  {\n    \"a\": 1,\n    \"b\": 2\n  }\n"} {
		assert.Equal(t, kept, Joined(kept))
	}
	assert.Equal(t, "  0  done, and well\n  1  failed\n", Joined("  0  done,\n     and well\n  1  failed\n"))
}

func TestScreen_colours(t *testing.T) {
	const text = "devrev x: 1 breaking\n  breaking  /a\n            breaking news\n  additive  /b\n"
	words := map[string]string{"breaking": "31", "additive": "33"}
	for name, s := range map[string]*Screen{"no screen": nil, "NO_COLOR": {}} {
		if s == nil {
			assert.Equal(t, text, Paint(&strings.Builder{}, text, words), name)
			continue
		}
		assert.Equal(t, text, Paint(s, text, words), name)
	}
	painted := Paint(&Screen{colours: true}, text, words)
	assert.Equal(t, "devrev x: 1 breaking\n  \x1b[31mbreaking\x1b[0m  /a\n            breaking news\n  \x1b[33madditive\x1b[0m  /b\n", painted)
}
