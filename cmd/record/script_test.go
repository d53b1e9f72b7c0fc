package main

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/creack/pty"
	"github.com/rogpeppe/go-internal/testscript"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/cmd/record/internal/exit"
	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/say"
)

// The tests make much garbage and keep little: a collector that runs less often
// saves a third of their time.
func TestMain(m *testing.M) {
	debug.SetGCPercent(800)
	testscript.Main(overlapping{m}, map[string]func(){"record": func() {
		os.Exit(exit.Interruptible(func(ctx context.Context) int {
			return run(ctx, os.Args[1:], os.Getenv, scriptClock(os.Getenv), os.Stdout, os.Stderr)
		}))
	}, "fetch": func() { os.Exit(fetch(os.Args[1:], os.Getenv, os.Stdout)) }, "of": of, "receive": receive, "terminal": terminal})
}

// overlapping runs more scripts at one time than there are processors: they wait much.
type overlapping struct{ tests *testing.M }

func (o overlapping) Run() int {
	flag.Parse()
	if err := errors.Join(flag.Set("test.parallel", "6"), os.Setenv("GOGC", "400")); err != nil { // GOGC is for builds
		panic(err)
	}
	return o.tests.Run()
}

// TestScript runs the scripts below testdata/script against the command, which has
// a clock of its own. The command status calls it in this process; exec starts a
// process, where a signal, a terminal or a wait in real time matters.
// GOLDIE_UPDATE=true go test ./cmd/record writes what they expect of its output
// anew. Beside testscript's own commands they have:
//
//	status N COMMAND...        the command ends with exit status N; record and fetch are called
//	tenant PROVIDER VARIANT    start a loopback tenant and set its variables
//	reached PROVIDER N         wait until the tenant has had N requests
//	asked PROVIDER FILE        what the tenant was asked for, one line each, sorted
//	times PROVIDER N           the tenant was asked N times
//	note DIR                   remember every file below DIR
//	untouched DIR              the files below DIR are those that were noted
//	empty DIR                  there is no such directory
//	https VARIABLE             turn the variable's http:// into https://
//	clean                      no value of a tenant is in the output or a file
//	holds PROVIDER N           the tenant has N webhooks, the first ones as they were
//	receiver NAME VARIABLE     start a loopback receiver that echoes challenges
//	vendor [FORM] URL FILE     send a delivery that is signed with RECEIVER_SECRET
//	until URL TEXT             wait until a page holds a text
//	fits COLUMNS COMMAND...    what the command writes fits a terminal of that width
//	address FILE VARIABLE      the URL that a server wrote into the file
//
// the programs fetch, of, receive and terminal, and two variables that hold for all vendors:
// SCENARIOS, how many there are, and PROVIDERS, their names as messages list them.
func TestScript(t *testing.T) {
	dir, err := filepath.Abs("testdata/script") // the working directory changes
	require.NoError(t, err)
	testscript.Run(t, testscript.Params{
		Dir:                 dir,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		UpdateScripts:       os.Getenv("GOLDIE_UPDATE") == "true",
		Deadline:            time.Now().Add(5 * time.Minute),
		Condition: func(name string) (bool, error) {
			if name == "root" {
				return os.Getuid() == 0, nil
			}
			if name == "ipv6" {
				listener, err := net.Listen("tcp", "[::1]:0")
				if err == nil {
					listener.Close()
				}
				return err == nil, nil
			}
			return false, fmt.Errorf("no condition %q", name)
		},
		Setup: func(env *testscript.Env) error {
			env.Values[stateKey{}] = &state{tenants: map[string]*tenant{}, noted: map[string]listing{}}
			for _, name := range proxyVars {
				env.Setenv(name, "")
			}
			// A command built with -race would wait for a second when it ends.
			env.Setenv("GORACE", "atexit_sleep_ms=0")
			env.Setenv("GOGC", "400")
			var names []string
			scenarios := 0
			for _, def := range provider.All() {
				names = append(names, def.Name)
				scenarios += len(def.Scenarios)
			}
			env.Setenv("PROVIDERS", say.List(names, "and"))
			env.Setenv("SCENARIOS", strconv.Itoa(scenarios))
			return nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"status":    status,
			"tenant":    startTenant,
			"reached":   reached,
			"asked":     asked,
			"holds":     holds,
			"receiver":  startReceiver,
			"until":     until,
			"vendor":    vendor,
			"recorded":  recordedFile,
			"times":     times,
			"note":      note,
			"unlearned": unlearned,
			"untouched": untouched,
			"empty":     empty,
			"clean":     clean,
			"address":   address,
			"fits":      fits,
			"https": func(ts *testscript.TestScript, neg bool, args []string) {
				need(ts, neg, args, 1, "https VARIABLE")
				ts.Setenv(args[0], strings.Replace(ts.Getenv(args[0]), "http:", "https:", 1))
			},
		},
	})
}

