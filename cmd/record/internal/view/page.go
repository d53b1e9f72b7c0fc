package view

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"example.com/webhookvcr/cmd/record/internal/screen"
	"example.com/webhookvcr/cmd/record/internal/session"
	"example.com/webhookvcr/internal/cassette"
	"example.com/webhookvcr/internal/contract"
	"example.com/webhookvcr/internal/jsontext"
	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/replay"
	"example.com/webhookvcr/internal/say"
	"example.com/webhookvcr/internal/serve"
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

// Page is what the page shows.
type Page struct {
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
	Exchange
	Request, Answer []pageLine
	Notes           []Note // those that stand beside no member
}

// pageLine is a line of a body. Placeholder says what its value stands for, and
// Notes what the contract says of it.
type pageLine struct {
	Text, Placeholder string
	Notes             []Note
}

// NewPage returns the page about cassettes; version is that of the program.
func NewPage(files []*cassette.File, version string) *Page {
	p := &Page{Version: version}
	asked, statuses := map[*provider.Definition][]pageCassette{}, map[int]bool{}
	for i, f := range files {
		def := session.ProviderOf(f)
		c := newPageCassette(i, f, def)
		p.Cassettes, asked[def] = append(p.Cassettes, c), append(asked[def], c)
		p.Problems += c.Problems
		for _, e := range c.Exchanges {
			statuses[e.Status] = true
		}
	}
	p.Statuses = slices.Sorted(maps.Keys(statuses))
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
func (p *Page) Vendors() (titles []string) {
	for _, c := range p.Coverage {
		titles = append(titles, c.Title)
	}
	return titles
}

// Others counts the cassettes of another recorder, which hold what it has written.
func (p *Page) Others() (n int) {
	for _, o := range p.Origins {
		n += o.Others
	}
	return n
}

// HTML is the page. Its style and its script are allowed by their hashes, so that no
// other runs.
func (p *Page) HTML() ([]byte, error) {
	p.Policy = "default-src 'none'; style-src " + hashOf(pageCSS) + "; script-src " + hashOf(pageJS) + "; base-uri 'none'; form-action 'none'"
	if p.Requests != "" {
		p.Policy += "; connect-src 'self'"
	}
	var b bytes.Buffer
	err := pageTemplate.Execute(&b, p)
	return b.Bytes(), err
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
		p := pagePlaceholder{b.Placeholder, "the " + session.Noun(b.Kind), b.Var, ""}
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
	s := Of(f)
	c := pageCassette{ID: cassetteID(i), Name: s.Name, Source: s.provenance(), Live: s.Source == cassette.Live, Accepted: s.Accepted, file: f}
	for n, e := range f.Exchanges() {
		x := pageExchange{Exchange: s.Exchanges[n]}
		var request, answer func(string) provider.Class
		if def != nil {
			request, answer = contract.RequestClasses(def, e.Request), contract.ResponseClasses(def, e.Request, e.Response)
		}
		beside := map[string]bool{}
		asked := "request"
		if !f.Header.Received.IsZero() {
			asked = "delivery"
		}
		x.Request = bodyLines(x.RequestBody, asked, request, x.Exchange.Notes, beside)
		x.Answer = bodyLines(x.Body, "answer", answer, x.Exchange.Notes, beside)
		for _, note := range x.Exchange.Notes {
			if !beside[note.In+note.Pointer] {
				x.Notes = append(x.Notes, note)
			}
		}
		c.Problems += len(x.Exchange.Notes)
		c.Exchanges = append(c.Exchanges, x)
	}
	return c
}

// bodyLines are the lines of a body, indented when it is JSON. beside gets the
// places of the notes that have found their member.
func bodyLines(body, in string, classes func(string) provider.Class, notes []Note, beside map[string]bool) (lines []pageLine) {
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
	return session.Noun(class.Kind)
}

// hashOf allows a style or a script by what it says.
func hashOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// Live is the page of record report about the steps, with the requests as
// they come. What another recorder has written may hold a credential, and is left
// out.
func Live(steps []replay.Step, version string) http.Handler {
	var files []*cassette.File
	var shown []pageStep
	for _, step := range steps {
		file, id := step.Index.File, ""
		if file.Header.Source != "" {
			n := slices.Index(files, file)
			if n < 0 {
				n, files = len(files), append(files, file)
			}
			id = cassetteID(n)
		}
		shown = append(shown, pageStep{serve.StepName(step.Name), id, step.Always})
	}
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		page := NewPage(files, version)
		page.Requests, page.Steps = serve.StreamPath, shown
		html, err := page.HTML()
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		h := w.Header()
		h.Set("Content-Type", "text/html; charset=utf-8")
		h.Set("Content-Security-Policy", page.Policy+"; frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Cache-Control", "no-store")
		_, _ = w.Write(html) // it fails only when the client has gone
	})
}
