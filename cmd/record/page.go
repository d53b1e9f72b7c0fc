package main

import (
	"cmp"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
	"io"
	"slices"
	"strconv"
	"strings"

	"example.com/webhookvcr/internal/exit"
	"example.com/webhookvcr/internal/screen"

	"example.com/webhookvcr/internal/cassette"
	"example.com/webhookvcr/internal/contract"
	"example.com/webhookvcr/internal/drift"
	"example.com/webhookvcr/internal/jsontext"
	"example.com/webhookvcr/internal/lint"
	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/say"
)

// The page is a template, a style and a script.
var (
	//go:embed page/page.html
	pageHTML string
	//go:embed page/page.css
	pageCSS string
	//go:embed page/page.js
	pageJS string
)

var pageTemplate = template.Must(template.New("page.html").Funcs(template.FuncMap{
	"css":       func() template.CSS { return template.CSS(pageCSS) },
	"js":        func() template.JS { return template.JS(pageJS) },
	"seen":      screen.Visible,
	"count":     say.Count,
	"unchecked": countUnchecked,
	"words":     func(all []string) string { return strings.Join(all, " ") },
}).Parse(pageHTML))

// pageData is what the page shows.
type pageData struct {
	Version   string
	Origins   []pageOrigin
	Coverage  []coverage
	Cassettes []pageCassette
	Statuses  []int // of the answers in the cassettes
	Problems  int
	Drift     *pageDrift
	Lint      *pageLint
	// Requests is where the requests of a server come from, and Steps what it
	// serves; empty for a file.
	Requests string
	Steps    []pageStep
	// Policy is the Content-Security-Policy.
	Policy string
}

// pageOrigin says where the cassettes of a provider come from, and what the
// placeholders in them stand for.
type pageOrigin struct {
	Title                   string
	Live, Simulated, Others int
	First, Last             string // days of live recordings
	Placeholders            []pagePlaceholder
}

// pagePlaceholder stands for what a recording takes from a variable. Else is what it
// takes when that is not set.
type pagePlaceholder struct{ Value, For, Var, Else string }

// pageStep is a step of a server.
type pageStep struct {
	Name, Cassette string
	Always         bool
}

type pageCassette struct {
	ID, Name, Source string
	Live             bool
	Problems         int
	Accepted         []string
	Exchanges        []pageExchange

	file *cassette.File
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
	Notes             []shownNote
}

func newPage(files []*cassette.File, version string) *pageData {
	p := &pageData{Version: version}
	asked := map[*provider.Definition][]pageCassette{}
	for i, f := range files {
		def := askedProvider(f)
		c := newPageCassette(i, f, def)
		p.Cassettes, asked[def] = append(p.Cassettes, c), append(asked[def], c)
		p.Problems += c.Problems
		for _, e := range c.Exchanges {
			if !slices.Contains(p.Statuses, e.Status) {
				p.Statuses = append(p.Statuses, e.Status)
			}
		}
	}
	slices.Sort(p.Statuses)
	for _, def := range append(provider.All(), nil) {
		if len(asked[def]) > 0 {
			p.Origins = append(p.Origins, originOf(def, asked[def]))
		}
		if def != nil && len(asked[def]) > 0 {
			p.Coverage = append(p.Coverage, coverageOf(def, asked[def]))
		}
	}
	return p
}

// Vendors are the titles of the providers that the cassettes are of.
func (p *pageData) Vendors() (titles []string) {
	for _, c := range p.Coverage {
		titles = append(titles, c.Title)
	}
	return titles
}

// others counts the cassettes of another recorder, which hold what it has written.
func (p *pageData) others() (n int) {
	for _, o := range p.Origins {
		n += o.Others
	}
	return n
}

func originOf(def *provider.Definition, cassettes []pageCassette) pageOrigin {
	o := pageOrigin{Title: "others"}
	for _, c := range cassettes {
		switch h := c.file.Header; h.Source {
		case cassette.Live:
			o.Live++
			if o.First == "" || h.Recorded < o.First {
				o.First = h.Recorded
			}
			o.Last = max(o.Last, h.Recorded)
		case cassette.Simulated:
			o.Simulated++
		default:
			o.Others++
		}
	}
	if def == nil {
		return o
	}
	o.Title = def.Title
	o.Placeholders = []pagePlaceholder{{def.BaseURL, "the base URL", def.BaseVar, def.BaseDefault}, {provider.Token, "the credential", def.TokenVar, ""}}
	for _, b := range def.Bindings {
		p := pagePlaceholder{b.Placeholder, "the " + nounOf(b.Kind), b.Var, ""}
		if b.Lookup != nil {
			p.Else = b.Lookup.What
		}
		o.Placeholders = append(o.Placeholders, p)
	}
	return o
}

