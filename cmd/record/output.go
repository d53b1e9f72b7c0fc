package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// output is the directory that cassettes are written below.
type output struct {
	dir string
	// fresh are the directories that were missing when the command began,
	// parents first.
	fresh []string
}

// shippedDir holds the cassettes of a checkout of this module.
const shippedDir = "cassettes"

// openOutput finds out whether a directory can be written, before a tenant is
// asked anything. It creates nothing.
func openOutput(dir string, targets []target) (*output, error) {
	if dir == "" {
		if !inCheckout() {
			return nil, exit(exitUsage, "this is no checkout of the module, so there is no cassettes directory to refresh; name one of your own with --out DIR")
		}
		dir = shippedDir
	}
	o := &output{dir: dir}
	exists := filepath.Clean(dir)
	for {
		info, err := os.Stat(exists)
		if err == nil && !info.IsDir() {
			return nil, exit(exitFailed, "--out %q: %s is no directory; name one, or a path at which one can be made", dir, exists)
		}
		if err == nil {
			break
		}
		// A file among the parents is an error as well, and shows as such one
		// level further up.
		parent := filepath.Dir(exists)
		if parent == exists {
			return nil, exit(exitFailed, "--out %q: %v", dir, reason(err))
		}
		exists = parent
	}
	probe, err := os.CreateTemp(exists, ".webhooktest-*")
	if err != nil {
		return nil, exit(exitFailed, "--out %q: %s cannot be written: %v", dir, exists, reason(err))
	}
	probe.Close()
	if err := os.Remove(probe.Name()); err != nil {
		return nil, exit(exitFailed, "--out %q: %v", dir, reason(err))
	}
	for _, t := range targets {
		for parent := filepath.Dir(o.path(t)); !slices.Contains(o.fresh, parent); parent = filepath.Dir(parent) {
			if _, err := os.Lstat(parent); err == nil {
				break
			}
			o.fresh = append(o.fresh, parent)
		}
	}
	slices.Sort(o.fresh)
	return o, nil
}

// reason is an error of the file system without the path of a temporary file.
func reason(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}

func (o *output) path(t target) string {
	return filepath.Join(o.dir, t.def.Name, filepath.FromSlash(t.scenario.Name)+".yaml")
}

// close removes the directories that were made for cassettes which then were
// not written; os.Remove leaves those that hold something.
func (o *output) close() {
	for _, dir := range slices.Backward(o.fresh) {
		os.Remove(dir)
	}
}
