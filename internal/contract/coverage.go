package contract

import (
	"slices"

	"github.com/santhosh-tekuri/jsonschema/v5"

	"example.com/webhookvcr/internal/provider"
)

// Member is a member that the contract documents in an answer.
type Member struct {
	// Pointer is a JSON pointer with * for the items of an array, and for members
	// whose names only a rule describes.
	Pointer string
	// Values are the strings that the contract lists for it, sorted; none when it lists none.
	Values []string
}

// Members returns the documented members of an operation's answer with a status,
// parents first. A schema that describes a value inside itself is followed once.
func Members(d *provider.Definition, op *provider.Operation, status int) (all []Member) {
	response := op.Response(status)
	if response == nil || response.Schema == "" {
		return nil
	}
	s, err := load(d, response.Schema)
	if err != nil {
		return nil
	}
	seen := map[string]bool{}
	var walk func(p site, pointer string, above []*jsonschema.Schema)
	walk = func(p site, pointer string, above []*jsonschema.Schema) {
		if pointer != "" && !seen[pointer] {
			seen[pointer] = true
			all = append(all, Member{pointer, p.listed()})
		}
		for _, s := range p {
			if len(s.Properties) > 0 && slices.Contains(above, s.Schema) {
				return
			}
			above = append(slices.Clip(above), s.Schema)
		}
		for token, child := range p.members() {
			walk(child, pointer+"/"+token, above)
		}
		if p.admits("array") {
			for _, child := range p.items() {
				if len(child) > 0 {
					walk(child, pointer+"/*", above)
				}
			}
		}
	}
	walk(site(nil).with(s.root, true), "", nil)
	return all
}

// listed are the strings that a site lists.
func (p site) listed() (values []string) {
	for _, s := range p {
		for _, v := range slices.Concat(s.Enum, s.Constant) {
			if text, ok := v.(string); ok {
				values = append(values, text)
			}
		}
	}
	slices.Sort(values)
	return slices.Compact(values)
}
