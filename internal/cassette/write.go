package cassette

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"

	"gopkg.in/dnaeon/go-vcr.v3/cassette"

	"example.com/webhookvcr/internal/pattern"
)

// claims are the files that this process records to: two recordings of one file
// would each save a half of the truth.
var claims sync.Map // absolute path -> struct{}

// Claim reserves a file for one recording until it is released. name is how messages call it.
func Claim(path, name string) (release func(), err error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	if _, taken := claims.LoadOrStore(abs, struct{}{}); taken {
		return nil, fmt.Errorf("%s is being recorded already; give every test a cassette of its own, or let one test record it", name)
	}
	return func() { claims.Delete(abs) }, nil
}

// Snapshot is the target file as it was when the recording began; nil info
// means that there was none.
type Snapshot struct{ info fs.FileInfo }

// Inspect refuses targets that a rename would not simply replace.
func Inspect(path, name string) (*Snapshot, error) {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("%s cannot be recorded: %w", name, err)
	}
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return &Snapshot{}, writable(dir, name)
	case err != nil:
		return nil, fmt.Errorf("%s cannot be recorded: %w", name, err)
	case info.Mode()&fs.ModeSymlink != 0:
		return nil, fmt.Errorf("%s cannot be recorded: it is a symbolic link; name the file that it points to", name)
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s cannot be recorded: it is no regular file (%s)", name, info.Mode().Type())
	}
	return &Snapshot{info}, writable(dir, name)
}

// probed are the directories in which this process has made a file, as they were
// then. A suite has hundreds of cassettes in one, and a file costs as much as what is
// written into it.
var probed sync.Map // path -> fs.FileInfo

func writable(dir, name string) error {
	info, err := os.Stat(dir)
	if err != nil {
		return fmt.Errorf("%s cannot be recorded: %w", name, err)
	}
	if known, ok := probed.Load(dir); ok && os.SameFile(known.(fs.FileInfo), info) && known.(fs.FileInfo).Mode() == info.Mode() {
		return nil
	}
	probe, err := os.CreateTemp(dir, tempPattern)
	if err != nil {
		return fmt.Errorf("%s cannot be recorded: %w", name, err)
	}
	probe.Close()
	if err := os.Remove(probe.Name()); err != nil {
		return fmt.Errorf("%s cannot be recorded: %w", name, err)
	}
	probed.Store(dir, info)
	return nil
}

// tempPattern names the temporary files of a commit; the name ends as go-vcr
// wants a cassette's name to end.
const tempPattern = ".webhooktest-*.yaml"

// tempName is what CreateTemp makes of tempPattern.
var tempName = pattern.New(`^\.webhooktest-[0-9]+\.yaml$`)

// stale is the age from which on a temporary file belongs to nobody: a commit
// holds its own for the blink of an eye.
const stale = time.Hour

// swept are the directories that this process has swept.
var swept sync.Map

// sweep removes what commits that were killed have left in a directory, once in a
// process: a thousand recordings would each read the names of a thousand files. It
// is a courtesy, and no commit fails for want of it.
func sweep(dir string) {
	if _, done := swept.LoadOrStore(dir, true); done {
		return
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return
	}
	for _, e := range entries {
		if !tempName.MatchString(e.Name()) || !e.Type().IsRegular() {
			continue
		}
		if info, err := e.Info(); err == nil && time.Since(info.ModTime()) > stale {
			_ = os.Remove(filepath.Join(dir, e.Name()))
		}
	}
}

// Changed reports whether somebody else has written the file since.
func (s *Snapshot) Changed(path string) bool {
	info, err := os.Lstat(path)
	if err != nil {
		return s.info != nil || !errors.Is(err, fs.ErrNotExist)
	}
	return s.info == nil || !os.SameFile(s.info, info) || s.info.Size() != info.Size() || !s.info.ModTime().Equal(info.ModTime())
}

