package cassette

import (
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
// in the order of their paths. Hidden ones are none.
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
		if info, err := os.Stat(path); err != nil || !info.IsDir() { // a link that leads nowhere is told when it is read
			paths = append(paths, path)
		}
		return nil
	})
	return paths, err
}
