package jsontext

// SetMaxBytes makes a shorter text too long, until the test ends.
func SetMaxBytes(t interface{ Cleanup(func()) }, n int) {
	before := maxBytes
	t.Cleanup(func() { maxBytes = before })
	maxBytes = n
}
