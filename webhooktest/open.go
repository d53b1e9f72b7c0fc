package webhooktest

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/webhookvcr/internal/cassette"
	"example.com/webhookvcr/internal/lint"
	"example.com/webhookvcr/internal/record"
	"example.com/webhookvcr/internal/replay"
	"example.com/webhookvcr/internal/say"
)

// RecordVar is the environment variable that makes [Open] record: a regular
// expression that must match the cassette's whole path, as the test gives it.
const RecordVar = "WEBHOOKTEST_RECORD"

// Open returns a client for a cassette of your own, by its path
// ("testdata/lookup.yaml"). It replays the file, as [Replay] replays scenarios;
// a plain go-vcr v2-format cassette serves as well, also by its name without .yaml,
// as go-vcr takes it, or one that ends in .yml or has keys that go-vcr passes over,
// which are logged; so is what in such a cassette may be a secret. Every recorded
// interaction must be used. What the test sends is compared, but for the members that the
// cassette lists under webhooktest: varies.
//
// When WEBHOOKTEST_RECORD matches the path, Open records instead; a value that
// can match the path of no cassette at all fails the test. Requests then go to
// the tenant that the provider's environment variables name (DEVREV_TOKEN,
// DEVREV_BASE_URL, DEVREV_WEBHOOK_ID; DVELOP_BASE_URL, DVELOP_TOKEN,
// DVELOP_REPOSITORY_ID, DVELOP_EVENT_ID, DVELOP_WEBHOOK_ID), and the test sees
// the same placeholders as when it replays. The file is written when the test
// has passed and the recording is sound: it holds no value of the tenant, every
// answer meets the contract, and it replays itself. JSON that the tenant answers in
// one line is stored, and given to the test, with a line for each value, so that it
// can be reviewed; [Verbatim] keeps the bytes. What the test sends is stored
// as it is: placeholders, one word of lower-case letters (parts joined by
// underscores), URLs of words and short numbers below example.com, example.org,
// example.net, .example, .test, .invalid or a loopback address. Other texts, other
// URLs and secrets are refused, unless [Varies] or [Keep] names them. That is
// decided when Open's cleanup runs: a cleanup registered earlier runs later, and
// what it finds, or sends, comes too late; its requests get an error and fail the
// test, but the file is written by then. Otherwise the old file stays as it was and
// the test says why.
//
// The file may be a [Step] that [Always], [Delay], [Changed] or a fault makes of its
// name: every exchange of the cassette answers so, or with Changed the first. Such a
// step is replayed also when WEBHOOKTEST_RECORD matches, for the tenant answers as it
// does. The options apply to this call, beside those of [Provider.With]; a place that
// one of them names, and nothing recorded has, keeps the file from being written.
func Open[F ~string](tb testing.TB, p Provider, file F, opts ...Option) *http.Client {
	tb.Helper()
	return open(tb, p.With(opts...), Step(file), p.options.places())
}

// open opens a cassette. The shared places are those that options for many calls name:
// one of them may be in no answer.
func open(tb testing.TB, p Provider, step Step, shared []record.Named) *http.Client {
	tb.Helper()
	if err := p.ready(forOpen); err != nil {
		fatal(tb, err)
	}
	read := step.read()
	file, err := cassetteFile(read.Name)
	if err != nil {
		fatal(tb, err)
	}
	// Other tools write .yml; a recording is always written to .yaml.
	slashed := filepath.ToSlash(file)
	yml := strings.HasSuffix(file, ".yml")
	command := func() string {
		return fmt.Sprintf("to record it: %s=%s go test -count=1 -v -run %s .", RecordVar, record.Quote(pathPattern(slashed)), record.Quote(runPattern(tb.Name())))
	}
	asked, err := switched(slashed)
	if err != nil {
		fatal(tb, fmt.Errorf("%w\n%s", err, command()))
	}
	if pattern := os.Getenv(RecordVar); pattern != "" && !asked {
		tb.Logf("%s is set, but does not match %s as a whole, so that is replayed", RecordVar, slashed)
	}
	if asked && string(step) != read.Name {
		tb.Logf("%s is replayed, not recorded: a tenant answers as it does; the call that names the file alone records it", read.Spelt)
		asked = false
	}
	if yml {
		command = func() string { return "to record it, name a file that ends in " + extension }
	}
	if asked && yml {
		fatal(tb, fmt.Errorf("%s is not recorded: name a file that ends in %s", file, extension))
	}
	if asked {
		return &http.Client{Transport: recording(tb, p, file, shared)}
	}
	loaded, err := cassette.Load(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		fatal(tb, fmt.Errorf("%s does not exist%s\n%s", file, beside(file), command()))
	case err != nil:
		fatal(tb, err)
	}
	if err := p.recorded(loaded); err != nil {
		fatal(tb, err)
	}
	if len(loaded.Unknown) > 0 {
		tb.Logf("%s has keys that go-vcr passes over, and drops when it saves: %s", file, strings.Join(loaded.Unknown, ", "))
	}
	index := replay.NewIndex(loaded, p.def, nil)
	if err := index.Fixed(p.options.varies); err != nil {
		fatal(tb, fmt.Errorf("%w\n%s", err, command()))
	}
	if open := index.Uncompared(p.options.varies); len(open) > 0 {
		tb.Logf("%s: what requests send at %s is not compared; declare it with Varies, or record again what may be compared", file, strings.Join(open, ", "))
	}
	if found := secrets(loaded, file); len(found) > 0 {
		tb.Logf("%s holds what may be a secret, as record lint tells (%s); revoke it, and record again or scrub the file:\n\t%s", file, say.Count(len(found), "finding"), strings.Join(found[:min(len(found), maxSecrets)], "\n\t"))
	}
	replayed, err := read.Replayed(file, index)
	if err == nil {
		err = p.breach(tb, read, replayed.Index)
	}
	if err != nil {
		fatal(tb, err)
	}
	return &http.Client{Transport: front(tb, p, []replay.Step{replayed}, command)}
}