// cassetteID is where a page shows a cassette.
func cassetteID(i int) string { return "c" + strconv.Itoa(i) }

func newPageCassette(i int, f *cassette.File, def *provider.Definition) pageCassette {
	s := shownOf(f)
	c := pageCassette{ID: cassetteID(i), Name: s.Name, Source: s.provenance(), Live: s.Source == cassette.Live, Accepted: s.Accepted, file: f}
	for n, e := range f.Exchanges() {
		x := pageExchange{shownExchange: s.Exchanges[n]}
		var request, answer func(string) provider.Class
		if def != nil {
			request, answer = contract.RequestClasses(def, e.Request), contract.ResponseClasses(def, e.Request, e.Response)
		}
		beside := map[string]bool{}
		asked := "request"
		if !f.Header.Received.IsZero() {
			asked = "delivery"
		}
		x.Request = bodyLines(x.RequestBody, asked, request, x.shownExchange.Notes, beside)
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
	root, err := jsontext.Parse(body, jsontext.Bounds{Depth: 100, Values: 20_000})
	if err != nil {
		for line := range strings.Lines(body) {
			lines = append(lines, pageLine{Text: screen.Visible(strings.TrimRight(line, "\r\n"))})
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
				line.Notes = append(line.Notes, note)
				beside[in+pointer] = true
			}
		}
		if len(n.Children) == 0 {
			line.Text = screen.Visible(text + string(n.Append(nil)) + comma)
			if n.Kind == jsontext.String && classes != nil {
				line.Placeholder = standsFor(classes(pointer), n.Text)
			}
			lines = append(lines, line)
			return
		}
		line.Text = screen.Visible(text + string(rune(n.Kind)))
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
	if class.Keep || text == "" || !class.Documented || class.Kind == provider.Undocumented || class.Kind == provider.Word {
		return ""
	}
	return nounOf(class.Kind)
}

// nounOf is a kind of values in words.
func nounOf(kind provider.Kind) string {
	for _, k := range nouns {
		if k.kind == kind {
			return k.noun
		}
	}
	return ""
}

// pageDrift is the drift of a report, the scenarios with the worst class first.
type pageDrift struct {
	Counts   []pageCount
	Drifted  []pageDrifted
	With     int // scenarios with drift, and Without those without
	Without  int
	Volatile []pageVolatile
	Outages  []pageUnchecked
	Failures []pageUnchecked
	LeftOut  []pageUnchecked
	// Unrecorded counts the scenarios that nobody has recorded.
	Unrecorded int
}

// Unchecked counts the scenarios that should have been compared and were not.
func (d *pageDrift) Unchecked() int { return countUnchecked(d.Outages) + countUnchecked(d.Failures) }

// pageUnchecked are the scenarios that were not compared for one reason.
type pageUnchecked struct {
	Why       string
	Scenarios []string
}

func countUnchecked(all []pageUnchecked) (n int) {
	for _, u := range all {
		n += len(u.Scenarios)
	}
	return n
}

// pageCount counts what has a class, or a severity.
type pageCount struct {
	N     int
	Class string
}

// pageDrifted is a scenario with drift, or several that drifted alike.
type pageDrifted struct {
	compared
	Scenarios []pageScenario
}

// pageScenario is a scenario, and the cassette of the page that has it, if one has.
type pageScenario struct{ Provider, Scenario, Cassette string }

type pageVolatile struct {
	Scenario string
	drift.Volatile
}

// readCheck reads what check --json wrote.
func readCheck(path string, cassettes []pageCassette) (*pageDrift, error) {
	r, err := readReport(path)
	if err != nil {
		return nil, exit.Errorf(exit.Usage, "--check %v", err)
	}
	var checked, shown []string
	for _, c := range r.Reports {
		checked = append(checked, c.Provider)
	}
	for _, u := range r.Unchecked {
		checked = append(checked, u.Provider)
	}
	for _, c := range cassettes {
		if def := askedProvider(c.file); def != nil {
			shown = append(shown, def.Name)
		}
	}
	if len(checked) > 0 && !slices.ContainsFunc(checked, func(name string) bool { return slices.Contains(shown, name) }) {
		slices.Sort(checked)
		return nil, exit.Errorf(exit.Usage, "--check %q is about %s, of which the page shows no cassette; give it those that were checked", path, say.Quoted(slices.Compact(checked), "and"))
	}
	d := &pageDrift{}
	for _, class := range drift.Classes() {
		n := 0
		for _, c := range r.Reports {
			if c.Worst == class {
				d.With++
				d.drifted(c, cassettes)
			}
			for _, change := range c.Changes {
				if change.Class == class {
					n++
				}
			}
		}
		d.Counts = append(d.Counts, pageCount{n, string(class)})
	}
	for _, c := range r.Reports {
		for _, v := range c.Volatile {
			d.Volatile = append(d.Volatile, pageVolatile{c.Provider + " " + c.Scenario, v})
		}
	}
	d.Without = len(r.Reports) - d.With
	outages := []string{exit.Remarks[exit.Outage], exit.Remarks[exit.Unreachable], exit.Remarks[exit.Throttled]}
	for _, u := range r.Unchecked {
		switch {
		case u.Verdict == notRecorded:
			d.Unrecorded++
		case u.Verdict != failed && u.Verdict != skipped:
			d.LeftOut = leave(d.LeftOut, u)
		case slices.Contains(outages, u.Reason):
			d.Outages = leave(d.Outages, u)
		default:
			d.Failures = leave(d.Failures, u)
		}
	}
	return d, nil
}

// drifted enters a scenario with drift, beside those that drifted alike.
func (d *pageDrift) drifted(c compared, cassettes []pageCassette) {
	s := pageScenario{c.Provider, c.Scenario, ""}
	for _, cassette := range cassettes {
		if h := cassette.file.Header; h.Provider == c.Provider && h.Scenario == c.Scenario {
			s.Cassette = cassette.ID
		}
	}
	for i, earlier := range d.Drifted {
		if earlier.Provider == c.Provider && earlier.Stored == c.Stored && earlier.More == c.More && slices.Equal(earlier.Changes, c.Changes) {
			d.Drifted[i].Scenarios = append(earlier.Scenarios, s)
			return
		}
	}
	d.Drifted = append(d.Drifted, pageDrifted{c, []pageScenario{s}})
}

// leave enters a scenario under its reason.
func leave(all []pageUnchecked, u unchecked) []pageUnchecked {
	why, name := cmp.Or(u.Message, u.Reason), u.Provider+" "+u.Scenario
	for i := range all {
		if all[i].Why == why {
			all[i].Scenarios = append(all[i].Scenarios, name)
			return all
		}
	}
	return append(all, pageUnchecked{why, []string{name}})
}

// pageLint counts the findings of a report by rule, the errors first.
type pageLint struct {
	Files  string // how many
	Counts []pageCount
	Rules  []pageRule
}

type pageRule struct {
	lint.Rule
	Findings, Files int
}

// readLint reads what lint --json wrote.
func readLint(path string) (*pageLint, error) {
	r, err := lint.ReadReport(path)
	if err != nil {
		return nil, exit.Errorf(exit.Usage, "--lint %v", err)
	}
	l := &pageLint{Files: say.Count(r.Files, "file")}
	files := map[[2]string]bool{}
	severities := map[lint.Severity]int{}
	for _, f := range r.Findings {
		i := slices.IndexFunc(l.Rules, func(rule pageRule) bool { return rule.ID == f.Rule })
		if i < 0 {
			i = len(l.Rules)
			rule, _ := lint.ByID(f.Rule) // another version may have another
			rule.ID, rule.Severity = f.Rule, f.Severity
			l.Rules = append(l.Rules, pageRule{rule, 0, 0})
		}
		l.Rules[i].Findings++
		severities[f.Severity]++
		if key := [2]string{f.Rule, f.File}; !files[key] {
			files[key] = true
			l.Rules[i].Files++
		}
	}
	for _, s := range []lint.Severity{lint.Error, lint.Warning} {
		l.Counts = append(l.Counts, pageCount{severities[s], string(s)})
	}
	slices.SortStableFunc(l.Rules, func(a, b pageRule) int {
		return cmp.Or(cmp.Compare(a.Severity, b.Severity), b.Findings-a.Findings)
	})
	return l, nil
}

// write writes the page. Its style and its script are allowed by their hashes, so
// that no other runs.
func (p *pageData) write(w io.Writer) error {
	p.Policy = "default-src 'none'; style-src " + hashOf(pageCSS) + "; script-src " + hashOf(pageJS) + "; base-uri 'none'; form-action 'none'"
	if p.Requests != "" {
		p.Policy += "; connect-src 'self'"
	}
	return pageTemplate.Execute(w, p)
}

// hashOf allows a style or a script by what it says.
func hashOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}
