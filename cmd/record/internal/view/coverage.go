package view

import (
	"maps"
	"slices"
	"strings"

	"example.com/webhookvcr/internal/contract"
	"example.com/webhookvcr/internal/jsontext"
	"example.com/webhookvcr/internal/provider"
)

// coverage says which documented answers, members and listed values the cassettes
// of a provider show.
type coverage struct {
	Title    string
	Statuses []int
	Rows     []coverageRow
	// Shown of the documented answers are in a cassette.
	Shown, Documented int
	Unshown           []unshownAnswer
}

// coverageRow is an operation with a cell for each status of its provider.
type coverageRow struct {
	Operation string
	Cells     []coverageCell
}

// coverageCell names the cassettes that show an answer.
type coverageCell struct {
	Status     int
	Documented bool
	Cassettes  []string
}

type unshownAnswer struct {
	Operation string
	Status    int
	Members   []unshownMember
}

// unshownMember is a documented member that no cassette shows, or the listed values
// of one that none shows.
type unshownMember struct {
	Pointer string
	Values  []string
}

func coverageOf(def *provider.Definition, cassettes []pageCassette) coverage {
	type answer struct {
		op     *provider.Operation
		status int
	}
	shown := map[answer][]string{}
	places := map[answer]map[string]bool{}
	for _, c := range cassettes {
		for _, e := range c.file.Exchanges() {
			if e.Request.URL == nil {
				continue
			}
			route, ok := def.Find(e.Request.Method, e.Request.URL)
			if !ok {
				continue
			}
			a := answer{route.Operation, e.Response.Status}
			if !slices.Contains(shown[a], c.ID) {
				shown[a] = append(shown[a], c.ID)
			}
			if places[a] == nil {
				places[a] = map[string]bool{}
			}
			if root, err := jsontext.Parse(e.Response.Body, jsontext.Bounds{Depth: 100}); err == nil {
				notePlaces(root, "", places[a])
			}
		}
	}
	statuses := map[int]bool{}
	for _, op := range def.Operations {
		for _, r := range op.Responses {
			statuses[r.Status] = true
		}
	}
	for a := range shown {
		statuses[a.status] = true
	}
	v := coverage{Title: def.Title, Statuses: slices.Sorted(maps.Keys(statuses))}
	for i := range def.Operations {
		op := &def.Operations[i]
		row := coverageRow{Operation: op.Name}
		for _, status := range v.Statuses {
			a := answer{op, status}
			cell := coverageCell{status, op.Response(status) != nil, shown[a]}
			row.Cells = append(row.Cells, cell)
			if cell.Documented {
				v.Documented++
			}
			if len(cell.Cassettes) == 0 {
				continue
			}
			if cell.Documented {
				v.Shown++
			}
			if missing := unshown(contract.Members(def, op, status), places[a]); len(missing) > 0 {
				v.Unshown = append(v.Unshown, unshownAnswer{op.Name, status, missing})
			}
		}
		v.Rows = append(v.Rows, row)
	}
	return v
}

// notePlaces enters every place of a value, with * for items, and every string there
// behind an equals sign. No pointer of a schema has one.
func notePlaces(n *jsontext.Node, pointer string, seen map[string]bool) {
	seen[pointer] = true
	if n.Kind == jsontext.String {
		seen[pointer+"="+n.Text] = true
	}
	for _, child := range n.Children {
		below := pointer + "/*"
		if n.Kind == jsontext.BeginObject {
			seen[below] = true
			below = jsontext.Child(pointer, child.Name)
		}
		notePlaces(child, below, seen)
	}
}

// unshown lists the documented members, and the listed values, that no body shows.
// Of a member that is not there, what stands inside it is not listed.
func unshown(all []contract.Member, seen map[string]bool) (missing []unshownMember) {
	for _, m := range all {
		parent := m.Pointer[:strings.LastIndexByte(m.Pointer, '/')]
		if !seen[parent] {
			continue
		}
		if !seen[m.Pointer] {
			missing = append(missing, unshownMember{Pointer: m.Pointer})
			continue
		}
		values := slices.DeleteFunc(slices.Clone(m.Values), func(v string) bool { return seen[m.Pointer+"="+v] })
		if len(values) > 0 {
			missing = append(missing, unshownMember{m.Pointer, values})
		}
	}
	return missing
}
