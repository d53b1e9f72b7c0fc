package record_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/record"
)

// What copying a value brings with it is found in every variable of every provider, and
// no message holds the value.
func TestLiveTenant_copied(t *testing.T) {
	cells := 0
	for _, def := range provider.All() {
		good := map[string]string{def.BaseVar: "https://tenant.example", def.TokenVar: "PLANTED-token"}
		for _, b := range def.Bindings {
			good[b.Var] = "PLANTED-id"
		}
		with := func(name, value string) error {
			_, err := record.LiveTenant(def, func(n string) string {
				if n == name {
					return value
				}
				return good[n]
			}, "2026-03-01")
			return err
		}
		assert.NoError(t, with("", ""))
		for name, value := range good {
			for spoilt, want := range map[string]string{
				`"` + value + `"`:      " begins and ends with a quote; leave both out",
				"'" + value + "'":      " begins and ends with a quote; leave both out",
				"`" + value + "`":      " begins and ends with a quote; leave both out",
				value + "\n":           " holds a line break, or white space at an end; check how it was copied",
				" " + value:            " holds a line break, or white space at an end; check how it was copied",
				value + "\r\n" + value: " holds a line break, or white space at an end; check how it was copied",
			} {
				assert.EqualError(t, with(name, spoilt), name+want)
				cells++
			}
		}
		assert.EqualError(t, with(def.TokenVar, "abc"), def.TokenVar+" is too short to be searched for in what is recorded; expected at least 4 characters")
	}
	t.Logf("%d cells", cells)
}