// terminal is the program of COLUMNS COMMAND...: it runs the command in a terminal of
// that width and copies what is written there. It ends with the command's status.
func terminal() {
	columns, err := strconv.Atoi(os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	c := exec.Command(os.Args[2], os.Args[3:]...)
	c.Stderr = os.Stderr
	screen, err := pty.StartWithSize(c, &pty.Winsize{Rows: 24, Cols: uint16(columns)})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	shown, _ := io.ReadAll(screen) // it ends with an error, as terminals do
	c.Wait()                       // its status says more than the error
	fmt.Print(strings.ReplaceAll(string(shown), "\r\n", "\n"))
	os.Exit(c.ProcessState.ExitCode())
}

// of is the program of PROVIDER...: it copies its input without the lines about
// other providers, without the width that those give to a column, and without the
// folding that follows from it.
func of() {
	input, err := io.ReadAll(os.Stdin)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Print(linesOf(string(input), os.Args[1:]))
}

func linesOf(text string, providers []string) string {
	var others []string
	for _, def := range provider.All() {
		if slices.Contains(providers, def.Name) {
			continue
		}
		others = append(others, def.Name+" ", def.Name+"/", def.Name+":", "left out, for want of variables: "+def.Name+":", def.TokenVar+" ", def.BaseVar+" ")
		for _, s := range def.Bindings {
			others = append(others, s.Var+" ")
		}
	}
	text = regexp.MustCompile(`(?m)^  [A-Z][A-Z_]+  .*(\n {20,}\S.*)+`).ReplaceAllStringFunc(text, func(folded string) string {
		return regexp.MustCompile(`\n +`).ReplaceAllString(folded, " ")
	})
	paragraphs := strings.Split(text, "\n\n")
	for i, paragraph := range paragraphs {
		lines := strings.Split(paragraph, "\n")
		kept := slices.DeleteFunc(slices.Clone(lines), func(line string) bool {
			return slices.ContainsFunc(others, func(start string) bool { return strings.HasPrefix(strings.TrimSpace(line), start) })
		})
		if len(kept) < len(lines) {
			paragraphs[i] = strings.Join(narrowed(kept), "\n")
		}
	}
	return strings.Join(paragraphs, "\n\n")
}

// narrowed takes columns of blanks out of a table until two part its columns. A
// line that ends in a colon is its heading.
func narrowed(table []string) []string {
	rows := make([][]rune, len(table))
	width := 0
	for i, line := range table {
		rows[i] = []rune(line)
		width = max(width, len(rows[i]))
	}
	blank := func(column int) bool {
		return !slices.ContainsFunc(rows, func(row []rune) bool {
			return column < len(row) && row[column] != ' ' && row[len(row)-1] != ':'
		})
	}
	for column := width - 1; column >= 2; column-- {
		if !blank(column) || !blank(column-1) || !blank(column-2) {
			continue
		}
		for i, row := range rows {
			if column < len(row) && row[len(row)-1] != ':' {
				rows[i] = slices.Delete(row, column, column+1)
			}
		}
	}
	for i, row := range rows {
		table[i] = string(row)
	}
	return table
}

func TestLinesOf(t *testing.T) {
	const table = `NAME                  STATUS
dvelop/GetWebHook/20  200
devrev/a              404

Variables:
  DEVREV_TOKEN           é credential
  DVELOP_REPOSITORY_ID   an id

1 written
`
	assert.Equal(t, table, linesOf(table, []string{"devrev", "dvelop"}))
	assert.Equal(t, `NAME      STATUS
devrev/a  404

Variables:
  DEVREV_TOKEN  é credential

1 written
`, linesOf(table, []string{"devrev"}))
}

var proxyVars = []string{"http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"}

type stateKey struct{}

// state is what the commands of one script share.
type state struct {
	tenants map[string]*tenant
	noted   map[string]listing
}

func stateOf(ts *testscript.TestScript) *state { return ts.Value(stateKey{}).(*state) }

func need(ts *testscript.TestScript, neg bool, args []string, n int, usage string) {
	if neg || len(args) < n {
		ts.Fatalf("usage: %s", usage)
	}
}

func status(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, neg, args, 2, "status N COMMAND...")
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	if got := exitStatus(ts, args[1], args[2:]); got != want {
		ts.Fatalf("exit status %d, expected %d", got, want)
	}
}

