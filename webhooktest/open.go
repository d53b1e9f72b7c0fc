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
	"testing"
	"time"

	"example.com/webhookvcr/internal/cassette"
	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/record"
	"example.com/webhookvcr/internal/replay"
)

// RecordVar is the environment variable that makes [Open] record: a regular
// expression that must match the cassette's whole path, as the test gives it.
const RecordVar = "WEBHOOKTEST_RECORD"

// Open returns a client for a cassette of your own, by its path
// ("testdata/lookup.yaml"). It replays the file, as [Replay] replays scenarios;
// a plain go-vcr v2-format cassette serves as well, also one that ends in .yml or
// has keys that go-vcr passes over, which are logged. Every recorded interaction
// must be used. What the test sends is compared, but for the members that the
// cassette lists under webhooktest: varies.
//
// When WEBHOOKTEST_RECORD matches the path, Open records instead; a value that
// can match the path of no cassette at all fails the test. Requests then go to
// the tenant that the provider's environment variables name (DEVREV_TOKEN,
// DEVREV_BASE_URL, DEVREV_WEBHOOK_ID; DVELOP_BASE_URL, DVELOP_TOKEN,
// DVELOP_REPOSITORY_ID, DVELOP_EVENT_ID, DVELOP_WEBHOOK_ID), and the test sees
// the same placeholders as when it replays. The file is written when the test
// has passed and the recording is sound: it holds no value of the tenant, every
// answer meets the contract, and it replays itself. What the test sends is stored
// as it is: placeholders, one word of lower-case letters (parts joined by
// underscores), URLs of words and short numbers below example.com, example.org,
// example.net, .example, .test, .invalid or a loopback address. Other texts, other URLs and secrets are refused, unless [Varies] or
// [Keep] names them. That is decided when Open's
// cleanup runs: a cleanup registered earlier runs later, and what it finds, or
// sends, comes too late; its requests get an error and fail the test, but the
// file is written by then. Otherwise the old file stays as it was and the test
// says why.
func Open(tb testing.TB, p Provider, file string) *http.Client {
	tb.Helper()
	if err := p.ready(forOpen); err != nil {
		fatal(tb, err)
	}
	// Other tools write .yml; a recording is always written to .yaml.
	slashed := filepath.ToSlash(file)
	yml := strings.HasSuffix(file, ".yml")
	if filepath.Ext(file) != extension && !yml {
		fatal(tb, fmt.Errorf("%q is no cassette's name; name a file that ends in .yaml, such as %q", file, "testdata/lookup.yaml"))
	}
	command := func() string {
		return fmt.Sprintf("to record it: %s=%s go test -count=1 -run %s .", RecordVar, record.Quote(pathPattern(slashed)), record.Quote(runPattern(tb.Name())))
	}
	asked, err := switched(slashed)
	if err != nil {
		fatal(tb, fmt.Errorf("%w\n%s", err, command()))
	}
	if pattern := os.Getenv(RecordVar); pattern != "" && !asked {
		tb.Logf("%s is set, but does not match %s as a whole, so that is replayed", RecordVar, slashed)
	}
	if yml {
		command = func() string { return "to record it, name a file that ends in " + extension }
	}
	if asked && yml {
		fatal(tb, fmt.Errorf("%s is not recorded: name a file that ends in %s", file, extension))
	}
	if asked {
		return &http.Client{Transport: recording(tb, p, file)}
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
	step := replay.Step{Name: file, Index: index}
	return &http.Client{Transport: front(tb, p, []replay.Step{step}, command)}
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
	near := provider.Nearest(strings.TrimSuffix(name, filepath.Ext(name)), slices.Collect(maps.Keys(files)))
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
	if f.Header.Direction == cassette.Received {
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

func recording(tb testing.TB, p Provider, file string) *record.Transport {
	tb.Helper()
	tenant, err := record.LiveTenant(p.def, os.Getenv, time.Now().UTC().Format(time.DateOnly))
	if err != nil {
		fatal(tb, err)
	}
	if p.options.transport != nil {
		tenant.Transport = record.Answering(p.options.transport)
	}
	r, err := record.New(record.Config{
		Config: p.config(tb), Tenant: tenant, Path: file, Name: file,
		Redact: p.options.redact, Keep: p.options.keep, Varies: p.options.varies, Bindings: p.options.seeds,
		AcceptDrift: p.options.acceptDrift,
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
			tb.Logf("%s not written: the test was skipped", file)
			return
		}
		outcome, err := r.Commit(tb.Failed() || unwinding())
		if dropped, others := r.Dropped(); len(dropped) > 0 {
			if others > 0 {
				dropped = append(dropped, count(others, "other header"))
			}
			tb.Logf("%s does not hold all of the answers, and a replay will lack %s; Keep(\"header NAME\") lets a header stay", file, strings.Join(dropped, ", "))
		}
		switch {
		case err != nil:
			tb.Errorf("%v", err)
		case outcome.Written:
			tb.Logf("%s recorded: %s", file, count(outcome.Interactions, "interaction"))
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

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
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
