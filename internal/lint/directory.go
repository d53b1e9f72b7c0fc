package lint

import (
	"path/filepath"
	"slices"
	"strings"

	"example.com/webhookvcr/internal/provider"
)

// directories notes which cassettes carry the webhooktest header.
type directories map[string]*directory

type directory struct {
	headed bool
	plain  []string
}

func (d directories) note(path string, j judged) {
	name := filepath.Dir(path)
	if d[name] == nil {
		d[name] = &directory{}
	}
	d[name].headed = d[name].headed || j.headed
	if j.plain {
		d[name].plain = append(d[name].plain, path)
	}
}

// lost reports the cassettes that should carry the header: their neighbours do,
// or their path is that of a shipped scenario.
func (d directories) lost() []Finding {
	var all []Finding
	for _, dir := range d {
		for _, path := range dir.plain {
			f := findings{file: path}
			switch scenario := scenarioOf(path); {
			case scenario != "":
				f.add(ruleHeaderLost, 0, -1, "", "has no webhooktest header, and its path is that of the scenario %s", scenario)
			case dir.headed:
				f.add(ruleHeaderLost, 0, -1, "", "has no webhooktest header, and other cassettes of its directory have one")
			}
			all = append(all, f.all...)
		}
	}
	slices.SortFunc(all, order)
	return all
}

// scenarioOf names the scenario whose file PROVIDER/SCENARIO.yaml a path is.
func scenarioOf(path string) string {
	slashed := filepath.ToSlash(path)
	for _, def := range provider.All() {
		for _, s := range def.Scenarios {
			name := def.Name + "/" + s.Name
			if slashed == name+".yaml" || strings.HasSuffix(slashed, "/"+name+".yaml") {
				return name
			}
		}
	}
	return ""
}