// exitStatus calls or runs a command and returns its exit status.
func exitStatus(ts *testscript.TestScript, name string, args []string) int {
	// A process looks at these once: net/http and crypto/x509 keep what they say.
	ofProcess := slices.ContainsFunc(append(proxyVars, "SSL_CERT_FILE"), func(name string) bool { return ts.Getenv(name) != "" })
	switch {
	case name == "record" && !ofProcess:
		status, stdout, stderr := within(ts, args)
		io.WriteString(ts.Stdout(), stdout)
		io.WriteString(ts.Stderr(), stderr)
		return status
	case name == "fetch":
		return fetch(args, ts.Getenv, ts.Stdout())
	}
	err := ts.Exec(name, args...)
	var exited *exec.ExitError
	if errors.As(err, &exited) {
		return exited.ExitCode()
	}
	ts.Check(err)
	return 0
}

// directory is held by whoever has changed the test's working directory.
var directory sync.Mutex

// within calls the command in the script's directory.
func within(ts *testscript.TestScript, args []string) (status int, stdout, stderr string) {
	directory.Lock()
	defer directory.Unlock()
	before, err := os.Getwd()
	ts.Check(err)
	ts.Check(os.Chdir(ts.MkAbs(".")))
	defer func() { ts.Check(os.Chdir(before)) }()
	var o, e strings.Builder
	status = run(context.Background(), args, ts.Getenv, scriptClock(ts.Getenv), &o, &e)
	return status, o.String(), e.String()
}

func fits(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, neg, args, 2, "fits COLUMNS COMMAND...")
	width, err := strconv.Atoi(args[0])
	ts.Check(err)
	ts.Check(ts.Exec("terminal", args...))
	for line := range strings.Lines(ts.ReadFile("stdout")) {
		line = strings.TrimSuffix(line, "\n")
		// A name stays whole, for it may have to be copied; on 80 columns each has room.
		if utf8.RuneCountInString(line) > width && (width >= 80 || len(strings.Fields(line)) > 1) {
			ts.Fatalf("more than %d columns: %s", width, line)
		}
	}
}

func reached(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, neg, args, 2, "reached PROVIDER N")
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	t := stateOf(ts).tenants[args[0]]
	for range 1000 {
		if len(t.requests()) >= n {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	ts.Fatalf("%s was asked %d times only", args[0], len(t.requests()))
}

func asked(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, neg, args, 2, "asked PROVIDER FILE")
	got := stateOf(ts).tenants[args[0]].requests()
	slices.Sort(got)
	want := strings.FieldsFunc(ts.ReadFile(args[1]), func(r rune) bool { return r == '\n' })
	got = slices.Compact(got)
	if !slices.Equal(got, want) {
		ts.Fatalf("%s was asked\n%s", args[0], strings.Join(got, "\n"))
	}
}

func times(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, neg, args, 2, "times PROVIDER N")
	want, err := strconv.Atoi(args[1])
	ts.Check(err)
	if got := stateOf(ts).tenants[args[0]].requests(); len(got) != want {
		ts.Fatalf("%s was asked %d times\n%s", args[0], len(got), strings.Join(got, "\n"))
	}
}

