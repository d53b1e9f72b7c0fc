package main

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"example.com/webhookvcr/internal/exit"

	"github.com/spf13/cobra"

	"example.com/webhookvcr/internal/cassette"
	"example.com/webhookvcr/internal/drift"
	"example.com/webhookvcr/internal/say"
)

const diffHelp = `diff compares cassettes as check does, without asking anybody: what a client of
the vendor would notice between A, the older, and B. Both are files, or both are
directories, whose files are compared by their paths.

The classes of changes are those of record check, whose help explains them; record
help RULES, FORMATS and EXIT say more. A file that only one directory has is named,
and is no drift.`

func diffCommand(getenv func(string) string) *cobra.Command {
	var h threshold
	var form format
	c := &cobra.Command{
		Use:   "diff [flags] A B",
		Short: "Compare two cassettes, or two directories of them, with the eyes of check",
		Long:  diffHelp,
		Example: `  record diff old.yaml new.yaml
  record diff --fail-on any testdata/cassettes /tmp/cassettes`,
		DisableFlagsInUseLine: true,
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) != 2 {
				return exit.Errorf(exit.Usage, "diff needs two files or two directories, such as: record diff old.yaml new.yaml")
			}
			if err := cmp.Or(form.check(), h.check()); err != nil {
				return err
			}
			r, err := difference(args[0], args[1])
			if err != nil {
				return err
			}
			return cmp.Or(form.writeReport(c, r, getenv, h.fails), r.err(false, h.fails))
		},
	}
	form.flags(c, c.Flags())
	h.flags(c)
	return c
}

// difference compares cassettes, or directories of them.
func difference(a, b string) (*checkReport, error) {
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
	r := newReport(filepath.ToSlash(a), "")
	var names []string
	for name := range before {
		names = append(names, name)
	}
	for name := range after {
		if before[name] == nil {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	if !slices.ContainsFunc(names, func(name string) bool { return before[name] != nil && after[name] != nil }) {
		return nil, exit.Errorf(exit.Usage, "no cassette of %s has its path in %s; name two directories of one level, such as: record diff old/cassettes new/cassettes", a, b)
	}
	for _, name := range names {
		was, is := before[name], after[name]
		called := func(f *cassette.File) (provider, scenario string) {
			if scenario = strings.TrimSuffix(name, filepath.Ext(name)); name == "" {
				scenario = filepath.ToSlash(f.Name)
			}
			if def := askedProvider(f); def != nil {
				provider = def.Name
			}
			return provider, strings.TrimPrefix(scenario, provider+"/")
		}
		switch {
		case is == nil:
			provider, scenario := called(was)
			r.leave(unchecked{provider, scenario, leftOut, exit.CauseOneSide, "only in " + filepath.ToSlash(a), ""}, nil)
			continue
		case was == nil:
			provider, scenario := called(is)
			r.leave(unchecked{provider, scenario, leftOut, exit.CauseOneSide, "only in " + filepath.ToSlash(b), ""}, nil)
			continue
		}
		def := askedProvider(was)
		if def == nil || askedProvider(is) != def {
			return nil, exit.Errorf(exit.Usage, "%s and %s are not of one provider that is known: %s", was.Name, is.Name, strings.Join(providerNames(), " and "))
		}
		found := drift.Compare(def, was.Exchanges(), is.Exchanges(), nil)
		if was.Header.Source == cassette.Simulated && is.Header.Source != cassette.Simulated {
			found = found.Shown()
		}
		_, found.Scenario = called(is)
		found.Stored = was.Header.Source
		r.add(found)
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
	files, err := cassettesBelow(path)
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
