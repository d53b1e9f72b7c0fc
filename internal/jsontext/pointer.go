package jsontext

import (
	"iter"
	"strconv"
	"strings"
)

var (
	escaper   = strings.NewReplacer("~", "~0", "/", "~1")
	unescaper = strings.NewReplacer("~1", "/", "~0", "~")
)

// Escape writes the name of a member as a token of a JSON pointer (RFC 6901).
func Escape(name string) string {
	if strings.ContainsAny(name, "~/") {
		return escaper.Replace(name)
	}
	return name
}

// Unescape returns the name that a token of a JSON pointer stands for.
func Unescape(token string) string {
	if strings.Contains(token, "~") {
		return unescaper.Replace(token)
	}
	return token
}

// Child returns the pointer of a member of the object that has the pointer.
func Child(pointer, name string) string { return pointer + "/" + Escape(name) }

// Tokens returns the tokens of a pointer, which are names and indices, unescaped.
// The pointer of the root has none.
func Tokens(pointer string) iter.Seq[string] {
	return func(yield func(string) bool) {
		if pointer == "" {
			return
		}
		for token := range strings.SplitSeq(strings.TrimPrefix(pointer, "/"), "/") {
			if !yield(Unescape(token)) {
				return
			}
		}
	}
}

// index returns the index that a token names in an array, -1 when it names none.
func index(token string, length int) int {
	i, err := strconv.Atoi(token)
	if err != nil || i < 0 || i >= length || strconv.Itoa(i) != token {
		return -1
	}
	return i
}

// Step returns the member or the item that a token of a pointer names, nil when there is none.
func (n *Node) Step(token string) *Node {
	if n.Kind == BeginArray {
		if i := index(token, len(n.Children)); i >= 0 {
			return n.Children[i]
		}
		return nil
	}
	return n.Member(token)
}

// Find returns the value that a pointer names or, with false, the last one on
// the way to it that is there.
func (n *Node) Find(pointer string) (*Node, bool) {
	for token := range Tokens(pointer) {
		next := n.Step(token)
		if next == nil {
			return n, false
		}
		n = next
	}
	return n, true
}

// Lookup returns what a pointer names in a value that encoding/json decoded into an any.
func Lookup(root any, pointer string) (any, bool) {
	for token := range Tokens(pointer) {
		switch parent := root.(type) {
		case map[string]any:
			member, ok := parent[token]
			if !ok {
				return nil, false
			}
			root = member
		case []any:
			i := index(token, len(parent))
			if i < 0 {
				return nil, false
			}
			root = parent[i]
		default:
			return nil, false
		}
	}
	return root, true
}
