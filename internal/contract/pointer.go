package contract

import (
	"strconv"
	"strings"
)

var (
	escaper   = strings.NewReplacer("~", "~0", "/", "~1")
	unescaper = strings.NewReplacer("~1", "/", "~0", "~")
)

// escape writes a member's name as a token of a JSON pointer (RFC 6901).
func escape(name string) string {
	if strings.ContainsAny(name, "~/") {
		return escaper.Replace(name)
	}
	return name
}

// resolve returns the value that a JSON pointer names.
func resolve(root any, pointer string) (any, bool) {
	if pointer == "" {
		return root, true
	}
	v := root
	for token := range strings.SplitSeq(strings.TrimPrefix(pointer, "/"), "/") {
		switch parent := v.(type) {
		case map[string]any:
			member, ok := parent[unescaper.Replace(token)]
			if !ok {
				return nil, false
			}
			v = member
		case []any:
			i, err := strconv.Atoi(token)
			if err != nil || i < 0 || i >= len(parent) {
				return nil, false
			}
			v = parent[i]
		default:
			return nil, false
		}
	}
	return v, true
}
