package receivertest

import "time"

// Answer is how long an answer may take where the clock is real, so that a test need
// not wait as long as a busy machine may need.
func Answer(d time.Duration) Option { return func(s *suite) { s.config.Answer = d } }
