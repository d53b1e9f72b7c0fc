package main

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"html/template"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"example.com/webhookvcr/internal/cassette"
	"example.com/webhookvcr/internal/contract"
	"example.com/webhookvcr/internal/drift"
	"example.com/webhookvcr/internal/jsontext"
	"example.com/webhookvcr/internal/provider"
)

//go:embed page
var pageFiles embed.FS

const reportHelp = `report writes one HTML page about cassettes: where they come from, which answers
and members of the contract they show, every exchange with what the contract says
of it, and the drift and the findings of reports that it is given. The page needs
no other file and no network. Without arguments it is about the cassettes of this
build.`

// page is the command report.
type page struct{ html, check, lint string }

func reportCommand() *cobra.Command {
	p := &page{}
	c := &cobra.Command{
		Use:   "report --html FILE [flags] [PROVIDER[/SCENARIO]|FILE|DIR...]",
		Short: "Write one HTML page about cassettes: provenance, coverage, exchanges, drift",
		Long:  reportHelp,
		Example: `  record report --html report.html
  record check --json devrev > drift.json; record report --html report.html --check drift.json devrev
  record lint --json testdata > lint.json; record report --html report.html --lint lint.json testdata`,
		DisableFlagsInUseLine: true,
		ValidArgsFunction:     completeScenario,
		RunE:                  func(_ *cobra.Command, args []string) error { return p.run(args) },
	}
	c.Flags().StringVar(&p.html, "html", "", "write the page to `FILE`")
	c.Flags().StringVar(&p.check, "check", "", "show the drift in `FILE`, which record check --json wrote")
	c.Flags().StringVar(&p.lint, "lint", "", "show the counts of the findings in `FILE`, which record lint --json wrote")
	c.MarkFlagFilename("html", "html")
	c.MarkFlagFilename("check", "json")
	c.MarkFlagFilename("lint", "json")
	return c
}

func (p *page) run(args []string) error {
	if p.html == "" {
		return exit(exitUsage, "report needs the file to write: record report --html report.html")
	}
	if len(args) == 0 {
		args = providerNames()
	}
	files, err := cassettesOf(args)
	if err != nil {
		return err
	}
	data := newPage(files)
	if p.check != "" {
		if data.Drift, err = readCheck(p.check); err != nil {
			return err
		}
	}
	if p.lint != "" {
		if data.Lint, err = readLint(p.lint); err != nil {
			return err
		}
	}
	var b bytes.Buffer
	if err := data.write(&b); err != nil {
		return exit(exitFailed, "%v", err)
	}
	return replace(p.html, b.Bytes())
}

// replace writes a file that is whole at any time.
func replace(path string, data []byte) error {
	file, err := os.CreateTemp(filepath.Dir(path), ".record-*")
	if err != nil {
		return exit(exitFailed, "%s: %v", path, reason(err))
	}
	defer os.Remove(file.Name()) // fails when it has been renamed
	_, err = file.Write(data)
	if err == nil {
		err = file.Chmod(0o644)
	}
	if closed := file.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		return exit(exitFailed, "%s: %v", path, reason(err))
	}
	return nil
}

// pageData is what the page shows.
type pageData struct {
	Version   string
	Live      int
	Simulated int
	Others    int
	Providers []pageProvider
	Cassettes []pageCassette
	Drift     *pageDrift
	Lint      *pageLint
	// Requests is where the requests of a server come from, empty for a file.
	Requests string
}

type pageProvider struct {
	Title    string
	Statuses []int
	Rows     []pageRow
	Unshown  []pageUnshown
}

// pageRow is an operation with a cell for each status of its provider.
type pageRow struct {
	Operation string
	Cells     []pageCell
}

type pageCell struct {
	Documented bool
	Count      int
}

type pageUnshown struct {
	Answer  string
	Members []string
}

type pageCassette struct {
	ID, Name, Source string
	Live             bool
	Problems         int
	Exchanges        []pageExchange
}

type pageExchange struct {
	shownExchange
	Request, Answer []pageLine
	Notes           []shownNote // those that stand beside no member
}

// pageLine is a line of a body. Placeholder says what its value stands for, and
// Notes what the contract says of it.
type pageLine struct {
	Text, Placeholder string
	Notes             []string
}

func newPage(files []*cassette.File) *pageData {
	p := &pageData{Version: version()}
	seen := map[*provider.Definition][]*cassette.File{}
	for i, f := range files {
		switch f.Header.Source {
		case cassette.Live:
			p.Live++
		case cassette.Simulated:
			p.Simulated++
		default:
			p.Others++
		}
		def := askedProvider(f)
		if def != nil {
			seen[def] = append(seen[def], f)
		}
		p.Cassettes = append(p.Cassettes, newPageCassette(i, f, def))
	}
	for _, def := range provider.All() {
		if len(seen[def]) > 0 {
			p.Providers = append(p.Providers, coverage(def, seen[def]))
		}
	}
	return p
}

