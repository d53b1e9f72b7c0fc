package main

import (
	"fmt"
	"io/fs"
	"path"
	"slices"

	"example.com/webhookvcr/internal/cassette"
	"example.com/webhookvcr/internal/provider"
)

// unread is a cassette of a scenario that nothing is compared with.
type unread struct {
	File string `json:"file"`
	// Reason says why, and what to do.
	Reason string `json:"reason"`

	provider string
}

func (u unread) String() string {
	return fmt.Sprintf("nothing is compared with %q: %s", u.File, u.Reason)
}

// unread are the cassettes of the providers that lie where no scenario is looked for, up
// to one level below those that are. Those of the build are all read.
func (s stored) unread(defs []*provider.Definition) (all []unread) {
	if s.dir == "" {
		return nil
	}
	read := map[string]bool{}
	for _, def := range provider.All() {
		for i := range def.Scenarios {
			for _, name := range s.names(target{def: def, scenario: &def.Scenarios[i]}) {
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
func (s stored) stray(name string) (u unread, ok bool) {
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
	u = unread{File: path.Join(s.dir, name), provider: h.Provider}
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
