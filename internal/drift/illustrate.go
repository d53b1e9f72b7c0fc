package drift

import (
	"slices"
	"strconv"
	"strings"

	"example.com/webhookvcr/internal/contract"
	"example.com/webhookvcr/internal/jsontext"
	"example.com/webhookvcr/internal/provider"
)

const absent = "absent"

// illustrate says of every finding what stood at its place in the stored answer, and
// what stands there in the fresh one.
func illustrate(d *provider.Definition, stored, fresh contract.Exchange, found []finding) {
	before, after := newPlaces(d, stored), newPlaces(d, fresh)
	for i := range found {
		found[i].before, found[i].after = before.at(found[i]), after.at(found[i])
	}
}

// places are what an answer has at each place.
type places struct {
	d      *provider.Definition
	answer contract.Response
	class  func(pointer string) provider.Class
	root   *shape // nil when the body is no JSON
}

func newPlaces(d *provider.Definition, e contract.Exchange) places {
	p := places{d: d, answer: e.Response, class: contract.ResponseClasses(d, e.Request, e.Response)}
	if root := parse(e.Response.Body); root != nil {
		p.root = shapeOf(root)
	}
	return p
}

// at describes the place of a finding. A value that is no word of the contract is
// described by its type, so that nothing of a tenant gets into a report.
func (p places) at(f finding) string {
	switch {
	case f.rule == StatusChanged:
		return strconv.Itoa(p.answer.Status)
	case f.body && p.root != nil:
		return p.values(p.root.find(f.key))
	case f.body && isEmpty(p.answer.Body):
		return "no body"
	case f.body:
		return "no JSON"
	case f.pointer == "":
		return ""
	}
	value := join(p.answer.Header, f.pointer)
	switch {
	case value == "":
		return absent
	case f.pointer != contentType:
		return "a value"
	}
	return describeMedia(p.d, contract.MediaType(value))
}

// find returns the values with a key, nil when there are none.
func (s *shape) find(key string) *shape {
	if key == "" {
		return s
	}
	for token := range strings.SplitSeq(key[1:], "/") {
		switch {
		case s == nil:
			return nil
		case "/"+token == anyItem:
			s = s.items
		default:
			s = s.members[jsontext.Unescape(token)]
		}
	}
	return s
}

// maxWords bounds the words that are listed of one place.
const maxWords = 4

// values describes what stands at one place: the words of the contract as they
// are, and all else by its type.
func (p places) values(s *shape) string {
	if s == nil {
		return absent
	}
	var all []string
	add := func(text string) {
		if !slices.Contains(all, text) {
			all = append(all, text)
		}
	}
	for _, v := range s.scalars {
		if v.kind == text && len(all) < maxWords && p.class(v.pointer).Keep && contract.IsWord(p.d, v.text) {
			add(jsontext.Quote(v.text))
		} else {
			add(kindNames[v.kind])
		}
	}
	for _, k := range []kind{array, object, null} {
		if s.count[k] > 0 {
			add(kindNames[k])
		}
	}
	return strings.Join(all, " or ")
}
