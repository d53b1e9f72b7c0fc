package lint

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"example.com/webhookvcr/internal/cassette"
	"example.com/webhookvcr/internal/say"
)

// Options says what to judge.
type Options struct {
	// Paths are the files and directories, as the user named them.
	Paths []string
	// Disabled are the rules that are switched off, with the reason of each.
	Disabled map[string]string
	// Excluded are the findings that are left out of some files, with reasons.
	Excluded []Exclusion
	// Baseline are the findings that are known: only others count.
	Baseline Baseline
	// Placeholders match the values that a team writes in the place of secrets, whole.
	Placeholders []*regexp.Regexp
	// Jobs bounds the files that are judged at a time; 0 stands for as many as
	// there are processors.
	Jobs int
	// Getenv gives the credentials that must not stand in any cassette; nil leaves that search out.
	Getenv func(string) string
}

// MaxJobs bounds the files that are judged at a time.
const MaxJobs = 1024

// maxAtOnce bounds the bytes of the files that are judged at a time. A larger file is judged alone.
const maxAtOnce = maxFile

// target is a file to judge. found says that it was found below a directory.
type target struct {
	path  string
	found bool
}

// Run judges the files. An error says that it was asked the wrong thing, or was
// interrupted; what is wrong with a file is in the report.
func Run(ctx context.Context, o Options) (*Report, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	jobs := o.Jobs
	if jobs == 0 {
		jobs = runtime.GOMAXPROCS(0)
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	targets := make(chan target)
	var walkErr error
	w := walker{links: []string{}, seen: map[string]bool{}, targets: targets}
	go func() {
		defer close(targets)
		walkErr = w.walk(ctx, o.Paths)
	}()
	rep := &Report{Version: ReportVersion, Disabled: []Off{}, Excluded: []Exclusion{}, Placeholders: []Placeholder{}, Findings: []Finding{}}
	used := make([]atomic.Int64, len(o.Placeholders))
	all, dirs, room := newKeys(), directories{}, newRoom(maxAtOnce)
	var mu sync.Mutex
	var workers sync.WaitGroup
	for range jobs {
		workers.Go(func() {
			known := newSecrets(o.Getenv, o.Placeholders, used, all)
			for t := range targets {
				j := judge(t, known, room)
				mu.Lock()
				if j.skipped {
					rep.Skipped++
				} else {
					rep.Files++
					rep.Findings = append(rep.Findings, j.findings...)
					dirs.note(t.path, j)
				}
				mu.Unlock()
			}
		})
	}
	workers.Wait()
	if walkErr != nil {
		return nil, walkErr
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	rep.Links = w.links
	if rep.Files == 0 && len(w.findings) == 0 {
		return nil, fmt.Errorf("no cassette below %s%s", list(shownAll(o.Paths)), linksLeft(w.links))
	}
	for i, p := range o.Placeholders {
		rep.Placeholders = append(rep.Placeholders, Placeholder{p.String(), int(used[i].Load())})
	}
	rep.Findings = append(rep.Findings, w.findings...)
	rep.Findings = append(rep.Findings, dirs.lost()...)
	rep.Findings = append(rep.Findings, all.missed()...)
	rep.finish(o)
	return rep, nil
}

// check reports every mistake of the options at once.
func (o Options) check() error {
	var mistakes []error
	if len(o.Paths) == 0 {
		mistakes = append(mistakes, errors.New("no cassette named; name files or directories"))
	}
	for _, path := range o.Paths {
		if _, err := os.Stat(path); err != nil {
			mistakes = append(mistakes, fmt.Errorf("%q: %w", path, errors.Unwrap(err)))
		}
	}
	for _, id := range slices.Sorted(maps.Keys(o.Disabled)) {
		if _, ok := ByID(id); !ok {
			mistakes = append(mistakes, unknownRule(id))
		} else if strings.TrimSpace(o.Disabled[id]) == "" {
			mistakes = append(mistakes, fmt.Errorf("rule %q is switched off without a reason", id))
		}
	}
	if o.Jobs < 0 || o.Jobs > MaxJobs {
		mistakes = append(mistakes, fmt.Errorf("%d jobs; expected 1 to %d", o.Jobs, MaxJobs))
	}
	return errors.Join(mistakes...)
}

func unknownRule(id string) error {
	var ids []string
	for _, r := range rules {
		ids = append(ids, r.ID)
	}
	if near := say.Nearest(id, ids); len(near) > 0 {
		return fmt.Errorf("there is no rule %q; did you mean %q?", id, near[0])
	}
	return fmt.Errorf("there is no rule %q; there are %s", id, strings.Join(ids, ", "))
}

// walker finds the files.
type walker struct {
	targets chan<- target
	seen    map[string]bool
	// links are those that lead out of the directories that are named. One that leads to
	// a directory within needs no following: what is behind it is judged where it stands.
	links []string
	// findings are about directories that cannot be read.
	findings []Finding
}

// send hands on a file, once.
func (w *walker) send(ctx context.Context, t target) error {
	clean := filepath.Clean(t.path)
	if w.seen[clean] {
		return nil
	}
	w.seen[clean] = true
	select {
	case w.targets <- t:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (w *walker) walk(ctx context.Context, paths []string) error {
	for _, path := range paths {
		if !isDir(path) {
			if err := w.send(ctx, target{path: path}); err != nil {
				return err
			}
			continue
		}
		err := cassette.WalkDir(path, func(p string, d fs.DirEntry, err error) error {
			switch ext := strings.ToLower(filepath.Ext(p)); {
			case err != nil:
				f := &findings{file: p}
				f.add(ruleLoad, 0, -1, "", "cannot be read, and what lies below it was not searched: %v", say.Reason(err))
				w.findings = append(w.findings, f.all...)
				return nil
			case d.IsDir() && d.Name() == ".git":
				return fs.SkipDir
			case d.Type()&fs.ModeSymlink != 0 && leadsOut(path, p):
				w.links = append(w.links, p)
				return nil
			case d.IsDir() || d.Type()&fs.ModeSymlink != 0 && isDir(p) || ext != ".yaml" && ext != ".yml":
				return nil
			}
			return w.send(ctx, target{p, true})
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// leadsOut says whether a link leads to a directory that is not below the root.
func leadsOut(root, link string) bool {
	if !isDir(link) {
		return false
	}
	from, err := filepath.EvalSymlinks(root)
	if err != nil {
		return true
	}
	to, err := filepath.EvalSymlinks(link)
	if err != nil {
		return true
	}
	rel, err := filepath.Rel(from, to)
	return err != nil || rel == ".." || strings.HasPrefix(rel, ".."+string(filepath.Separator))
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// judge reads and judges one file; nothing of it is kept.
func judge(t target, known *secrets, room *room) judged {
	data, err := read(t.path, room)
	defer room.leave(int64(len(data))) // what read has taken
	if err != nil {
		f := &findings{file: t.path}
		f.add(ruleLoad, 0, -1, "", "%v", err)
		return judged{findings: f.done()}
	}
	return check(t.path, data, t.found, known)
}

func read(path string, room *room) ([]byte, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, fmt.Errorf("cannot be read: %w", say.Reason(err))
	case !info.Mode().IsRegular():
		return nil, errors.New("is no regular file")
	case info.Size() > maxFile:
		return nil, fmt.Errorf("holds %d bytes; more than %d are not read; split the cassette", info.Size(), maxFile)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("cannot be read: %w", say.Reason(err))
	}
	defer f.Close()
	room.enter(info.Size())
	data := make([]byte, info.Size())
	if _, err := io.ReadFull(f, data); err != nil {
		return data, fmt.Errorf("cannot be read: %w", say.Reason(err))
	}
	return data, nil
}

// room bounds the bytes that are in memory at a time.
type room struct {
	mu   sync.Mutex
	free *sync.Cond
	left int64
}

func newRoom(size int64) *room {
	r := &room{left: size}
	r.free = sync.NewCond(&r.mu)
	return r
}

func (r *room) enter(n int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for r.left < n {
		r.free.Wait()
	}
	r.left -= n
}

func (r *room) leave(n int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.left += n
	r.free.Broadcast()
}
