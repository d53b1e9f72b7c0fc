package contract

import (
	"bytes"
	"encoding/json"
	"strings"
	"unicode/utf8"
)

// spot is a place in a body that a problem is about, in a tree as the body is.
// Where a name stands twice it is the last, as that is the one that counts.
type spot struct {
	offset   int // -1 while not found
	children map[string]*spot
}

func (s *spot) child(name string) *spot {
	if s == nil {
		return nil
	}
	return s.children[name]
}

// want returns the spot of a pointer, and makes it and those above it.
func (s *spot) want(pointer string) {
	for token := range strings.SplitSeq(strings.TrimPrefix(pointer, "/"), "/") {
		name := unescaper.Replace(token)
		if s.children == nil {
			s.children = map[string]*spot{}
		}
		if s.children[name] == nil {
			s.children[name] = &spot{offset: -1}
		}
		s = s.children[name]
	}
}

// find returns the offset of the value at the pointer, or of the nearest one
// above it that is there.
func (s *spot) find(pointer string) int {
	offset := s.offset
	for token := range strings.SplitSeq(strings.TrimPrefix(pointer, "/"), "/") {
		if s = s.child(unescaper.Replace(token)); s == nil || s.offset < 0 {
			break
		}
		offset = s.offset
	}
	return offset
}

// place fills in the lines and columns of problems about a place in the body.
// It reads the body again, so that a good body never pays for it.
func place(body []byte, problems []Problem) {
	root := spot{offset: -1}
	for _, p := range problems {
		if p.Line == 0 && strings.HasPrefix(p.Pointer, "/") {
			root.want(p.Pointer)
		}
	}
	if root.children == nil || len(body) > maxBody || !json.Valid(body) {
		return
	}
	r := reader{body: body}
	r.value(nil, &root, 0)
	for i := range problems {
		if p := &problems[i]; p.Line == 0 && strings.HasPrefix(p.Pointer, "/") {
			if offset := root.find(p.Pointer); offset >= 0 {
				p.Line, p.Column = position(body, offset)
			}
		}
	}
}

func position(body []byte, offset int) (line, column int) {
	before := body[:min(offset, len(body))]
	start := bytes.LastIndexByte(before, '\n') + 1
	return bytes.Count(before, []byte("\n")) + 1, utf8.RuneCount(before[start:]) + 1
}
