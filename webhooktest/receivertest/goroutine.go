package receivertest

import (
	"fmt"
	"reflect"
	"regexp"
	"runtime"
	"strings"
)

var ownBubble = regexp.MustCompile(`^goroutine \d+ \[.*(synctest bubble \d+)`)

// own names the bubble of the caller; empty outside of one.
func own() string {
	var buf [256]byte
	if m := ownBubble.FindSubmatch(buf[:runtime.Stack(buf[:], false)]); m != nil {
		return string(m[1])
	}
	return ""
}

// holders are the goroutines that keep the clock of a bubble still, or, when all
// of them wait for others, those that are left; outside of bubbles, those that
// a probe has begun since the suite has.
func (s *suite) holders(bubble string) string {
	var still, left []string
	for _, g := range goroutines() {
		header, _, _ := strings.Cut(g, "\n")
		if bubble == "" && (s.before[number(header)] || strings.Contains(header, "synctest bubble ")) {
			continue
		}
		state := strings.Trim(header[strings.Index(header, "[")+1:], "]:")
		if bubble != "" && !strings.Contains(header, bubble+"]") && !strings.Contains(header, bubble+",") || strings.HasPrefix(state, "running") {
			continue
		}
		asked := strings.Contains(g, "/internal/probe.") || strings.Contains(g, "/internal/simulator.") || strings.Contains(g, "webhooktest/receivertest.ended")
		at := place(g)
		if all := frames.FindAllStringSubmatch(g, -1); at == "" && bubble != "" && len(all) > 0 && !strings.Contains(state, "durable") {
			outermost := all[len(all)-1]
			at = outermost[2] + " in " + outermost[1] // of the standard library: a connection, say
		}
		if at == "" || bubble == "" && !asked {
			continue
		}
		line := "  " + at + " [" + state + "]"
		if left = append(left, line); !strings.Contains(state, "durable") {
			still = append(still, line)
		}
	}
	if bubble != "" && len(still) > 0 {
		left = still
	}
	return few(left)
}

// few are the lines that a message has room for.
func few(lines []string) string {
	if len(lines) > maxHolders {
		lines = append(lines[:maxHolders], fmt.Sprintf("  and %d more", len(lines)-maxHolders))
	}
	return strings.Join(lines, "\n")
}

// goroutines are the stacks of all, as far as they fit into a message of 16 MiB.
func goroutines() []string {
	for size := 1 << 18; ; size *= 2 {
		buf := make([]byte, size)
		if n := runtime.Stack(buf, true); n < size || size >= 16<<20 {
			return strings.Split(string(buf[:n]), "\n\n")
		}
	}
}

// number is a goroutine's, which no other one ever has.
func number(header string) string {
	text, _, _ := strings.Cut(strings.TrimPrefix(header, "goroutine "), " ")
	return text
}

// numbers are those of all goroutines.
func numbers() map[string]bool {
	all := map[string]bool{}
	for _, g := range goroutines() {
		all[number(g)] = true
	}
	return all
}

const maxHolders = 10

var frames = regexp.MustCompile(`(?m)^(\S.*)\(.*\)\n\t(\S+\.go:\d+)`)

// place is where a goroutine is: the innermost frame outside of the standard
// library and of this package; empty when there is none.
func place(stack string) string { return innermost(frames.FindAllStringSubmatch(stack, -1)) }

func innermost(frames [][]string) string {
	root := library()
	for _, m := range frames {
		function, at := m[1], m[2]
		first, _, _ := strings.Cut(function, "/")
		switch {
		case root != "" && strings.HasPrefix(at, root),
			root == "" && strings.Contains(function, "/") && !strings.Contains(first, "."),
			root == "" && !strings.Contains(function, "/") && !strings.HasPrefix(function, "main."),
			strings.Contains(function, "webhooktest/receivertest."),
			strings.Contains(function, "/internal/probe."), strings.Contains(function, "/internal/simulator."):
			continue
		}
		return at + " in " + function
	}
	return ""
}

// library is the directory of the standard library's files as stacks name them;
// empty in a binary that was built with -trimpath.
func library() string {
	at, _ := runtime.FuncForPC(reflect.ValueOf(strings.Cut).Pointer()).FileLine(0)
	root, _ := strings.CutSuffix(at, "strings/strings.go")
	return root
}
