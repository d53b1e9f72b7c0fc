package probe

import (
	"slices"
	"syscall"
	"time"
)

// turns are when the next hour begins, and the next day here and in UTC: what is kept in
// a table of the hour or the day is not found behind them.
func turns(now time.Time) []time.Time {
	all := []time.Time{now.Truncate(time.Hour).Add(time.Hour)}
	for _, zone := range []*time.Location{time.UTC, time.Local} {
		year, month, day := now.In(zone).Date()
		all = append(all, time.Date(year, month, day+1, 0, 0, 0, 0, zone))
	}
	slices.SortFunc(all, time.Time.Compare)
	return slices.CompactFunc(all, time.Time.Equal)
}

// longHour is how long an hour of a bubble may take. With a receiver that looks for work
// a hundred times a second, it takes a third of a second.
var longHour = 2 * time.Second

// before calls f at that time before each of the turns. When an hour takes too long, the
// others are left out: a day would take minutes.
func (t *Trial) before(d time.Duration, f func()) {
	for _, turn := range turns(time.Now()) {
		for then := turn.Add(-d); time.Until(then) > 0; {
			begun := outside()
			time.Sleep(min(time.Until(then), time.Hour))
			if took := outside() - begun; took > longHour && time.Until(then) > 0 {
				t.note("what comes after the turn of %s was not asked: an hour of the receiver's, which looks for work often, took %v", turn.UTC().Format(time.DateTime), took.Round(time.Second))
				return
			}
			if t.Alive != nil {
				t.Alive()
			}
		}
		f()
	}
}

// outside is the time of the system, where package time has that of a bubble.
func outside() time.Duration {
	var now syscall.Timeval
	_ = syscall.Gettimeofday(&now) // it fails for bad pointers alone
	return time.Duration(now.Sec)*time.Second + time.Duration(now.Usec)*time.Microsecond
}
