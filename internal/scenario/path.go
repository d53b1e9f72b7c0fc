package scenario

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"example.com/webhookvcr/internal/cassette"
	"example.com/webhookvcr/internal/replay"
	"example.com/webhookvcr/internal/say"
)

// isPath reports whether a step's name is a path: it ends as a cassette's file
// does, or there is a directory of that name.
func (l Library) isPath(name string) bool {
	if !l.Paths || name == "" {
		return false
	}
	if isCassette(name) {
		return true
	}
	info, err := os.Stat(name)
	return err == nil && info.IsDir()
}

// isCassette reports whether a file may be replayed. A recording that was
// rejected may not, since nobody has accepted what it holds.
func isCassette(name string) bool {
	return (strings.HasSuffix(name, ".yaml") || strings.HasSuffix(name, ".yml")) && !strings.HasSuffix(name, ".rejected.yaml")
}

// cassettes returns the steps of a file, or of every cassette below a directory
// in the order of their paths.
func (l Library) cassettes(s Step) ([]replay.Step, error) {
	paths, err := walk(s.Name)
	if err != nil {
		return nil, err
	}
	var steps []replay.Step
	var mistakes []string
	for _, path := range paths {
		name := s.Spelt
		if path != s.Name {
			name = fmt.Sprintf("%q", path)
		}
		index, err := l.open(path)
		if err == nil {
			var step replay.Step
			step, err = s.Replayed(name, index)
			steps = append(steps, step)
		}
		if err != nil {
			mistakes = append(mistakes, err.Error())
		}
	}
	if len(mistakes) > 0 {
		return nil, errors.New(strings.Join(mistakes, "\n"))
	}
	return steps, nil
}

func walk(name string) ([]string, error) {
	info, err := os.Stat(name)
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s: %w", name, say.Reason(err))
	case !info.IsDir():
		return []string{name}, nil
	}
	paths, err := cassette.Files(name)
	paths = slices.DeleteFunc(paths, func(path string) bool { return !isCassette(path) })
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s: %w", name, say.Reason(err))
	case len(paths) == 0:
		return nil, fmt.Errorf("%s holds no cassette; name a directory with files that end in .yaml", name)
	}
	return paths, nil
}

// open reads a cassette. One that holds a scenario is that scenario, with what it demonstrates.
func (l Library) open(path string) (*replay.Index, error) {
	file, err := cassette.Load(path)
	if err != nil {
		return nil, err
	}
	h := file.Header
	if h.Provider != "" && h.Provider != l.Definition.Name {
		return nil, fmt.Errorf("%s was recorded with %s, not with %s", path, h.Provider, l.Definition.Name)
	}
	return replay.NewIndex(file, l.Definition, l.Definition.Scenario(h.Scenario)), nil
}