func newPageCassette(i int, f *cassette.File, def *provider.Definition) pageCassette {
	s := shownOf(f)
	c := pageCassette{ID: "c" + strconv.Itoa(i), Name: s.Name, Source: s.provenance(), Live: s.Source == cassette.Live}
	for n, e := range f.Exchanges() {
		x := pageExchange{shownExchange: s.Exchanges[n]}
		var request, answer func(string) provider.Class
		if def != nil {
			request, answer = contract.RequestClasses(def, e.Request), contract.ResponseClasses(def, e.Request, e.Response)
		}
		beside := map[string]bool{}
		x.Request = bodyLines(x.RequestBody, "request", request, x.shownExchange.Notes, beside)
		x.Answer = bodyLines(x.Body, "answer", answer, x.shownExchange.Notes, beside)
		for _, note := range x.shownExchange.Notes {
			if !beside[note.In+note.Pointer] {
				x.Notes = append(x.Notes, note)
			}
		}
		c.Problems += len(x.shownExchange.Notes)
		c.Exchanges = append(c.Exchanges, x)
	}
	return c
}

// bodyLines are the lines of a body, indented when it is JSON. beside gets the
// places of the notes that have found their member.
func bodyLines(body, in string, classes func(string) provider.Class, notes []shownNote, beside map[string]bool) (lines []pageLine) {
	root, err := jsontext.Parse([]byte(body), jsontext.Bounds{Depth: 100, Values: 20_000})
	if err != nil {
		for line := range strings.Lines(body) {
			lines = append(lines, pageLine{Text: visible(strings.TrimRight(line, "\r\n"))})
		}
		return lines
	}
	var walk func(n *jsontext.Node, indent, pointer, comma string)
	walk = func(n *jsontext.Node, indent, pointer, comma string) {
		text := indent
		if n.Parent != nil && n.Parent.Kind == jsontext.BeginObject {
			text += string(jsontext.AppendQuote(nil, n.Name)) + ": "
		}
		line := pageLine{}
		for _, note := range notes {
			if note.In == in && note.Pointer == pointer && pointer != "" {
				line.Notes = append(line.Notes, note.Message)
				beside[in+pointer] = true
			}
		}
		if len(n.Children) == 0 {
			line.Text = visible(text + string(n.Append(nil)) + comma)
			if n.Kind == jsontext.String && classes != nil {
				line.Placeholder = standsFor(classes(pointer), n.Text)
			}
			lines = append(lines, line)
			return
		}
		line.Text = visible(text + string(rune(n.Kind)))
		lines = append(lines, line)
		for i, child := range n.Children {
			step := strconv.Itoa(i)
			if n.Kind == jsontext.BeginObject {
				step = jsontext.Escape(child.Name)
			}
			after := ","
			if i == len(n.Children)-1 {
				after = ""
			}
			walk(child, indent+"  ", pointer+"/"+step, after)
		}
		lines = append(lines, pageLine{Text: indent + string(rune(n.Kind.End())) + comma})
	}
	walk(root, "", "", "")
	return lines
}

// standsFor says what a string stands for that took the place of a tenant's value.
func standsFor(class provider.Class, text string) string {
	if class.Keep || text == "" || !class.Documented || class.Kind == provider.Undocumented {
		return ""
	}
	for _, k := range nouns {
		if k.kind == class.Kind && k.kind != provider.Word {
			return k.noun
		}
	}
	return ""
}

// coverage says which documented answers, members and listed values the cassettes
// of a provider show.
func coverage(def *provider.Definition, files []*cassette.File) pageProvider {
	type answer struct {
		op     *provider.Operation
		status int
	}
	counts := map[answer]int{}
	members := map[answer]map[string]bool{}
	for _, f := range files {
		for _, e := range f.Exchanges() {
			if e.Request.URL == nil {
				continue
			}
			route, ok := def.Find(e.Request.Method, e.Request.URL)
			if !ok {
				continue
			}
			a := answer{route.Operation, e.Response.Status}
			counts[a]++
			if members[a] == nil {
				members[a] = map[string]bool{}
			}
			if root, err := jsontext.Parse(e.Response.Body, jsontext.Bounds{Depth: 100}); err == nil {
				showing(root, "", members[a])
			}
		}
	}
	p := pageProvider{Title: def.Title}
	for i := range def.Operations {
		for _, r := range def.Operations[i].Responses {
			if !slices.Contains(p.Statuses, r.Status) {
				p.Statuses = append(p.Statuses, r.Status)
			}
		}
	}
	slices.Sort(p.Statuses)
	for i := range def.Operations {
		op := &def.Operations[i]
		row := pageRow{Operation: op.Name}
		for _, status := range p.Statuses {
			a := answer{op, status}
			row.Cells = append(row.Cells, pageCell{op.Response(status) != nil, counts[a]})
			if counts[a] == 0 {
				continue
			}
			if missing := unshown(contract.Members(def, op, status), members[a]); len(missing) > 0 {
				p.Unshown = append(p.Unshown, pageUnshown{fmt.Sprintf("%s, %d", op.Name, status), missing})
			}
		}
		p.Rows = append(p.Rows, row)
	}
	return p
}

