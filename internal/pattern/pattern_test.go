package pattern_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/webhookvcr/internal/pattern"
)

func TestPattern_matchesAsRegexpDoes(t *testing.T) {
	p := pattern.New(`(user)-([0-9]{1,3})`)
	assert.True(t, p.MatchString("user-12"))
	assert.False(t, p.MatchString("user-"))
	assert.Equal(t, "user-1", p.FindString("a user-1"))
	assert.Equal(t, []string{"user-1", "user", "1"}, p.FindStringSubmatch("user-1"))
	assert.Equal(t, []int{2, 8, 2, 6, 7, 8}, p.FindStringSubmatchIndex("a user-1"))
	assert.Equal(t, [][]string{{"user-1", "user", "1"}}, p.FindAllStringSubmatch("user-1", -1))
	assert.Equal(t, []string{"user-1", "user-2"}, p.FindAllString("user-1 user-2", -1))
	assert.Equal(t, [][]int{{0, 6, 0, 4, 5, 6}}, p.FindAllStringSubmatchIndex("user-1", -1))
	assert.Equal(t, "user-#", p.ReplaceAllString("user-17", "$1-#"))
	assert.Equal(t, "USER-1", p.ReplaceAllStringFunc("user-1", strings.ToUpper))
}

func TestNew_compilesOnFirstUse(t *testing.T) {
	faulty := pattern.New(`(`)
	assert.Panics(t, func() { faulty.MatchString("") })
}
