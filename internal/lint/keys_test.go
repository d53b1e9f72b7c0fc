package lint_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestMissedRedaction(t *testing.T) {
	cassette := func(key, value string) string {
		return string(exchange{answerBody: object(key, value)}.cassette(""))
	}
	for _, c := range []struct {
		name  string
		files int
		key   string
		value func(i int) string
		fires bool
	}{
		{"a new value in each", 8, "client_secret", func(i int) string { return "word" + strings.Repeat("y", i) }, true},
		{"written in humps", 8, "clientSecret", func(i int) string { return "word" + strings.Repeat("y", i) }, true},
		{"one value in all", 30, "client_secret", func(int) string { return "word" }, false},
		{"a few values in many files", 40, "client_secret", func(i int) string { return "word" + strings.Repeat("y", i%3) }, false},
		{"each value many times", 60, "client_secret", func(i int) string { return "word" + strings.Repeat("y", i%6) }, false},
		{"placeholders", 30, "client_secret", func(i int) string { return fmt.Sprintf("client-secret-%d", i) }, false},
		{"no secret", 30, "colour", func(i int) string { return fmt.Sprint("word", i) }, false},
		{"too few to say", 4, "client_secret", func(i int) string { return "word" + strings.Repeat("y", i) }, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			files := map[string]string{}
			for i := range c.files {
				files[fmt.Sprintf("%02d.yaml", i)] = cassette(c.key, c.value(i))
			}

			report := run(t, write(t, files))

			assert.Equal(t, c.fires, has(report.Findings, "missed-redaction"))
		})
	}
}
