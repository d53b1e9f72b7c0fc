// Package pattern holds regular expressions that are compiled when they are
// first used. Every test binary that imports this module pays for what its
// packages compile at start, whether or not it ever records; bounded
// repetitions such as {1,60} would make that ten milliseconds and more.
package pattern

import (
	"regexp"
	"sync"
)

// Pattern is a regular expression. Its methods are those of regexp.Regexp.
type Pattern struct {
	compile func() *regexp.Regexp
}

// New returns the pattern of an expression. A faulty one panics when it is first
// used, so every pattern needs a test that uses it.
func New(expression string) Pattern {
	return Pattern{sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expression) })}
}

// MatchString reports whether s holds a match.
func (p Pattern) MatchString(s string) bool { return p.compile().MatchString(s) }

// FindString returns the first match, or "".
func (p Pattern) FindString(s string) string { return p.compile().FindString(s) }

// FindStringSubmatch returns the first match and its groups, or nil.
func (p Pattern) FindStringSubmatch(s string) []string { return p.compile().FindStringSubmatch(s) }

// FindStringSubmatchIndex returns the place of the first match and its groups, or nil.
func (p Pattern) FindStringSubmatchIndex(s string) []int {
	return p.compile().FindStringSubmatchIndex(s)
}

// FindAllStringSubmatch returns every match and its groups.
func (p Pattern) FindAllStringSubmatch(s string, n int) [][]string {
	return p.compile().FindAllStringSubmatch(s, n)
}

// FindAllString returns every match.
func (p Pattern) FindAllString(s string, n int) []string { return p.compile().FindAllString(s, n) }

// FindAllStringSubmatchIndex returns the places of every match and its groups.
func (p Pattern) FindAllStringSubmatchIndex(s string, n int) [][]int {
	return p.compile().FindAllStringSubmatchIndex(s, n)
}

// ReplaceAllString replaces every match; $1 stands for the first group.
func (p Pattern) ReplaceAllString(s, with string) string {
	return p.compile().ReplaceAllString(s, with)
}

// ReplaceAllStringFunc replaces every match by what f makes of it.
func (p Pattern) ReplaceAllStringFunc(s string, f func(string) string) string {
	return p.compile().ReplaceAllStringFunc(s, f)
}
