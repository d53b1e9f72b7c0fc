package record

import (
	"slices"
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
		for _, child := range n.Children {
			visit(child)
		}
		_, err := time.Parse(time.RFC3339Nano, n.Text)
		fixed := pinnedNumber
		if n.Kind == jsontext.String && err == nil {
			fixed = pinnedDate
		} else if n.Kind != jsontext.Number {
			return
		}
		pointer := n.Pointer()
		if i := slices.IndexFunc(r.Pinned, func(p string) bool { return cassette.Covers(p, pointer) }); i >= 0 {
			edits = append(edits, n.Edit(fixed))
			r.pinned[r.Pinned[i]] = true
		}
	}
	visit(root)
	return jsontext.Splice(body, edits)
}
