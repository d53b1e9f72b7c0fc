package tbtest

import (
	"runtime/debug"
	"testing"
)

// Main runs the tests of a package, for its TestMain. They make much garbage and
// keep little: a collector that runs less often saves a quarter of their time.
func Main(m *testing.M) {
	debug.SetGCPercent(400)
	m.Run()
}
