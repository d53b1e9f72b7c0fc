package main

import (
	"bytes"
	"encoding/json"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/cmd/record/internal/check"
	"example.com/webhookvcr/cmd/record/internal/exit"
	"example.com/webhookvcr/cmd/record/internal/session"
	"example.com/webhookvcr/cmd/record/internal/view"
	"example.com/webhookvcr/internal/lint"
	"example.com/webhookvcr/internal/serve"
)

// The JSON that a help text shows is what the command writes: it has every
// member of the struct and no other one, and what is explained is a member.
func TestHelp_showsEveryMember(t *testing.T) {
	explained := regexp.MustCompile(`(?m)^  ([a-z_]+) {2,}`)
	var help bytes.Buffer
	require.Equal(t, exit.Done, run(t.Context(), []string{"help", "FORMATS"}, nil, session.SystemClock, &help, nil))
	for command, written := range map[string]any{"check --json": &check.Report{}, "lint --json": &lint.Report{}, "list --json": &listed{}, "show --json": &view.Cassettes{}, "/-/requests": &serve.Report{}} {
		t.Run(command, func(t *testing.T) {
			_, part, found := strings.Cut(help.String(), command)
			require.True(t, found, help.String())
			_, rest, found := strings.Cut(part, "\n\n  {\n")
			require.True(t, found, help.String())
			example, rest, found := strings.Cut(rest, "\n  }\n")
			require.True(t, found, help.String())
			explanations, _, _ := strings.Cut(strings.TrimSpace(rest), "\n\n")

			decoder := json.NewDecoder(strings.NewReader("{" + example + "}"))
			decoder.DisallowUnknownFields()
			require.NoError(t, decoder.Decode(written))
			members := map[string]bool{}
			addMembers(members, reflect.TypeOf(written))
			for _, name := range slices.Sorted(maps.Keys(members)) {
				assert.Contains(t, example, `"`+name+`": `)
			}
			matches := explained.FindAllStringSubmatch("  "+explanations, -1)
			require.NotEmpty(t, matches)
			for _, m := range matches {
				assert.True(t, members[m[1]], "there is no member %q", m[1])
			}
		})
	}
}

// addMembers adds the names of the type's members in JSON, and of those below.
func addMembers(names map[string]bool, t reflect.Type) {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice:
		addMembers(names, t.Elem())
	case reflect.Struct:
		for f := range t.Fields() {
			if f.IsExported() {
				name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
				names[name] = true
				addMembers(names, f.Type)
			}
		}
	}
}
