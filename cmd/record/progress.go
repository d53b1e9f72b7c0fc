package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"
)

// progress is stderr with the state of a live run. On a terminal that is one
// line, which is drawn anew until the run ends; elsewhere each scenario and each
// wait gets a line that stays. It uses neither colours nor cursor movements but
// the carriage return.
type progress struct {
	out      io.Writer
	terminal bool
	total    int // scenarios that will be asked for; none: no progress is shown

	mu      sync.Mutex
	count   int
	name    string
	until   time.Time // the end of a wait
	frame   int
	width   int // of the line that is on the screen
	stopped chan struct{}
}

func newProgress(out io.Writer, getenv func(string) string) *progress {
	return &progress{out: out, terminal: isTerminal(out) && getenv("TERM") != "dumb"}
}

// isTerminal holds for the null device as well, where nobody is disturbed.
func isTerminal(w io.Writer) bool {
	file, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// begin says that a scenario's request is about to be sent.
func (p *progress) begin(t target) {
	if p.total == 0 {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.count++
	p.name, p.until = t.name(), time.Time{}
	if !p.terminal {
		fmt.Fprintf(p.out, "%d/%d %s\n", p.count, p.total, p.name)
		return
	}
	p.draw()
	if p.stopped == nil {
		p.stopped = make(chan struct{})
		go p.animate(p.stopped)
	}
}

// wait says that a throttling tenant is being waited for.
func (p *progress) wait(t target, d time.Duration, why string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.terminal {
		fmt.Fprintf(p.out, "%s: throttled, waiting %s%s\n", t.name(), d, why)
		return
	}
	p.until = time.Now().Add(d)
	p.draw()
}

// end takes the line off the screen.
func (p *progress) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stopped != nil {
		close(p.stopped)
		p.stopped = nil
	}
	p.erase()
	p.name = ""
}

// Write writes a message that stays, above the line.
func (p *progress) Write(message []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.erase()
	n, err := p.out.Write(message)
	p.draw()
	return n, err
}

const frames = `|/-\`

func (p *progress) animate(stopped chan struct{}) {
	ticker := time.NewTicker(100 * time.Millisecond)
	defer ticker.Stop()
	for {
		select {
		case <-stopped:
			return
		case <-ticker.C:
		}
		p.mu.Lock()
		p.frame++
		p.draw()
		p.mu.Unlock()
	}
}

func (p *progress) draw() {
	if !p.terminal || p.name == "" {
		return
	}
	line := fmt.Sprintf("%c %d/%d %s", frames[p.frame%len(frames)], p.count, p.total, p.name)
	if left := time.Until(p.until); left > 0 {
		line += fmt.Sprintf(": throttled, %s left", (left + time.Second - 1).Truncate(time.Second))
	}
	padding := strings.Repeat(" ", max(0, p.width-len(line)))
	fmt.Fprintf(p.out, "\r%s%s", line, padding)
	p.width = len(line)
}

func (p *progress) erase() {
	if p.width > 0 {
		fmt.Fprintf(p.out, "\r%s\r", strings.Repeat(" ", p.width))
		p.width = 0
	}
}
