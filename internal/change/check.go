package change

import (
	"fmt"
	"slices"
	"strings"

	"example.com/webhookvcr/internal/jsontext"
	"example.com/webhookvcr/internal/pattern"
)

// check says why a change can be made nowhere.
func (c *Change) check() error {
	switch why := c.misplaced(); {
	case c.err != "":
		return fmt.Errorf("%s: %s", c.label(), c.err)
	case why != "":
		return fmt.Errorf("%s: %s", c.label(), why)
	case c.name == duplicates && c.times < 1:
		return fmt.Errorf("Duplicates(%d): give 1 or more, or leave it out", c.times)
	}
	return nil
}

// escape is what "~" may not be in a JSON pointer (RFC 6901).
var escape = pattern.New(`~([^01]|$)`)

// misplaced says why a pointer names no place, empty for one that does.
func (c *Change) misplaced() string {
	if at := jsontext.InvalidUTF8([]byte(c.pointer)); at >= 0 {
		return fmt.Sprintf("byte %d of the pointer is no UTF-8, as a member's name is", at)
	}
	for token := range strings.SplitSeq(c.pointer, "/") {
		switch {
		case escape.MatchString(token):
			return fmt.Sprintf("%q is no escape of a JSON pointer; it writes ~ as ~0, and / within a name as ~1", escape.FindString(token))
		case token == "*":
			return `"*" stands for any place, and a change is of one; name the member or the index`
		}
	}
	return ""
}

// idle says which of the changes that made one text of another has no effect: the
// text would be the same without it.
func idle(before, after []byte, changes []*Change) error {
	changes = slices.DeleteFunc(slices.Clone(changes), func(c *Change) bool { return !c.OfBody() })
	want := plain(after)
	same := func(without ...int) bool {
		var rest []*Change
		for i, c := range changes {
			if !slices.Contains(without, i) {
				rest = append(rest, c)
			}
		}
		text, err := applied(before, rest)
		return err == nil && plain(text) == want
	}
	for i, c := range changes {
		text, _ := applied(before, changes[:i])
		then, _ := applied(text, changes[i:i+1])
		if plain(text) == plain(then) {
			return fmt.Errorf("%s has no effect, for that is there already; leave it out", c.label())
		}
		for j := i + 1; j < len(changes); j++ {
			later := changes[j]
			switch {
			case !later.covers(c):
			case same(i):
				return fmt.Errorf("%s has no effect, for %s after it is of the same place; leave one out", c.label(), later.label())
			case same(i, j):
				return fmt.Errorf("%s undoes %s; leave both out", later.label(), c.label())
			}
		}
	}
	return nil
}

// covers reports whether a change is of the place of another one, or of one around it.
func (c *Change) covers(other *Change) bool {
	return c.name == "Body" || other.pointer == c.pointer && other.name != "Body" || strings.HasPrefix(other.pointer, c.pointer+"/")
}

// plain is a text as it is compared: white space and escapes aside. The texts before
// and after a change are JSON, or nothing.
func plain(text []byte) string {
	n, err := jsontext.Parse(text, jsontext.Bounds{})
	if err != nil {
		return string(text)
	}
	return string(n.Append(nil))
}
