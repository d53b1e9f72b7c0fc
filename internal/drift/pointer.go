package drift

import (
	"strconv"
	"strings"
)

var (
	escaper   = strings.NewReplacer("~", "~0", "/", "~1")
	unescaper = strings.NewReplacer("~1", "/", "~0", "~")
)

// child is the JSON pointer of a member.
func child(pointer, name string) string { return pointer + "/" + escaper.Replace(name) }

// anyItem stands for every item of an array in a key; no name contains it
// unescaped.
const anyItem = "/~"

// resolve returns the value at a JSON pointer, nil when there is none, and the
// pointer's key: the pointer with every item of an array alike.
func (v *value) resolve(pointer string) (*value, string) {
	if pointer == "" || !strings.HasPrefix(pointer, "/") {
		return v, pointer
	}
	key := ""
	for token := range strings.SplitSeq(pointer[1:], "/") {
		if v != nil && v.kind == array {
			key += anyItem
			i, err := strconv.Atoi(token)
			if err != nil || i < 0 || i >= len(v.items) {
				v = nil
				continue
			}
			v = v.items[i]
			continue
		}
		key += "/" + token
		if v != nil {
			v = v.members[unescaper.Replace(token)]
		}
	}
	return v, key
}

// with returns a copy of the value in which the pointer names member. Only what
// lies on the way is copied; a way that does not exist changes nothing.
func (v *value) with(pointer string, member *value) *value {
	if pointer == "" {
		return member
	}
	token, rest, nested := strings.Cut(pointer[1:], "/")
	if nested {
		rest = "/" + rest
	}
	out := *v
	switch v.kind {
	case object:
		name := unescaper.Replace(token)
		old, there := v.members[name]
		switch {
		case nested && there:
			member = old.with(rest, member)
		case nested:
			return v
		case !there:
			out.names = append(v.names[:len(v.names):len(v.names)], name)
		}
		out.members = make(map[string]*value, len(v.members)+1)
		for n, m := range v.members {
			out.members[n] = m
		}
		out.members[name] = member
	case array:
		i, err := strconv.Atoi(token)
		if err != nil || i < 0 || i >= len(v.items) {
			return v
		}
		out.items = append([]*value(nil), v.items...)
		out.items[i] = v.items[i].with(rest, member)
	}
	return &out
}
