package say_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/webhookvcr/internal/say"
)

func TestNearest(t *testing.T) {
	names := []string{"get/200", "get/401", "get/403", "get/404", "get/429", "get/500", "get/503", "list/200"}
	for _, tc := range []struct {
		name string
		want []string
	}{
		{"get/430", []string{"get/403"}},                       // swapped digits before wrong ones
		{"get/405", []string{"get/401", "get/403", "get/404"}}, // three at most, those that begin alike first
		{"get/504", []string{"get/500", "get/503", "get/404"}},
		{"gett/200", []string{"get/200"}},
		{"lits/200", []string{"list/200"}},
		{"get/200", []string{"get/200"}},
		{"GET/200", []string{"get/200"}},
		{"LITS/200", []string{"list/200"}},
		{"something else", nil},
		{"", nil},
	} {
		assert.Equal(t, tc.want, say.Nearest(tc.name, names), tc.name)
	}
	assert.Empty(t, say.Nearest("get/200", nil))
	assert.Equal(t, []string{"getted", "getter"}, say.Nearest("gette", []string{"getter", "getted"})) // the whole name begins one
	assert.Equal(t, []string{"gette", "gettr"}, say.Nearest("getter", []string{"gettr", "gette"}))    // and is begun by one
	assert.Equal(t, []string{"GetWebHook"}, say.Nearest("getwebhook", []string{"GetWebHook", "GetEvent"}))
}
