package check

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"example.com/webhookvcr/cmd/record/internal/exit"
	"example.com/webhookvcr/cmd/record/internal/session"
	"example.com/webhookvcr/internal/cassette"
	"example.com/webhookvcr/internal/drift"
	"example.com/webhookvcr/internal/say"
)

// Diff compares cassettes, or directories of them, without asking anybody: a is the older.
func Diff(a, b string) (*Report, error) {
	before, err := filesOf(a)
	if err != nil {
		return nil, err
	}
	after, err := filesOf(b)
	if err != nil {
		return nil, err
	}
	_, oneFile := before[""]
	_, otherFile := after[""]
	if oneFile != otherFile {
		return nil, exit.Errorf(exit.Usage, "%s and %s are a file and a directory; give two files or two directories", a, b)
	}
	r := NewReport(filepath.ToSlash(a), "")
	all := maps.Clone(before)
	maps.Copy(all, after)
	names := slices.Sorted(maps.Keys(all))
	if !slices.ContainsFunc(names, func(name string) bool { return before[name] != nil && after[name] != nil }) {
		return nil, exit.Errorf(exit.Usage, "no cassette of %s has its path in %s; name two directories of one level, such as: record diff old/cassettes new/cassettes", a, b)
	}
	for _, name := range names {
		was, is := before[name], after[name]
		called := func(f *cassette.File) (provider, scenario string) {
			if scenario = strings.TrimSuffix(name, filepath.Ext(name)); name == "" {
				scenario = filepath.ToSlash(f.Name)
			}
			if def := session.ProviderOf(f); def != nil {
				provider = def.Name
			}
			return provider, strings.TrimPrefix(scenario, provider+"/")
		}
		if was == nil || is == nil {
			only, where := was, a
			if was == nil {
				only, where = is, b
			}
			provider, scenario := called(only)
			r.Leave(Unchecked{Provider: provider, Scenario: scenario, Verdict: session.LeftOut, Cause: exit.CauseOneSide, Reason: "only in " + filepath.ToSlash(where)}, nil)
			continue
		}
		def := session.ProviderOf(was)
		if def == nil || session.ProviderOf(is) != def {
			return nil, exit.Errorf(exit.Usage, "%s and %s are not of one provider that is known: %s", was.Name, is.Name, strings.Join(session.ProviderNames(), " and "))
		}
		found := drift.Compare(def, was.Exchanges(), is.Exchanges(), nil)
		if was.Header.Source == cassette.Simulated && is.Header.Source != cassette.Simulated {
			found = found.Shown()
		}
		_, found.Scenario = called(is)
		found.Stored = was.Header.Source
		r.Add(found)
	}
	return r, nil
}

// filesOf reads a cassette, under the name "", or every cassette below a directory,
// each under its path there.
func filesOf(path string) (map[string]*cassette.File, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, exit.Errorf(exit.Usage, "%s: %v", path, say.Reason(err))
	}
	files, err := session.CassettesBelow(path)
	if err == nil && len(files) == 0 {
		err = fmt.Errorf("there is no cassette in %s", path)
	}
	if err != nil {
		return nil, exit.Errorf(exit.Usage, "%v", err)
	}
	if !info.IsDir() {
		return map[string]*cassette.File{"": files[0]}, nil
	}
	all := map[string]*cassette.File{}
	for _, f := range files {
		below, err := filepath.Rel(path, f.Name)
		if err != nil {
			return nil, exit.Errorf(exit.Failed, "%v", err)
		}
		all[filepath.ToSlash(below)] = f
	}
	return all, nil
}
