package placeholder

import (
	"strings"
	"sync"

	"example.com/webhookvcr/internal/provider"
)

// don is an id of the form don:service:partition:type/id:type/id… as it stands
// in a text. Its separators may be escaped, all or some of them, and keep their
// spelling when its parts are exchanged.
type don struct {
	start, end int
	partition  span
	parts      []donPart
}

type donPart struct{ kind, id span }

type span struct{ start, end int }

func (p span) in(s string) string { return s[p.start:p.end] }

// key names a part in the table: type/id.
func (p donPart) key(s string) string { return p.kind.in(s) + "/" + p.id.in(s) }

// resources is the grammar of ids in which some vendor names a resource by its
// path. They are looked for in the texts of every vendor, since one tenant's may
// stand in another's.
var resources = sync.OnceValue(func() *provider.Resources {
	for _, d := range provider.All() {
		if d.Resources != nil {
			return d.Resources
		}
	}
	return &provider.Resources{Scheme: "\x00"}
})

// parseDON reads the DON that starts at i.
func parseDON(s string, i int) (don, bool) {
	d := don{start: i}
	scheme := resources().Scheme
	if !strings.HasPrefix(s[i:], scheme) {
		return d, false
	}
	i += len(scheme)
	var ok bool
	if i, ok = colon(s, i); !ok {
		return d, false
	}
	service := run(s, i, isKindByte)
	if service == i {
		return d, false
	}
	if i, ok = colon(s, service); !ok {
		return d, false
	}
	d.partition = span{i, run(s, i, isPartitionByte)}
	i = d.partition.end
	if d.partition.start == i {
		return d, false
	}
	for {
		next, ok := colon(s, i)
		if !ok {
			break
		}
		var p donPart
		p.kind = span{next, run(s, next, isKindByte)}
		if p.kind.start == p.kind.end {
			break
		}
		if next, ok = slash(s, p.kind.end); !ok {
			break
		}
		p.id = span{next, run(s, next, isIDByte)}
		// A full stop behind an id ends the sentence.
		for p.id.end > p.id.start && s[p.id.end-1] == '.' {
			p.id.end--
		}
		if p.id.start == p.id.end {
			break
		}
		d.parts = append(d.parts, p)
		i = p.id.end
	}
	d.end = i
	return d, len(d.parts) > 0
}

// wholeDON reads a text that is a DON and nothing else.
func wholeDON(s string) (don, bool) {
	d, ok := parseDON(s, 0)
	return d, ok && d.end == len(s)
}

// exchange returns the DON with each part mapped; part gets type/id and returns
// type/id of the same type, partition gets and returns a partition.
func (d don) exchange(s string, partition, part func(string) string) string {
	var b strings.Builder
	done := d.start
	put := func(p span, text string) {
		b.WriteString(s[done:p.start])
		b.WriteString(text)
		done = p.end
	}
	put(d.partition, partition(d.partition.in(s)))
	for _, p := range d.parts {
		_, id, _ := strings.Cut(part(p.key(s)), "/")
		put(p.id, id)
	}
	b.WriteString(s[done:d.end])
	return b.String()
}

// rawDON returns a DON with no separator escaped.
func rawDON(s string) string { return separators.Replace(s) }

var separators = strings.NewReplacer("%3A", ":", "%3a", ":", "%2F", "/", "%2f", "/", `\/`, "/")

func (d don) last() donPart { return d.parts[len(d.parts)-1] }

func colon(s string, i int) (int, bool) { return separator(s, i, ':', "%3A") }

func slash(s string, i int) (int, bool) {
	if strings.HasPrefix(s[i:], `\/`) {
		return i + 2, true
	}
	return separator(s, i, '/', "%2F")
}

func separator(s string, i int, raw byte, escaped string) (int, bool) {
	switch {
	case i < len(s) && s[i] == raw:
		return i + 1, true
	case len(s)-i >= 3 && strings.EqualFold(s[i:i+3], escaped):
		return i + 3, true
	}
	return i, false
}

func run(s string, i int, f func(byte) bool) int {
	for i < len(s) && f(s[i]) {
		i++
	}
	return i
}

func isKindByte(c byte) bool { return isAlnum(c) || c == '_' }

func isPartitionByte(c byte) bool { return isAlnum(c) || c == '-' }

func isIDByte(c byte) bool {
	switch c {
	case '-', '_', '.', '~', '+', '=':
		return true
	}
	return isAlnum(c)
}

func isAlnum(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// startsWord says that no word runs into the place i: what stands before it is
// no letter, digit or joining byte, or is the end of an escape.
func startsWord(s string, i int, joins string) bool {
	if i == 0 || !joined(s[i-1], joins) {
		return true
	}
	switch {
	case i >= 3 && s[i-3] == '%' && isHex(s[i-2]) && isHex(s[i-1]):
		return true
	case i >= 2 && s[i-2] == '\\' && strings.IndexByte("bfnrt", s[i-1]) >= 0:
		return true
	case i >= 6 && s[i-6] == '\\' && s[i-5] == 'u':
		return isHex(s[i-4]) && isHex(s[i-3]) && isHex(s[i-2]) && isHex(s[i-1])
	}
	return false
}

// endsWord says that no word runs on at the place i.
func endsWord(s string, i int, joins string) bool { return i >= len(s) || !joined(s[i], joins) }

func joined(c byte, joins string) bool {
	return isAlnum(c) || c >= 0x80 || strings.IndexByte(joins, c) >= 0
}
