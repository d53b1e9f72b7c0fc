package setup

import (
	"encoding/json"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"example.com/webhookvcr/cmd/record/internal/exit"
)

// ModulePath is that of this module.
const ModulePath = "example.com/webhookvcr"

// module is what go mod edit -json says of a go.mod.
type module struct {
	Module        reference
	Require, Tool []reference
	Replace       []struct{ Old, New reference }
}

type reference struct{ Path string }

// Has reports whether a package is a tool of the module.
func (m module) Has(tool string) bool { return slices.Contains(m.Tool, reference{tool}) }

// next are the commands that make the module ready, with what it lacks.
func (m module) next(vendored bool) string {
	var edit, commands []string
	if m.Module.Path != ModulePath && !slices.Contains(m.Require, reference{ModulePath}) {
		edit = append(edit, "-require "+ModulePath+"@v0.0.0")
		if m.replacement() == "" {
			edit = append(edit, "-replace "+ModulePath+"="+neighbour)
		}
	}
	if !m.Has(ModulePath + "/cmd/record") {
		edit = append(edit, "-tool "+ModulePath+"/cmd/record")
	}
	if len(edit) > 0 {
		commands = append(commands, "go mod edit "+strings.Join(edit, " "))
	}
	commands = append(commands, "go mod tidy")
	if vendored {
		commands = append(commands, "go mod vendor")
	}
	next := strings.Join(append(commands, "go test ."), " && ")
	if strings.Contains(next, "="+neighbour) {
		next += "\n      (" + neighbour + " is a checkout of that module; name where yours lies)"
	}
	return next
}

// replacement is what the module takes in the place of this one; "" when that is not
// replaced.
func (m module) replacement() string {
	for _, r := range m.Replace {
		if r.Old.Path == ModulePath {
			return r.New.Path
		}
	}
	return ""
}

// away is the directory outside of the repository that this module is taken from; ""
// when a runner has all that it needs.
func (m module) away(dir, root string) (string, error) {
	if m.Module.Path == ModulePath {
		return "", nil
	}
	taken := m.replacement()
	switch {
	case taken == "" && slices.Contains(m.Require, reference{ModulePath}):
		return "", nil
	case taken == "":
		taken = neighbour
	case !filepath.IsAbs(taken) && !strings.HasPrefix(taken, "."): // another module
		return "", nil
	}
	base, err := filepath.Abs(filepath.Join(dir, filepath.FromSlash(root)))
	if err != nil {
		return "", err
	}
	at := filepath.FromSlash(taken)
	if !filepath.IsAbs(at) {
		if at, err = filepath.Abs(filepath.Join(dir, at)); err != nil {
			return "", err
		}
	}
	if below, err := filepath.Rel(base, at); err == nil && filepath.IsLocal(below) {
		return "", nil
	}
	return taken, nil
}

// ReadModule makes sure that the go command reads the go.mod.
func ReadModule(dir string) (m module, err error) {
	c := exec.Command("go", "mod", "edit", "-json")
	c.Dir = dir
	var said strings.Builder
	c.Stderr = &said
	text, err := c.Output()
	if err == nil {
		err = json.Unmarshal(text, &m)
	}
	switch {
	case said.Len() > 0:
		return m, exit.Errorf(exit.Usage, "go.mod does not parse; nothing was written\n\t%s", strings.ReplaceAll(strings.TrimSpace(said.String()), "\n", "\n\t"))
	case err != nil:
		return m, exit.Errorf(exit.Failed, "go mod edit -json: %v; nothing was written", err)
	case m.Module.Path == "":
		return m, exit.Errorf(exit.Usage, "go.mod names no module; nothing was written")
	}
	return m, nil
}

// neighbour is where the checkout of this module lies for a module that does not say.
const neighbour = "../webhookvcr"
