package provider_test

import (
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/webhookvcr/internal/provider"
)

// A form of ids begins with what tells its ids from other words, and names parts
// that are exchanged.
func TestIDForm(t *testing.T) {
	form := regexp.MustCompile(`^[A-Za-z0-9][^{}]*(\{(word|tenant|type|id)\}[^{}]+)*\{id\}$`)
	more := regexp.MustCompile(`^([^{}]+\{(word|tenant|type|id)\})*$`)
	for _, d := range provider.All() {
		for _, f := range d.IDs {
			assert.Regexp(t, form, f.Form, d.Name)
			assert.Regexp(t, more, f.More, d.Name)
		}
	}
}

func TestStartsID(t *testing.T) {
	assert.True(t, provider.StartsID("don:core:1"))
	assert.False(t, provider.StartsID("donor:1"))
	assert.False(t, provider.StartsID(""))
}
