package scenario

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"

	"example.com/webhookvcr/internal/cassette"
	"example.com/webhookvcr/internal/exchange"
	"example.com/webhookvcr/internal/pattern"
	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/replay"
)

// Library is where the names of steps are looked up. The zero value is none: a
// definition and words are needed.
type Library struct {
	Definition *provider.Definition
	Words      Words
	// Own holds scenarios that take the place of shipped ones or stand beside them,
	// as PROVIDER/OPERATION/SCENARIO.yaml; nil when there are none.
	Own fs.FS
	// OwnName is the directory of Own, for messages; empty when it has no name.
	OwnName string
	// Paths lets a step be a cassette file, or a directory of them.
	Paths bool
	// EveryAlways lets every step answer any number of requests.
	EveryAlways bool
}

// Resolve finds the cassettes of the steps of a command line; every mistake is reported at once.
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
		step, err := s.Replayed(s.Spelt, replay.NewIndex(file, l.Definition, def))
		return []replay.Step{step}, err
	}
	if slices.Contains(l.Added(), s.Name) {
		file, err := l.AddedFile(s.Name)
		if err != nil {
			return nil, err
		}
		step, err := s.Replayed(s.Spelt, replay.NewIndex(file, l.Definition, nil))
		return []replay.Step{step}, err
	}
	if l.isPath(s.Name) {
		return l.cassettes(s)
	}
	if prefix, _, ok := strings.Cut(s.Name, ":"); ok {
		return nil, fmt.Errorf("step %s begins with %s, which is no modifier; use %s", s.Spelt, exchange.Quoted(prefix+":"), l.Words.Modifiers)
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
	name := l.Definition.Name + "/" + s.Name + extension
	if l.Own != nil {
		data, err := fs.ReadFile(l.Own, name)
		if err == nil {
			return l.ownFile(s.Name, path.Join(l.OwnName, name), data)
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

// Added returns the names of the team's own scenarios that no shipped one has, as
// OPERATION/STATUS[-VARIANT], sorted.
func (l Library) Added() (names []string) {
	if l.Own == nil {
		return nil
	}
	for _, op := range l.Definition.Operations {
		files, _ := fs.Glob(l.Own, l.Definition.Name+"/"+op.Name+"/*"+extension) // the pattern is sound
		for _, file := range files {
			status := strings.TrimSuffix(path.Base(file), extension)
			if name := op.Name + "/" + status; addedStatus.MatchString(status) && l.Definition.Scenario(name) == nil {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	return names
}

const extension = ".yaml"

// addedStatus is the last part of the name of a team's own scenario.
var addedStatus = pattern.New(`^([1-5][0-9][0-9])(-[0-9A-Za-z][0-9A-Za-z._-]*)?$`)

// AddedFile reads the cassette of a team's own scenario, and makes sure that its
// first exchange is what its name says.
func (l Library) AddedFile(name string) (*cassette.File, error) {
	file := l.Definition.Name + "/" + name + extension
	data, err := fs.ReadFile(l.Own, file)
	if err != nil {
		return nil, fmt.Errorf("scenario %s: %w", name, err)
	}
	parsed, err := l.ownFile(name, path.Join(l.OwnName, file), data)
	if err != nil {
		return nil, err
	}
	first := parsed.Exchanges()[0]
	operation, status := path.Split(name)
	if route, ok := l.Definition.Find(first.Request.Method, first.Request.URL); !ok || route.Operation.Name != strings.TrimSuffix(operation, "/") {
		return nil, fmt.Errorf("%s begins with another request than one of %s; give it the name of its operation", parsed.Name, strings.TrimSuffix(operation, "/"))
	}
	if got := strconv.Itoa(first.Response.Status); got != status[:3] {
		return nil, fmt.Errorf("%s begins with an answer of status %s; name it %q", parsed.Name, got, operation+got+status[3:])
	}
	return parsed, nil
}

// ownFile reads a cassette of the team's own and makes sure that it is the one
// which its name says.
func (l Library) ownFile(scenario, name string, data []byte) (*cassette.File, error) {
	key := sha256.Sum256(append([]byte(name+"\n"), data...))
	if file, ok := own.Load(key); ok {
		return file.(*cassette.File), nil
	}
	file, err := cassette.Parse(name, data)
	if err != nil {
		return nil, err
	}
	if h := file.Header; h.Provider != "" && h.Provider != l.Definition.Name || h.Scenario != "" && h.Scenario != scenario {
		return nil, fmt.Errorf("%s holds %s of %s, not %s of %s", name, h.Scenario, h.Provider, scenario, l.Definition.Name)
	}
	stored, _ := own.LoadOrStore(key, file)
	return stored.(*cassette.File), nil
}
