package check

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"example.com/webhookvcr/cassettes"
	"example.com/webhookvcr/cmd/record/internal/exit"
	"example.com/webhookvcr/cmd/record/internal/session"
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

// openStored takes the directory that the user names, else that of the checkout,
// else the cassettes of this build.
func openStored(dir string) (stored, error) {
	if dir == "" && !session.InCheckout() {
		return stored{cassettes.FS, "the cassettes of this build", "", list(cassettes.FS)}, nil
	}
	dir = cmp.Or(dir, session.ShippedDir)
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
	return stored{os.DirFS(dir), filepath.ToSlash(dir), filepath.ToSlash(dir), list(os.DirFS(dir))}, nil
}

func list(files fs.FS) []string {
	all, _ := fs.Glob(files, "*/*/*.yaml") // the pattern is sound
	return all
}

// held are the cassettes of a scenario by their names: its own, and those of answers that
// were recorded as they came.
type held map[string]*cassette.File

// of is the cassette that an answer is compared with: the scenario's own when that is
// about it.
func (h held) of(g session.Given) *cassette.File {
	plain, variant := h[g.Scenario.Name], h[session.VariantName(g.Scenario.Name, g.Status)]
	if variant != nil && (plain == nil || !g.Fits()) {
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
func (s stored) names(t session.Target) (all []string) {
	operation, ending := path.Join(t.Def.Name, t.Operation())+"/", "-for-"+path.Base(t.Scenario.Name)+".yaml"
	for _, name := range s.all {
		if strings.HasPrefix(name, operation) && strings.HasSuffix(name, ending) {
			all = append(all, name)
		}
	}
	return append(all, t.Name()+".yaml")
}

func (s stored) has(t session.Target) bool {
	return slices.ContainsFunc(s.names(t), func(name string) bool {
		_, err := fs.Stat(s.files, name)
		return err == nil
	})
}

// load returns the scenario's cassettes.
func (s stored) load(t session.Target) (held, error) {
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
		scenario := strings.TrimSuffix(strings.TrimPrefix(name, t.Def.Name+"/"), ".yaml")
		if h := file.Header; h.Scenario != "" && (h.Provider != t.Def.Name || h.Scenario != scenario) {
			return nil, fmt.Errorf("%s: it is the cassette of %s/%s", name, h.Provider, h.Scenario)
		}
		file.Header.Scenario = scenario
		files[scenario] = file
	}
	return files, nil
}

// Unread is a cassette of a scenario that nothing is compared with.
type Unread struct {
	File string `json:"file"`
	// Reason says why, and what to do.
	Reason string `json:"reason"`

	provider string
}

func (u Unread) String() string {
	return fmt.Sprintf("nothing is compared with %q: %s", u.File, u.Reason)
}

// unread are the cassettes of the providers that lie where no scenario is looked for, up
// to one level below those that are. Those of the build are all read.
func (s stored) unread(defs []*provider.Definition) (all []Unread) {
	if s.dir == "" {
		return nil
	}
	read := map[string]bool{}
	for _, def := range provider.All() {
		for i := range def.Scenarios {
			for _, name := range s.names(session.Target{Def: def, Scenario: &def.Scenarios[i]}) {
				read[name] = true
			}
		}
	}
	for _, level := range []string{"", "*/", "*/*/", "*/*/*/"} {
		for _, extension := range []string{".yaml", ".yml"} {
			found, _ := fs.Glob(s.files, level+"*"+extension) // the pattern is sound
			for _, name := range found {
				if u, ok := s.stray(name); ok && !read[name] && slices.ContainsFunc(defs, func(def *provider.Definition) bool { return def.Name == u.provider }) {
					all = append(all, u)
				}
			}
		}
	}
	return all
}

// stray is about a file that is the cassette of a scenario by its head.
func (s stored) stray(name string) (u Unread, ok bool) {
	if info, err := fs.Stat(s.files, name); err != nil || !info.Mode().IsRegular() {
		return u, false
	}
	data, err := fs.ReadFile(s.files, name)
	if err != nil {
		return u, false
	}
	file, err := cassette.Parse(name, data)
	if err != nil || file.Header.Scenario == "" { // what does not load is lint's
		return u, false
	}
	h := file.Header
	u = Unread{File: path.Join(s.dir, name), provider: h.Provider}
	def := provider.ByName(h.Provider)
	if def == nil {
		return u, false
	}
	if def.Asked(h.Scenario) == nil {
		u.Reason = def.Name + " has no scenario that its head names; remove it, or record again what record list " + def.Name + " shows"
		return u, true
	}
	place := path.Join(h.Provider, h.Scenario+".yaml")
	next := "move it to " + path.Join(s.dir, place)
	if _, err := fs.Stat(s.files, place); err == nil {
		next = "remove it, for " + path.Join(s.dir, place) + " is there"
	}
	u.Reason = fmt.Sprintf("its head names %s/%s; %s", h.Provider, h.Scenario, next)
	return u, true
}
