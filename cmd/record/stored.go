package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"example.com/webhookvcr/cassettes"
	"example.com/webhookvcr/internal/vcr"
)

// stored are the cassettes that a fresh recording is compared with.
type stored struct {
	files fs.FS
	// name is how messages call them.
	name string
}

// openStored takes the directory that the user names, else that of the checkout,
// else the cassettes of this build.
func openStored(dir string) (stored, error) {
	if dir == "" {
		if !inCheckout() {
			return stored{cassettes.FS, "the cassettes of this build"}, nil
		}
		dir = shippedDir
	}
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return stored{}, exit(exitFailed, "--cassettes %q: there is no such directory; name the one below which PROVIDER/SCENARIO.yaml lies", dir)
	case err != nil:
		return stored{}, exit(exitFailed, "--cassettes %q: %v", dir, reason(err))
	case !info.IsDir():
		return stored{}, exit(exitFailed, "--cassettes %q: it is no directory; name the one below which PROVIDER/SCENARIO.yaml lies", dir)
	}
	return stored{os.DirFS(dir), filepath.ToSlash(dir)}, nil
}

// inCheckout reports whether the working directory is a checkout of the module.
func inCheckout() bool {
	_, err := os.Stat(filepath.Join(shippedDir, "cassettes.go"))
	return err == nil
}

func (s stored) has(t target) bool {
	_, err := fs.Stat(s.files, t.name()+".yaml")
	return err == nil
}

// load returns the scenario's cassette, nil when there is none.
func (s stored) load(t target) (*vcr.File, error) {
	name := t.name() + ".yaml"
	data, err := fs.ReadFile(s.files, name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, err
	}
	return vcr.Parse(name, data)
}
