package record

import (
	"time"

	"example.com/webhookvcr/internal/cassette"
	"example.com/webhookvcr/internal/jsontext"
)

// pinnedDate and pinnedNumber stand for what changes each time.
const (
	pinnedDate   = `"2025-01-01T00:00:00Z"`
	pinnedNumber = "0"
)

// pin puts fixed values in the place of the dates and numbers that are to be pinned,
// so that two recordings of one webhook say the same. It takes a body in placeholders;
// other values than these are placeholders, or words of the contract, which stay.
func (r *Recording) pin(body []byte) []byte {
	root, err := jsontext.Parse(body, jsontext.Bounds{})
	if err != nil {
		return body
	}
	var edits []jsontext.Edit
	var visit func(n *jsontext.Node)
	visit = func(n *jsontext.Node) {
		if n.Kind == jsontext.BeginObject || n.Kind == jsontext.BeginArray {
			for _, child := range n.Children {
				visit(child)
			}
			return
		}
		fixed := ""
		switch n.Kind {
		case jsontext.Number:
			fixed = pinnedNumber
		case jsontext.String:
			if _, err := time.Parse(time.RFC3339Nano, n.Text); err == nil {
				fixed = pinnedDate
			}
		}
		if fixed == "" {
			return
		}
		pointer := n.Pointer()
		for _, p := range r.Pinned {
			if cassette.Covers(p, pointer) {
				edits = append(edits, n.Edit(fixed))
				r.pinned[p] = true
				return
			}
		}
	}
	visit(root)
	return jsontext.Splice(body, edits)
}
