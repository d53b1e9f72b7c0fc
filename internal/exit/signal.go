package exit

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
)

// Interruptible runs the command until it ends or a signal interrupts it. It may
// have to clean up then; a second signal does not wait for that.
func Interruptible(run func(context.Context) int) int {
	again := &Again{C: make(chan struct{})}
	ctx, cancel := context.WithCancel(context.WithValue(context.Background(), AgainKey{}, again))
	defer cancel()
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	go func() {
		<-signals
		cancel()
		<-signals
		if again.Taken.Load() {
			close(again.C)
			<-signals
		}
		left := ""
		if again.recording.Load() {
			left = ": every cassette is whole, but what this run has made on a tenant may be left there"
		}
		fmt.Fprintln(os.Stderr, "record: interrupted a second time, and ended at once"+left)
		os.Exit(Failed)
	}()
	return run(ctx)
}

// Again is closed by the second signal, for a command that has taken it and ends by
// itself.
type Again struct {
	C                chan struct{}
	Taken, recording atomic.Bool
}

type AgainKey struct{}

// TakeSecond is closed by the second signal; nil where there are none.
func TakeSecond(ctx context.Context) <-chan struct{} {
	a, ok := ctx.Value(AgainKey{}).(*Again)
	if !ok {
		return nil
	}
	a.Taken.Store(true)
	return a.C
}

// NotesRecording lets the second signal say what a command leaves that records.
func NotesRecording(ctx context.Context) {
	if a, ok := ctx.Value(AgainKey{}).(*Again); ok {
		a.recording.Store(true)
	}
}
