package main

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"example.com/webhookvcr/internal/exit"

	"example.com/webhookvcr/cassettes"
	"example.com/webhookvcr/internal/cassette"
	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/record"
	"example.com/webhookvcr/internal/say"
)

// stored are the cassettes that a fresh recording is compared with.
type stored struct {
	files fs.FS
	// name is how messages call them, dir where they lie: empty for those of this
	// build.
	name, dir string
	// all are the cassettes, listed once: every scenario looks for its own among them.
	all []string
}

func storedIn(files fs.FS, name, dir string) stored {
	all, _ := fs.Glob(files, "*/*/*.yaml") // the pattern is sound
	return stored{files, name, dir, all}
}

// openStored takes the directory that the user names, else that of the checkout,
// else the cassettes of this build.
func openStored(dir string) (stored, error) {
	if dir == "" {
		if !inCheckout() {
			return storedIn(cassettes.FS, "the cassettes of this build", ""), nil
		}
		dir = shippedDir
	}
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return stored{}, exit.Errorf(exit.Usage, "--cassettes %q: there is no such directory; record refresh --out %s makes it, or name the one below which PROVIDER/SCENARIO.yaml lies", dir, record.Quote(dir))
	case err != nil:
		return stored{}, exit.Errorf(exit.Usage, "--cassettes %q: %v", dir, say.Reason(err))
	case !info.IsDir():
		return stored{}, exit.Errorf(exit.Usage, "--cassettes %q: it is no directory; name the one below which PROVIDER/SCENARIO.yaml lies", dir)
	}
	for _, def := range provider.All() {
		for _, op := range def.Operations {
			if info, err := os.Stat(filepath.Join(dir, op.Name)); err == nil && info.IsDir() {
				return stored{}, exit.Errorf(exit.Usage, "--cassettes %q: the scenarios of %s lie in it; name the directory above, below which PROVIDER/SCENARIO.yaml lies", dir, def.Name)
			}
		}
	}
	return storedIn(os.DirFS(dir), filepath.ToSlash(dir), filepath.ToSlash(dir)), nil
}

// inCheckout reports whether the working directory is a checkout of the module.
func inCheckout() bool {
	_, err := os.Stat(filepath.Join(shippedDir, "cassettes.go"))
	return err == nil
}

// held are the cassettes of a scenario by their names: its own, and those of answers that
// were recorded as they came.
type held map[string]*cassette.File

// of is the cassette that an answer is compared with: the scenario's own when that is
// about it.
func (h held) of(g given) *cassette.File {
	plain, variant := h[g.scenario.Name], h[variantName(g.scenario.Name, g.status)]
	if variant != nil && (plain == nil || !g.fits()) {
		return variant
	}
	if plain == nil {
		return h[slices.Min(slices.Collect(maps.Keys(h)))]
	}
	return plain
}

// variants are the names of the recordings of other answers, in order.
func (h held) variants() (all []string) {
	for _, name := range slices.Sorted(maps.Keys(h)) {
		if strings.Contains(name, "-for-") {
			all = append(all, name)
		}
	}
	return all
}

// names are the files of a scenario.
func (s stored) names(t target) (all []string) {
	operation, ending := path.Join(t.def.Name, t.operation())+"/", "-for-"+path.Base(t.scenario.Name)+".yaml"
	for _, name := range s.all {
		if strings.HasPrefix(name, operation) && strings.HasSuffix(name, ending) {
			all = append(all, name)
		}
	}
	return append(all, t.name()+".yaml")
}

func (s stored) has(t target) bool {
	return slices.ContainsFunc(s.names(t), func(name string) bool {
		_, err := fs.Stat(s.files, name)
		return err == nil
	})
}

// load returns the scenario's cassettes.
func (s stored) load(t target) (held, error) {
	files := held{}
	for _, name := range s.names(t) {
		data, err := fs.ReadFile(s.files, name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		file, err := cassette.Parse(name, data)
		if err != nil {
			return nil, err
		}
		scenario := strings.TrimSuffix(strings.TrimPrefix(name, t.def.Name+"/"), ".yaml")
		if h := file.Header; h.Scenario != "" && (h.Provider != t.def.Name || h.Scenario != scenario) {
			return nil, fmt.Errorf("%s: it is the cassette of %s/%s", name, h.Provider, h.Scenario)
		}
		file.Header.Scenario = scenario
		files[scenario] = file
	}
	return files, nil
}