// Replace puts data in the place of the file at path, or changes nothing: it
// writes a temporary file beside the target, reads it back, and renames. What plain
// go-vcr reads must be the recorded interactions, to a byte; place names one of them in
// the error. A process killed at any instant leaves the old file or
// the new one, and at most a temporary file, which a later commit removes.
func Replace(path, data string, recorded []*Interaction, place func(int) string) error {
	return put(path, data, recorded, place, os.Rename)
}

// Create is Replace for a file that must be a new one: where another is by now, also
// one that another process has just written, the error is fs.ErrExist.
func Create(path, data string, recorded []*Interaction, place func(int) string) error {
	return put(path, data, recorded, place, func(temp, path string) error {
		if err := os.Link(temp, path); err != nil {
			return err
		}
		return os.Remove(temp)
	})
}

func put(path, data string, recorded []*Interaction, place func(int) string, move func(temp, path string) error) (err error) {
	sweep(filepath.Dir(path))
	temp, err := os.CreateTemp(filepath.Dir(path), tempPattern)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			temp.Close()
			os.Remove(temp.Name())
		}
	}()
	if _, err := temp.WriteString(data); err != nil {
		return err
	}
	mode := fs.FileMode(0o644)
	if old, err := os.Stat(path); err == nil {
		mode = old.Mode().Perm()
	}
	if err := temp.Chmod(mode); err != nil {
		return err
	}
	// Without this the new name may stand for an empty file when the power fails after
	// the rename. The directory is not synced: the power may then take the rename, which
	// leaves the old file, whole.
	if err := temp.Sync(); err != nil {
		return err
	}
	if err := temp.Close(); err != nil {
		return err
	}
	if err := verify(temp.Name(), data, recorded, place); err != nil {
		return err
	}
	return move(temp.Name(), path)
}

// verify asks whether the file holds what was written, and whether that reads as what
// was recorded. It asks plain go-vcr unless the reader of this package says so: FuzzRead
// and FuzzEncoder_asTheLibrary show that the two agree.
func verify(temp, data string, recorded []*Interaction, place func(int) string) error {
	file, err := os.Open(temp)
	if err != nil {
		return err
	}
	defer file.Close()
	there := comparison{left: data}
	if _, err := io.Copy(&there, io.LimitReader(file, int64(len(data))+1)); err != nil {
		return err
	}
	if doc, ok := read(data); ok && there.same() && slices.EqualFunc(doc.Interactions, recorded, equal) {
		return nil
	}
	loaded, err := cassette.Load(strings.TrimSuffix(temp, ".yaml"))
	if err != nil {
		return fmt.Errorf("plain go-vcr cannot read the recording: %w", err)
	}
	if len(loaded.Interactions) != len(recorded) {
		return fmt.Errorf("plain go-vcr reads %d interactions of %d", len(loaded.Interactions), len(recorded))
	}
	for i, ia := range loaded.Interactions {
		if !equal(ia, recorded[i]) {
			return fmt.Errorf("plain go-vcr reads %s differently from what was recorded", place(i))
		}
	}
	return nil
}

func equal(a, b *Interaction) bool {
	x, y := a.Request, b.Request
	v, w := a.Response, b.Response
	for _, pair := range [][2]http.Header{{x.Headers, y.Headers}, {x.Trailer, y.Trailer}, {v.Headers, w.Headers}, {v.Trailer, w.Trailer}, {http.Header(x.Form), http.Header(y.Form)}} {
		if len(pair[0])+len(pair[1]) > 0 && !reflect.DeepEqual(pair[0], pair[1]) {
			return false
		}
	}
	return x.Method == y.Method && x.URL == y.URL && x.Host == y.Host && x.Body == y.Body && x.ContentLength == y.ContentLength &&
		v.Code == w.Code && v.Status == w.Status && v.Body == w.Body && v.ContentLength == w.ContentLength && v.Duration == w.Duration
}