// showing notes every place of a value, with * for items, and every string there
// behind an equals sign. No pointer of a schema has one.
func showing(n *jsontext.Node, pointer string, seen map[string]bool) {
	seen[pointer] = true
	if n.Kind == jsontext.String {
		seen[pointer+"="+n.Text] = true
	}
	for _, child := range n.Children {
		below := pointer + "/*"
		if n.Kind == jsontext.BeginObject {
			seen[below] = true
			below = jsontext.Child(pointer, child.Name)
		}
		showing(child, below, seen)
	}
}

// unshown lists the documented members, and the listed values, that no body shows.
// Of a member that is not there, what stands inside it is not listed.
func unshown(all []contract.Member, seen map[string]bool) (missing []string) {
	for _, m := range all {
		parent := m.Pointer[:strings.LastIndexByte(m.Pointer, '/')]
		switch {
		case !seen[parent]:
		case !seen[m.Pointer]:
			missing = append(missing, m.Pointer)
		default:
			for _, v := range m.Values {
				if !seen[m.Pointer+"="+v] {
					missing = append(missing, fmt.Sprintf("%s: %q", m.Pointer, v))
				}
			}
		}
	}
	return missing
}

// pageDrift is the drift of a report, the scenarios with the worst class first.
type pageDrift struct {
	Drifted  []compared
	Without  int
	Outages  []unchecked
	Failures []unchecked
}

// readCheck reads what check --json wrote.
func readCheck(path string) (*pageDrift, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, exit(exitFailed, "--check %q: %v", path, reason(err))
	}
	var r report
	if err := json.Unmarshal(data, &r); err != nil || r.Version != drift.Version || r.Reports == nil {
		return nil, exit(exitFailed, "--check %q is no report of record check --json of this version", path)
	}
	d := &pageDrift{}
	for _, class := range drift.Classes() {
		for _, c := range r.Reports {
			if c.Worst == class {
				d.Drifted = append(d.Drifted, c)
			}
		}
	}
	d.Without = len(r.Reports) - len(d.Drifted)
	for _, u := range r.Unchecked {
		switch {
		case u.Verdict != failed && u.Verdict != skipped:
		case slices.Contains([]string{remarks[exitOutage], remarks[exitUnreachable], remarks[exitThrottled]}, u.Reason):
			d.Outages = append(d.Outages, u)
		default:
			d.Failures = append(d.Failures, u)
		}
	}
	return d, nil
}

// pageLint counts the findings of a report by rule.
type pageLint struct {
	Files string // how many
	Rules []lintCount
}

type lintCount struct {
	Rule, Severity string
	Findings       int
}

// readLint reads what lint --json wrote.
func readLint(path string) (*pageLint, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, exit(exitFailed, "--lint %q: %v", path, reason(err))
	}
	var r struct {
		Files    *int `json:"files"`
		Findings []struct {
			Rule     string `json:"rule"`
			Severity string `json:"severity"`
		} `json:"findings"`
	}
	if err := json.Unmarshal(data, &r); err != nil || r.Files == nil {
		return nil, exit(exitFailed, "--lint %q is no report of record lint --json", path)
	}
	l := &pageLint{Files: count(*r.Files, "file")}
	for _, f := range r.Findings {
		i := slices.IndexFunc(l.Rules, func(c lintCount) bool { return c.Rule == f.Rule })
		if i < 0 {
			i = len(l.Rules)
			l.Rules = append(l.Rules, lintCount{f.Rule, f.Severity, 0})
		}
		l.Rules[i].Findings++
	}
	slices.SortStableFunc(l.Rules, func(a, b lintCount) int { return b.Findings - a.Findings })
	return l, nil
}

func (p *pageData) write(b *bytes.Buffer) error {
	t, err := template.New("page.html").Funcs(template.FuncMap{
		"css": func() (template.CSS, error) {
			data, err := pageFiles.ReadFile("page/page.css")
			return template.CSS(data), err
		},
		"js": func() (template.JS, error) {
			data, err := pageFiles.ReadFile("page/page.js")
			return template.JS(data), err
		},
	}).ParseFS(pageFiles, "page/page.html")
	if err != nil {
		return err
	}
	return t.Execute(b, p)
}
