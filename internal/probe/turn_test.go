package probe

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		time.Local = time.FixedZone("", 90*60)
		defer func() { time.Local = time.UTC }()
		var begun []string
		trial := &Trial{}
		trial.before(15*time.Second, func() { begun = append(begun, time.Now().UTC().Format(time.DateTime)) })
		assert.Equal(t, []string{"2000-01-01 00:59:45", "2000-01-01 22:29:45", "2000-01-01 23:59:45"}, begun)
		assert.Empty(t, trial.notes)
	})
}

// A receiver that looks for work often is asked at the first turn, and not kept at it for
// a day.
func TestTurns_longHour(t *testing.T) {
	defer func(d time.Duration) { longHour = d }(longHour)
	longHour = 0
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		trial := &Trial{}
		trial.before(15*time.Second, func() { asked++ })
		assert.Equal(t, 1, asked)
		assert.Len(t, trial.notes, 1)
	})
}
