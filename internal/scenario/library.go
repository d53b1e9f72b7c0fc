package scenario

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"sync"

	"example.com/webhookvcr/internal/cassette"
	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/replay"
)

// Library is where the names of steps are looked up. The zero value is none: a
// definition and words are needed.
type Library struct {
	Definition *provider.Definition
	Words      Words
	// Own holds scenarios that take the place of shipped ones, as
	// PROVIDER/OPERATION/SCENARIO.yaml; nil when there are none.
	Own fs.FS
	// OwnName is the directory of Own, for messages; empty when it has no name.
	OwnName string
	// Paths lets a step be a cassette file, or a directory of them.
	Paths bool
	// EveryAlways lets every step answer any number of requests.
	EveryAlways bool
}

// Resolve finds the cassettes of the steps of a command line; every mistake is
// reported at once.
func (l Library) Resolve(texts []string) ([]replay.Step, error) {
	if len(texts) == 0 {
		return nil, fmt.Errorf("no step to replay; name a scenario, such as %q", l.Definition.Scenarios[0].Name)
	}
	steps := make([]Step, len(texts))
	for i, text := range texts {
		steps[i] = read(text)
		steps[i].Always = steps[i].Always || l.EveryAlways
	}
	return l.Find(steps)
}

// Find finds the cassettes of steps that have been read.
func (l Library) Find(steps []Step) ([]replay.Step, error) {
	var resolved []replay.Step
	var mistakes []string
	for _, s := range steps {
		found, err := l.find(s)
		if s.Mistake != "" {
			err = fmt.Errorf("step %s %s", s.Spelt, s.Mistake)
		}
		if err != nil {
			mistakes = append(mistakes, err.Error())
		}
		resolved = append(resolved, found...)
	}
	if len(mistakes) > 0 {
		return nil, errors.New(strings.Join(mistakes, "\n"))
	}
	if earlier, later, hidden := replay.Hidden(resolved); hidden {
		return nil, fmt.Errorf("step %s never gets a request: %s before it answers every one; put %s first", later, strings.Join(earlier, " and "), later)
	}
	return resolved, nil
}

// find returns what a step replays: several cassettes for a directory.
func (l Library) find(s Step) ([]replay.Step, error) {
	if def := l.Definition.Scenario(s.Name); def != nil {
		file, err := l.File(def)
		if err != nil {
			return nil, err
		}
		step, err := s.replayed(s.Spelt, replay.NewIndex(file, l.Definition, def))
		return []replay.Step{step}, err
	}
	if l.isPath(s.Name) {
		return l.cassettes(s)
	}
	if prefix, _, ok := strings.Cut(s.Name, ":"); ok {
		return nil, fmt.Errorf("step %s begins with %q, which is no modifier; use %s", s.Spelt, prefix+":", l.Words.Modifiers)
	}
	return nil, l.unknown(s.Name)
}

// shipped remembers the parsed cassettes of this module: scenario -> *cassette.File.
var shipped sync.Map

// own remembers the parsed cassettes of other file systems by their content,
// since an fs.FS says nothing reliable of whether a file has changed.
var own sync.Map // [32]byte -> *cassette.File

// File reads a scenario's cassette: the team's own where there is one.
func (l Library) File(s *provider.Scenario) (*cassette.File, error) {
	name := l.Definition.Name + "/" + s.Name + ".yaml"
	if l.Own != nil {
		data, err := fs.ReadFile(l.Own, name)
		if err == nil {
			return l.ownFile(s, path.Join(l.OwnName, name), data)
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("scenario %s: %w", s.Name, err)
		}
	}
	if file, ok := shipped.Load(s); ok {
		return file.(*cassette.File), nil
	}
	data, err := fs.ReadFile(l.Definition.Cassettes, s.Name+".yaml")
	if err != nil {
		return nil, fmt.Errorf("scenario %s of %s has no cassette yet; go run ./cmd/record refresh --simulate makes it", s.Name, l.Definition.Name)
	}
	file, err := cassette.Parse("cassettes/"+name, data)
	if err != nil {
		return nil, err
	}
	stored, _ := shipped.LoadOrStore(s, file)
	return stored.(*cassette.File), nil
}

// ownFile reads a cassette of the team's own and makes sure that it is the one
// which its name says.
func (l Library) ownFile(s *provider.Scenario, name string, data []byte) (*cassette.File, error) {
	key := sha256.Sum256(append([]byte(name+"\n"), data...))
	if file, ok := own.Load(key); ok {
		return file.(*cassette.File), nil
	}
	file, err := cassette.Parse(name, data)
	if err != nil {
		return nil, err
	}
	if h := file.Header; h.Provider != "" && h.Provider != l.Definition.Name || h.Scenario != "" && h.Scenario != s.Name {
		return nil, fmt.Errorf("%s holds %s of %s, not %s of %s", name, h.Scenario, h.Provider, s.Name, l.Definition.Name)
	}
	stored, _ := own.LoadOrStore(key, file)
	return stored.(*cassette.File), nil
}
