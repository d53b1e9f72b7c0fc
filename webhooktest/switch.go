package webhooktest

import (
	"regexp/syntax"
	"unicode"
)

// extension is how the path of every cassette ends.
const extension = ".yaml"

// selects reports whether an anchored regular expression matches the path of any
// cassette at all. It follows the compiled expression and how much of the
// extension the string has reached side by side, over kinds of runes rather than
// runes: no more can be told apart by an extension, a \b or a (?m)$.
func selects(anchored string) (bool, error) {
	parsed, err := syntax.Parse(anchored, syntax.Perl)
	if err != nil {
		return false, err
	}
	prog, err := syntax.Compile(parsed.Simplify())
	if err != nil {
		return false, err
	}
	w := pathWalk{prog: prog, seen: map[pathState]bool{}}
	for _, next := range runeKinds {
		w.reach(pathState{pc: uint32(prog.Start), before: nothing, next: next})
	}
	for len(w.todo) > 0 {
		state := w.todo[len(w.todo)-1]
		w.todo = w.todo[:len(w.todo)-1]
		if w.step(state) {
			return true, nil
		}
	}
	return false, nil
}

// nothing stands for the beginning and the end of the string.
const nothing rune = -1

// runeKinds are the kinds of runes: those of the extension, each for itself, a new
// line, and one for the rest of the word characters and of all others.
var runeKinds = []rune{'.', 'y', 'a', 'm', 'l', '\n', restOfWords, restOfAll, nothing}

const (
	restOfWords = '_'
	restOfAll   = '/'
)

func runeKind(r rune) rune {
	switch {
	case r == '.', r == 'y', r == 'a', r == 'm', r == 'l', r == '\n':
		return r
	case syntax.IsWordChar(r):
		return restOfWords
	}
	return restOfAll
}

// pathState is one way to stand between two runes of a path.
type pathState struct {
	pc           uint32
	reached      int  // how much of the extension the string ends in
	before, next rune // kinds
}

type pathWalk struct {
	prog *syntax.Prog
	seen map[pathState]bool
	todo []pathState
}

func (w *pathWalk) reach(s pathState) {
	if !w.seen[s] {
		w.seen[s] = true
		w.todo = append(w.todo, s)
	}
}

// step follows one instruction and reports whether it ends a path that matches.
func (w *pathWalk) step(s pathState) bool {
	inst := &w.prog.Inst[s.pc]
	on := func(pc uint32) {
		to := s
		to.pc = pc
		w.reach(to)
	}
	switch inst.Op {
	case syntax.InstMatch:
		return s.next == nothing && s.reached == len(extension)
	case syntax.InstAlt, syntax.InstAltMatch:
		on(inst.Out)
		on(inst.Arg)
	case syntax.InstCapture, syntax.InstNop:
		on(inst.Out)
	case syntax.InstEmptyWidth:
		if syntax.EmptyOp(inst.Arg)&^syntax.EmptyOpContext(s.before, s.next) == 0 {
			on(inst.Out)
		}
	case syntax.InstRune, syntax.InstRune1, syntax.InstRuneAny, syntax.InstRuneAnyNotNL:
		if s.next != nothing && takes(inst, s.next) {
			for _, next := range runeKinds {
				w.reach(pathState{pc: inst.Out, reached: further(s.reached, s.next), before: s.next, next: next})
			}
		}
	}
	return false
}

// further is how much of the extension a string ends in when a rune is added.
func further(reached int, r rune) int {
	switch {
	case reached < len(extension) && rune(extension[reached]) == r:
		return reached + 1
	case r == rune(extension[0]):
		return 1
	}
	return 0
}

// takes reports whether an instruction matches any rune of a kind.
func takes(inst *syntax.Inst, kind rune) bool {
	switch {
	case inst.Op == syntax.InstRuneAny:
		return true
	case inst.Op == syntax.InstRuneAnyNotNL:
		return kind != '\n'
	case len(inst.Rune) == 1:
		r := inst.Rune[0]
		if runeKind(r) == kind {
			return true
		}
		if syntax.Flags(inst.Arg)&syntax.FoldCase != 0 {
			for other := unicode.SimpleFold(r); other != r; other = unicode.SimpleFold(other) {
				if runeKind(other) == kind {
					return true
				}
			}
		}
		return false
	}
	for i := 0; i+1 < len(inst.Rune); i += 2 {
		// Beyond ASCII there is one kind only.
		for r := inst.Rune[i]; r <= min(inst.Rune[i+1], unicode.MaxASCII+1); r++ {
			if runeKind(r) == kind {
				return true
			}
		}
		if inst.Rune[i+1] > unicode.MaxASCII && kind == restOfAll {
			return true
		}
	}
	return false
}