// maxSecrets bounds the findings that a warning shows.
const maxSecrets = 3

// linted remembers what secrets has found: *cassette.File -> []string.
var linted sync.Map

// secrets is what lint finds of secrets in a cassette that this module has not written:
// nothing has kept them out of that.
func secrets(loaded *cassette.File, file string) (found []string) {
	if before, ok := linted.Load(loaded); ok {
		return before.([]string)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return nil // it was there a moment ago, and has been loaded
	}
	if loaded.Header.Provider != "" { // a header that somebody wrote by hand says nothing of the rest
		if ours, err := cassette.Encode(loaded.Header, loaded.Interactions); err == nil && ours == string(data) {
			linted.Store(loaded, found)
			return nil
		}
	}
	for _, f := range lint.Check(file, data) {
		if strings.HasPrefix(f.Rule, "secret-") {
			found = append(found, f.String())
		}
	}
	linted.Store(loaded, found)
	return found
}

// cassetteFile is the path of a cassette, which may be given without its extension.
func cassetteFile(name string) (string, error) {
	if ext := filepath.Ext(name); ext == extension || ext == ".yml" {
		return name, nil
	}
	_, err := os.Stat(name + extension)
	if _, yml := os.Stat(name + ".yml"); err != nil && yml == nil {
		return name + ".yml", nil
	}
	if base := filepath.Base(name); base == "" || base == "." || filepath.Ext(name) != "" && err != nil {
		return "", fmt.Errorf("%q is no cassette's name; name a file that ends in .yaml, such as %q", name, "testdata/lookup.yaml")
	}
	return name + extension, nil
}

// beside names the cassettes next to one that does not exist whose names are like
// its own.
func beside(file string) string {
	entries, err := os.ReadDir(filepath.Dir(file))
	if err != nil {
		return "" // so does its directory
	}
	files := map[string]string{} // by their names without an ending
	for _, e := range entries {
		if ext := filepath.Ext(e.Name()); ext == extension || ext == ".yml" {
			files[strings.TrimSuffix(e.Name(), ext)] = e.Name()
		}
	}
	name := filepath.Base(file)
	near := say.Nearest(strings.TrimSuffix(name, filepath.Ext(name)), slices.Collect(maps.Keys(files)))
	if len(near) == 0 {
		return ""
	}
	return "; there is " + files[near[0]]
}

// recorded makes sure that a cassette which names a provider names this one.
func (p Provider) recorded(f *cassette.File) error {
	if of := f.Header.Provider; of != "" && of != p.def.Name {
		return fmt.Errorf("%s was recorded with %s, not with %s", f.Name, of, p.def.Name)
	}
	if !f.Header.Received.IsZero() {
		return fmt.Errorf("%s holds deliveries to a receiver; receivertest.Replay delivers them", f.Name)
	}
	return nil
}