// listing is every file below a directory: its content's hash, and when it was
// written.
type listing map[string]string

func list(ts *testscript.TestScript, dir string) listing {
	files := listing{}
	err := filepath.WalkDir(ts.MkAbs(dir), func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		data, err := os.ReadFile(path)
		files[path] = fmt.Sprintf("%x %s", sha256.Sum256(data), info.ModTime().Format(time.RFC3339Nano))
		return err
	})
	ts.Check(err)
	return files
}

func note(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, neg, args, 1, "note DIR")
	stateOf(ts).noted[args[0]] = list(ts, args[0])
}

func untouched(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, neg, args, 1, "untouched DIR")
	before, ok := stateOf(ts).noted[args[0]]
	if !ok {
		ts.Fatalf("%s was not noted", args[0])
	}
	after := list(ts, args[0])
	for path, was := range before {
		if after[path] != was {
			ts.Fatalf("%s was changed or removed", path)
		}
	}
	for path := range after {
		if _, ok := before[path]; !ok {
			ts.Fatalf("%s appeared", path)
		}
	}
}

func empty(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, neg, args, 1, "empty DIR")
	if _, err := os.Lstat(ts.MkAbs(args[0])); !errors.Is(err, fs.ErrNotExist) {
		ts.Fatalf("%s exists", args[0])
	}
}

// clean searches the last command's output and every file of the script's
// directory for what the tenants' values look like in any spelling.
func clean(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, neg, args, 0, "clean")
	texts := map[string]string{"stdout": ts.ReadFile("stdout"), "stderr": ts.ReadFile("stderr")}
	for path := range list(ts, ".") {
		if filepath.Ext(path) == ".txt" {
			continue // what the script expects
		}
		data, err := os.ReadFile(path)
		ts.Check(err)
		texts[path] = path + "\n" + string(data)
	}
	searched := 0
	for name, t := range stateOf(ts).tenants {
		for _, value := range t.planted() {
			searched++
			for where, text := range texts {
				if form := find(text, value); form != "" {
					ts.Fatalf("a value of %s is in %s, %s: %q", name, where, form, value)
				}
			}
		}
	}
	if searched == 0 {
		ts.Fatalf("no tenant was started, so nothing was searched for")
	}
	ts.Logf("%d values in %d texts: none found", searched, len(texts))
}

// find says in which spelling a text holds a value; empty when in none.
func find(text, value string) string {
	folded := strings.ToLower(text)
	quoted, _ := json.Marshal(value)
	for form, spelt := range map[string]string{
		"as it is":        value,
		"percent-encoded": url.QueryEscape(value),
		"path-encoded":    url.PathEscape(value),
		"JSON-escaped":    strings.Trim(string(quoted), `"`),
		"slash-escaped":   strings.ReplaceAll(value, "/", `\/`),
		"in hex":          hex.EncodeToString([]byte(value)),
	} {
		if strings.Contains(folded, strings.ToLower(spelt)) {
			return form
		}
	}
	for _, encoding := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		for shift := range 3 {
			coded := encoding.EncodeToString(append(make([]byte, shift), value...))
			// The letters at both ends hold bits of what stands around the value.
			if from := []int{0, 2, 3}[shift]; strings.Contains(text, coded[from:len(coded)-1]) {
				return "in base64"
			}
		}
	}
	return ""
}

func TestFind(t *testing.T) {
	const value = "s3cret/and+more"
	for _, text := range []string{
		value, strings.ToUpper(value), url.QueryEscape(value), url.PathEscape(value), `s3cret\/and+more`,
		hex.EncodeToString([]byte("x" + value)),
		base64.StdEncoding.EncodeToString([]byte(value)),
		base64.StdEncoding.EncodeToString([]byte("a" + value + "z")),
		base64.URLEncoding.EncodeToString([]byte("ab" + value + "yz")),
	} {
		assert.NotEmpty(t, find("before "+text+" after", value), text)
	}
	assert.Empty(t, find("s3cret and more", value))
}
