package vcrtest

import "io"

// Watched is a body that tells what was done to it.
type Watched struct {
	io.Reader
	Closed int
}

func (b *Watched) Close() error { b.Closed++; return nil }

// Endless is a body without an end.
type Endless struct{}

func (Endless) Read(p []byte) (int, error) { return len(p), nil }