// switched reports whether the environment asks for this cassette to be recorded.
func switched(file string) (bool, error) {
	pattern := os.Getenv(RecordVar)
	if pattern == "" {
		return false, nil
	}
	if _, err := regexp.Compile(pattern); err != nil {
		return false, fmt.Errorf("%s is no regular expression: %w", RecordVar, err)
	}
	re, err := regexp.Compile("^(?:" + pattern + ")$")
	if err != nil {
		return false, fmt.Errorf("%s is no regular expression: %w", RecordVar, err)
	}
	if re.MatchString(file) {
		return true, nil
	}
	if some, err := selects(re.String()); err == nil && !some {
		return false, fmt.Errorf("%s is %q, which matches the path of no cassette: it must match the whole path, and every path ends in %s; use .* for every cassette, or unset it to replay", RecordVar, pattern, extension)
	}
	return false, nil
}

func recording(tb testing.TB, p Provider, file string, shared []record.Named) *record.Transport {
	tb.Helper()
	tenant, err := record.LiveTenant(p.def, os.Getenv, time.Now().UTC().Format(time.DateOnly))
	if err != nil {
		fatal(tb, err)
	}
	if p.options.transport != nil {
		tenant.Transport = record.Answering(p.options.transport)
	}
	meant := slices.DeleteFunc(p.options.places(), func(n record.Named) bool { return slices.Contains(shared, n) })
	r, err := record.New(record.Config{
		Config: p.config(tb), Tenant: tenant, Path: file, Name: file,
		Redact: p.options.redact, Keep: p.options.keep, Varies: p.options.varies, Pinned: p.options.pinned, Bindings: p.options.seeds,
		AcceptDrift: p.options.acceptDrift, Verbatim: p.options.verbatim, Meant: meant,
	})
	if err != nil {
		fatal(tb, err)
	}
	f := r.Transport()
	tb.Cleanup(func() {
		tb.Helper()
		f.Close()
		if tb.Skipped() {
			r.Release()
			dropped := ""
			if n := r.Recorded(); n > 0 {
				dropped = ", and what it had recorded was dropped (" + say.Count(n, "exchange") + ")"
			}
			tb.Logf("%s not written: the test was skipped%s", file, dropped)
			return
		}
		verdict := record.Passed
		switch {
		case unwinding():
			verdict = record.EndedEarly
		case tb.Failed():
			verdict = record.Failed
		}
		outcome, err := r.Commit(verdict)
		if dropped, others := r.Dropped(); len(dropped) > 0 {
			if others > 0 {
				dropped = append(dropped, say.Count(others, "other header"))
			}
			tb.Logf("%s does not hold all of the answers, and a replay will lack %s; Keep(\"header NAME\") lets a header stay", file, strings.Join(dropped, ", "))
		}
		var refused *record.CommitError
		if errors.As(err, &refused) {
			refused.Told(f.Told)
		}
		for _, n := range r.Idle(shared) {
			tb.Logf("%s: %s(%q) had no effect here: %s", file, n.Option, n.Place, n.Why())
		}
		if p.options.acceptDrift && err == nil && len(outcome.Accepted) == 0 {
			tb.Logf("%s: AcceptDrift had no effect: every answer meets the contract", file)
		}
		switch {
		case err != nil:
			tb.Errorf("%v", err)
		case outcome.Written && outcome.Before > outcome.Interactions:
			tb.Logf("%s recorded: %s, in the place of %d", file, say.Count(outcome.Interactions, "interaction"), outcome.Before)
		case outcome.Written:
			tb.Logf("%s recorded: %s", file, say.Count(outcome.Interactions, "interaction"))
		default:
			tb.Logf("%s left as it is: the recording says the same", file)
		}
	})
	return f
}

// unwinding reports whether the test is ending in a panic or in
// runtime.Goexit: testing runs the cleanups before it marks such a test as
// failed.
func unwinding() bool {
	var stack [128]uintptr
	frames := runtime.CallersFrames(stack[:runtime.Callers(1, stack[:])])
	for {
		frame, more := frames.Next()
		if frame.Function == "runtime.gopanic" || frame.Function == "runtime.Goexit" {
			return true
		}
		if !more {
			return false
		}
	}
}

// runPattern is the -run expression that selects one test, subtests included.
func runPattern(name string) string {
	parts := strings.Split(name, "/")
	for i, part := range parts {
		parts[i] = regexp.QuoteMeta(part)
		if part != parts[i] || len(parts) > 1 {
			parts[i] = "^" + parts[i] + "$"
		}
	}
	return strings.Join(parts, "/")
}

// pathPattern is the regular expression that selects one cassette. A dot matches
// itself well enough, and the command stays easy to read.
func pathPattern(file string) string {
	if quoted := regexp.QuoteMeta(file); quoted != strings.ReplaceAll(file, ".", `\.`) {
		return quoted
	}
	return file
}
