package session

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"example.com/webhookvcr/cmd/record/internal/exit"
	"example.com/webhookvcr/internal/cassette"
	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/say"
)

// ProviderOf is the provider that a cassette's requests went to; nil when none
// is known.
func ProviderOf(f *cassette.File) *provider.Definition {
	if def := provider.ByName(f.Header.Provider); def != nil {
		return def
	}
	for _, def := range provider.All() {
		if len(f.Interactions) > 0 && strings.HasPrefix(f.Interactions[0].Request.URL, def.BaseURL+"/") {
			return def
		}
	}
	return nil
}

// Cassettes are the cassettes that the arguments name; every mistake is reported
// at once.
func Cassettes(args []string) (files []*cassette.File, err error) {
	var mistakes []string
	for _, arg := range args {
		info, err := os.Stat(arg)
		var found []*cassette.File
		switch {
		case err == nil && (!info.IsDir() || provider.ByName(arg) == nil):
			found, err = CassettesBelow(arg)
		case strings.HasSuffix(arg, ".yaml"), strings.HasSuffix(arg, ".yml"), strings.HasPrefix(arg, "."), filepath.IsAbs(arg):
			err = fmt.Errorf("%s: %w", arg, say.Reason(err))
		default:
			var targets []Target
			targets, err = Choose([]string{arg})
			for _, t := range targets {
				if file := t.Shipped(); file != nil {
					file.Name = t.Name()
					found = append(found, file)
				}
			}
		}
		if err != nil {
			mistakes = append(mistakes, err.Error())
		}
		files = append(files, found...)
	}
	if err := exit.Mistakes(mistakes); err != nil {
		return nil, err
	}
	if len(files) == 0 {
		return nil, exit.Errorf(exit.Usage, "there is no cassette in %s", say.List(args, "and"))
	}
	return files, nil
}

// CassettesBelow reads a file, or every cassette below a directory.
func CassettesBelow(path string) (files []*cassette.File, err error) {
	names := []string{path}
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		if names, err = cassette.Files(path); err != nil {
			return nil, fmt.Errorf("%s: %w", path, say.Reason(err))
		}
	}
	var faults []error
	for _, name := range names {
		file, err := cassette.Load(name)
		if err != nil {
			faults = append(faults, err)
			continue
		}
		files = append(files, file)
	}
	return files, errors.Join(faults...)
}
