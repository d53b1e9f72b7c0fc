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
	ctx, again := WithSecond(context.Background())
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	go func() {
		<-signals
		cancel()
		<-signals
		if again() {
			<-signals
		}
		left := ""
		if secondOf(ctx).recording.Load() {
			left = ": every cassette is whole, but what this run has made on a tenant may be left there"
		}
		fmt.Fprintln(os.Stderr, "record: interrupted a second time, and ended at once"+left)
		os.Exit(Failed)
	}()
	return run(ctx)
}

// second is what a command and the second signal know of each other.
type second struct {
	c                chan struct{}
	taken, recording atomic.Bool
}

type secondKey struct{}

// WithSecond is a context whose command may take the second signal, and that signal,
// which is given once: it reports whether the command ends by itself.
func WithSecond(ctx context.Context) (context.Context, func() (taken bool)) {
	s := &second{c: make(chan struct{})}
	return context.WithValue(ctx, secondKey{}, s), func() bool {
		close(s.c)
		return s.taken.Load()
	}
}

// secondOf is that of a context; one that never comes where there are no signals.
func secondOf(ctx context.Context) *second {
	if s, ok := ctx.Value(secondKey{}).(*second); ok {
		return s
	}
	return &second{}
}

// TakeSecond is closed by the second signal, for a command that takes it and ends by
// itself.
func TakeSecond(ctx context.Context) <-chan struct{} {
	s := secondOf(ctx)
	s.taken.Store(true)
	return s.c
}

// NotesRecording lets the second signal say what a command leaves that records.
func NotesRecording(ctx context.Context) { secondOf(ctx).recording.Store(true) }
