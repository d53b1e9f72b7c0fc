package contract

import (
	"os"
	"runtime/debug"
	"testing"
)

// The tests make much garbage and keep little: a collector that runs less often
// saves a quarter of their time.
func TestMain(m *testing.M) {
	debug.SetGCPercent(400)
	os.Exit(m.Run())
}
