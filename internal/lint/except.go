package lint

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	slashed "path"
	"path/filepath"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"example.com/webhookvcr/internal/pattern"
	"example.com/webhookvcr/internal/say"
)

// Exclusion leaves out what rules say of some files.
type Exclusion struct {
	// Path is a pattern of files, relative to the file that holds the exclusion:
	// that of path.Match for each segment, and ** for any number of segments.
	Path string `json:"path"`
	// Rule is the rule that is left out; empty stands for every one.
	Rule   string `json:"rule"`
	Reason string `json:"reason"`
	// Findings is what is left out.
	Findings int `json:"findings"`

	dir string
}

// ReadExclusions reads a file with the key exclude, a list of path, rule and
// reason. Every mistake is reported at once.
func ReadExclusions(file string) ([]Exclusion, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("%q: %w", file, say.Reason(err))
	}
	dir, err := filepath.Abs(filepath.Dir(file))
	if err != nil {
		return nil, err
	}
	var config struct {
		Exclude []struct{ Path, Rule, Reason string }
	}
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	decoder.KnownFields(true)
	if err := decoder.Decode(&config); err != nil && !errors.Is(err, io.EOF) {
		text := strings.TrimPrefix(strings.TrimPrefix(err.Error(), "yaml: "), "unmarshal errors:\n")
		return nil, fmt.Errorf("%q: %s; expected exclude, a list of path, rule and reason", file, inYAML.ReplaceAllString(strings.TrimSpace(text), "$1 has no place there"))
	}
	if !errors.Is(decoder.Decode(new(yaml.Node)), io.EOF) {
		return nil, fmt.Errorf("%q holds a second YAML document, which is not read; make one of both", file)
	}
	if len(config.Exclude) == 0 {
		return nil, fmt.Errorf("%q excludes nothing; expected exclude, a list of path, rule and reason", file)
	}
	var all []Exclusion
	var mistakes []error
	for i, c := range config.Exclude {
		e := Exclusion{Path: c.Path, Rule: c.Rule, Reason: strings.TrimSpace(c.Reason), dir: dir}
		if err := e.check(all); err != nil {
			mistakes = append(mistakes, fmt.Errorf("%q: exclusion %d %w", file, i+1, err))
		}
		all = append(all, e)
	}
	return all, errors.Join(mistakes...)
}

// inYAML finds what the YAML library says of a key, or of a value, with a type of Go's.
var inYAML = pattern.New(`(?:field|cannot unmarshal !!\w+) (\S+)(?: not found in type| into) [^\n]*`)

// check says what makes an exclusion one without effect. before are those above it.
func (e *Exclusion) check(before []Exclusion) error {
	_, badPattern := slashed.Match(e.Path, "")
	_, known := ByID(e.Rule)
	info, err := os.Stat(filepath.Join(e.dir, filepath.FromSlash(e.Path)))
	switch {
	case strings.TrimSpace(e.Path) == "" || badPattern != nil:
		return fmt.Errorf("has the path %q, which cannot be matched; expected one such as legacy/**", e.Path)
	case slashed.IsAbs(e.Path) || filepath.IsAbs(e.Path) || strings.Contains(e.Path, "\\"):
		return fmt.Errorf("has the path %q; expected one with slashes, relative to the file that it stands in", e.Path)
	case slices.Contains(strings.Split(e.Path, "/"), ".."):
		return fmt.Errorf("has the path %q, which leads out of the directory of the file that it stands in; put the file further up", e.Path)
	case strings.HasSuffix(e.Path, "/") || err == nil && info.IsDir():
		return fmt.Errorf("has the path %q, which is a directory; expected %q for the files below it", e.Path, slashed.Join(e.Path, "**"))
	case e.Rule != "" && !known:
		return fmt.Errorf("has no such rule: %w", unknownRule(e.Rule))
	case e.Reason == "":
		return errors.New("has no reason")
	}
	for i, other := range before {
		if slashed.Clean(other.Path) == slashed.Clean(e.Path) && (other.Rule == "" || other.Rule == e.Rule) {
			return fmt.Errorf("has no effect: exclusion %d leaves out the same", i+1)
		}
	}
	return nil
}

// covers says whether a finding is left out.
func (e *Exclusion) covers(f Finding) bool {
	if e.Rule != "" && e.Rule != f.Rule {
		return false
	}
	abs, err := filepath.Abs(f.File)
	if err != nil {
		return false
	}
	rel, err := filepath.Rel(e.dir, abs)
	return err == nil && matches(strings.Split(slashed.Clean(e.Path), "/"), strings.Split(filepath.ToSlash(rel), "/"))
}

func matches(pattern, segments []string) bool {
	if len(pattern) == 0 {
		return len(segments) == 0
	}
	if pattern[0] == "**" {
		return matches(pattern[1:], segments) || len(segments) > 0 && matches(pattern, segments[1:])
	}
	if len(segments) == 0 {
		return false
	}
	ok, _ := slashed.Match(pattern[0], segments[0])
	return ok && matches(pattern[1:], segments[1:])
}
