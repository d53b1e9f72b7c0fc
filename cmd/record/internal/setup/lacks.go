package setup

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"example.com/webhookvcr/cmd/record/internal/session"
	"example.com/webhookvcr/internal/pattern"
	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/record"
	"example.com/webhookvcr/internal/say"
)

// sayLacking prints the lines that a file which stays as it is would need.
func sayLacking(w io.Writer, file string, lines []string) {
	if len(lines) > 0 {
		fmt.Fprintf(w, "\n%s was there, and lacks:\n  %s\n", file, strings.Join(lines, "\n  "))
	}
}

// lackingVariables are the lines of the list of variables that a kept one lacks.
func lackingVariables(path string, chosen []*provider.Definition) ([]string, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, say.Reason(err)
	}
	var lines []string
	for _, v := range allVariables(chosen) {
		if set := pattern.New(`(?m)^\s*(?:export\s+)?` + v.name + `\s*=`); !set.MatchString(string(data)) {
			lines = append(lines, "# "+v.what, v.name+"=")
		}
	}
	return lines, nil
}

// lackingSteps are the lines of the workflow that a kept one lacks: its command, where
// that leaves out a provider or the module's own cassettes, and variables.
func (s *Init) lackingSteps(path, dir string, chosen []*provider.Definition) ([]string, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, say.Reason(err)
	}
	var root yaml.Node
	if err := yaml.Unmarshal(data, &root); err != nil {
		return nil, err
	}
	keys, commands := map[string]bool{}, []string{}
	walkYAML(&root, func(key string, value *yaml.Node) {
		keys[key] = true
		for line := range strings.Lines(value.Value) {
			if key == "run" && isCheck.MatchString(line) {
				commands = append(commands, strings.TrimSpace(line))
			}
		}
	})
	var lines []string
	covered, own := map[string]bool{}, false
	for _, command := range commands {
		names, flag := s.compares(command)
		own = own || flag != ""
		for _, name := range names {
			covered[name] = true
		}
	}
	if !own || slices.ContainsFunc(chosen, func(def *provider.Definition) bool { return !covered[def.Name] }) {
		var names []string
		for _, def := range provider.All() {
			if covered[def.Name] || slices.Contains(chosen, def) {
				names = append(names, def.Name)
			}
		}
		lines = append(lines, "run: "+nightly(names, dir))
	}
	for _, v := range allVariables(chosen) {
		if !keys[v.name] {
			lines = append(lines, v.inWorkflow())
		}
	}
	return lines, nil
}

func allVariables(chosen []*provider.Definition) (all []variable) {
	for _, def := range chosen {
		all = append(all, variablesOf(def)...)
	}
	return all
}

// isCheck matches a command that compares with cassettes.
var isCheck = pattern.New(`\brecord check\b`)

// compares are the providers that a command line of record check asks, and the
// directory of its cassettes.
func (s *Init) compares(command string) (names []string, dir string) {
	_, rest, _ := strings.Cut(command, "record check")
	args, dir := s.ParseCheck(strings.Fields(rest))
	for _, arg := range args {
		if name, _, _ := strings.Cut(arg, "/"); provider.ByName(name) != nil {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		names = session.ProviderNames()
	}
	return names, dir
}

// nightly is the command that compares with the cassettes of a directory.
func nightly(names []string, dir string) string {
	return strings.Join(append([]string{"go tool record check --format github --cassettes", record.Quote(filepath.ToSlash(dir))}, names...), " ")
}

// walkYAML calls f with each key of each mapping, and what it stands for.
func walkYAML(n *yaml.Node, f func(key string, value *yaml.Node)) {
	for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
		f(n.Content[i].Value, n.Content[i+1])
	}
	for _, c := range n.Content {
		walkYAML(c, f)
	}
}
