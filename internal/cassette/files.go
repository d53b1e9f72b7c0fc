package cassette

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// WalkDir visits what is below a directory, which may be a link to one; links below
// it are not followed.
func WalkDir(root string, visit fs.WalkDirFunc) error {
	// With a separator behind it, a link is what it leads to.
	return filepath.WalkDir(root+string(filepath.Separator), func(path string, d fs.DirEntry, err error) error {
		return visit(filepath.Clean(path), d, err)
	})
}

// Files are the files below a directory that could be cassettes, by their names and
// in the order of their paths. Hidden ones are none, and one that is no regular file is an
// error.
func Files(root string) (paths []string, err error) {
	err = WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch ext := strings.ToLower(filepath.Ext(path)); {
		case err != nil:
			return err
		case d.IsDir() && d.Name() == ".git":
			return fs.SkipDir
		case d.IsDir() || ext != ".yaml" && ext != ".yml" || strings.HasPrefix(d.Name(), "."):
			return nil
		}
		info, err := os.Stat(path)
		switch {
		case err != nil: // a link that leads nowhere is told when it is read
		case info.IsDir():
			return nil
		case !info.Mode().IsRegular(): // whoever opens a named pipe waits for ever
			return fmt.Errorf("%s is no regular file; move it out of the directory", strings.TrimPrefix(path, filepath.Clean(root)+string(filepath.Separator)))
		}
		paths = append(paths, path)
		return nil
	})
	return paths, err
}
