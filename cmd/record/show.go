package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"example.com/webhookvcr/internal/exit"
	"example.com/webhookvcr/internal/report"
	"example.com/webhookvcr/internal/screen"

	"github.com/spf13/cobra"

	"example.com/webhookvcr/internal/cassette"
	"example.com/webhookvcr/internal/contract"
	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/record"
	"example.com/webhookvcr/internal/say"
	"example.com/webhookvcr/internal/secret"
)

const showHelp = `show prints cassettes as people read them: where each comes from, and of every
exchange the request, the answer with its body indented, and what the contract
says of both. It takes a scenario (of the cassettes in this build), all of an
operation or of a provider, cassette files, and directories of them; a path that
could be taken for a provider is written with ./ in front.

Values of headers that carry credentials are withheld. All else of a file that
another recorder has written is shown as it stands.

As git textconv, so that git diff and git log -p show exchanges:
  git config diff.cassette.textconv "record show --textconv"
  echo "testdata/**/*.yaml diff=cassette" >> .gitattributes
With --textconv a file that is no cassette comes out as it is, so that git goes on.

record help FORMATS says what --json writes.`

const showMembers = `
  name      the scenario, or the path of the file
  source    "live", "simulated", or "" for another recorder's cassette
  provider  "" when no known provider has been asked
  notes     what the contract says: kind is "violation", "rule", "undocumented"
            or "unlisted", pointer a JSON pointer, a header's name or "", and
            accepted says that the cassette lists the problem as accepted
`

// shownCassettes is what show --json writes.
type shownCassettes struct {
	Version   int             `json:"version"`
	Cassettes []shownCassette `json:"cassettes"`
}

type shownCassette struct {
	Name      string          `json:"name"`
	Provider  string          `json:"provider"`
	Scenario  string          `json:"scenario"`
	Source    string          `json:"source"`
	Recorded  string          `json:"recorded"`
	Accepted  []string        `json:"accepted"`
	Exchanges []shownExchange `json:"exchanges"`
}

type shownExchange struct {
	Method        string              `json:"method"`
	URL           string              `json:"url"`
	RequestHeader map[string][]string `json:"request_header"`
	RequestBody   string              `json:"request_body"`
	Status        int                 `json:"status"`
	Header        map[string][]string `json:"header"`
	Body          string              `json:"body"`
	Notes         []shownNote         `json:"notes"`
	Curl          string              `json:"curl"`
}

type shownNote struct {
	In       string `json:"in"`
	Kind     string `json:"kind"`
	Pointer  string `json:"pointer"`
	Message  string `json:"message"`
	Accepted bool   `json:"accepted"`
}

// exampleShown is what record help FORMATS shows.
func exampleShown() shownCassettes {
	return shownCassettes{1, []shownCassette{{
		Name: "devrev/webhooks.get/200", Provider: "devrev", Scenario: "webhooks.get/200", Source: "simulated", Accepted: []string{},
		Exchanges: []shownExchange{{
			Method: "POST", URL: "https://api.devrev.ai/webhooks.get", RequestHeader: http.Header{"Accept": {"application/json"}},
			RequestBody: "{…}", Status: 200, Header: http.Header{"Content-Type": {"application/json"}}, Body: "{…}", Curl: "curl …",
			Notes: []shownNote{{In: "answer", Kind: "undocumented", Pointer: "/webhook/retries", Message: "…"}},
		}},
	}}}
}

func showCommand() *cobra.Command {
	var asJSON, asCurl, textconv bool
	c := &cobra.Command{
		Use:   "show [flags] PROVIDER[/SCENARIO]|FILE|DIR...",
		Short: "Show cassettes as people read them, with what the contract says of each",
		Long:  showHelp,
		Example: `  record show devrev/webhooks.get/200
  record show testdata/lookup.yaml
  record show --curl dvelop/GetWebHook/200-json
  record show --json testdata/cassettes`,
		DisableFlagsInUseLine: true,
		ValidArgsFunction:     completeScenario,
		RunE: func(c *cobra.Command, args []string) error {
			switch {
			case len(args) == 0:
				return exit.Errorf(exit.Usage, "show needs a scenario, a provider, a file or a directory, such as: record show devrev/webhooks.get/200")
			case asJSON && asCurl:
				return exit.Errorf(exit.Usage, "--json and --curl ask for two forms; leave one out")
			case textconv && (asJSON || asCurl || len(args) > 1):
				return exit.Errorf(exit.Usage, "--textconv writes one file as text; leave out what asks for more")
			case textconv:
				return convert(args[0], c.OutOrStdout())
			}
			files, err := cassettesOf(args)
			if err != nil {
				return err
			}
			all := shownCassettes{Version: 1, Cassettes: []shownCassette{}}
			for _, f := range files {
				all.Cassettes = append(all.Cassettes, shownOf(f))
			}
			switch {
			case asJSON:
				err = report.WriteJSON(c.OutOrStdout(), "", all)
			case asCurl:
				err = all.writeCurl(c.OutOrStdout())
			default:
				err = all.writeText(c.OutOrStdout())
			}
			if err != nil {
				return exit.Errorf(exit.Failed, "%v", err)
			}
			return nil
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "write the exchanges as JSON")
	c.Flags().BoolVar(&asCurl, "curl", false, "write the requests as curl commands")
	c.Flags().BoolVar(&textconv, "textconv", false, "write a file that is no cassette as it is")
	return c
}

// convert is show as git calls it, which ends when the text of one file fails.
func convert(path string, stdout io.Writer) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return exit.Errorf(exit.Usage, "%s: %v", path, say.Reason(err))
	}
	if file, wrong := cassette.Parse(path, data); wrong == nil {
		err = shownCassettes{Cassettes: []shownCassette{shownOf(file)}}.writeText(stdout)
	} else {
		_, err = stdout.Write(data)
	}
	if err != nil {
		return exit.Errorf(exit.Failed, "%v", err)
	}
	return nil
}

// cassettesOf are the cassettes that the arguments name; every mistake is reported
// at once.
func cassettesOf(args []string) (files []*cassette.File, err error) {
	var mistakes []string
	for _, arg := range args {
		info, err := os.Stat(arg)
		var found []*cassette.File
		switch {
		case err == nil && (!info.IsDir() || provider.ByName(arg) == nil):
			found, err = cassettesBelow(arg)
		case strings.HasSuffix(arg, ".yaml"), strings.HasSuffix(arg, ".yml"), strings.HasPrefix(arg, "."), filepath.IsAbs(arg):
			err = fmt.Errorf("%s: %w", arg, say.Reason(err))
		default:
			var targets []target
			targets, err = choose([]string{arg})
			for _, t := range targets {
				if file := t.shipped(); file != nil {
					file.Name = t.name()
					found = append(found, file)
				}
			}
		}
		if err != nil {
			mistakes = append(mistakes, err.Error())
		}
		files = append(files, found...)
	}
	if len(mistakes) > 0 {
		return nil, exit.Errorf(exit.Usage, "%s", strings.Join(mistakes, "\n"))
	}
	if len(files) == 0 {
		return nil, exit.Errorf(exit.Usage, "there is no cassette in %s", say.List(args, "and"))
	}
	return files, nil
}

// cassettesBelow reads a file, or every cassette below a directory.
func cassettesBelow(path string) (files []*cassette.File, err error) {
	names := []string{path}
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		if names, err = cassette.Files(path); err != nil {
			return nil, fmt.Errorf("%s: %w", path, say.Reason(err))
		}
	}
	var faults []error
	for _, name := range names {
		file, err := cassette.Load(name)
		if err != nil {
			faults = append(faults, err)
			continue
		}
		files = append(files, file)
	}
	return files, errors.Join(faults...)
}

// askedProvider is the provider that a cassette's requests went to; nil when none
// is known.
func askedProvider(f *cassette.File) *provider.Definition {
	if def := provider.ByName(f.Header.Provider); def != nil {
		return def
	}
	for _, def := range provider.All() {
		if len(f.Interactions) > 0 && strings.HasPrefix(f.Interactions[0].Request.URL, def.BaseURL+"/") {
			return def
		}
	}
	return nil
}

// shownOf is a cassette as show writes it.
func shownOf(f *cassette.File) shownCassette {
	def := askedProvider(f)
	c := shownCassette{
		Name: filepath.ToSlash(f.Name), Scenario: f.Header.Scenario, Source: f.Header.Source, Recorded: f.Header.Recorded,
		Accepted: append([]string{}, f.Header.Accepted...), Exchanges: []shownExchange{},
	}
	if def != nil {
		c.Provider = def.Name
	}
	for i, e := range f.Exchanges() {
		s := shownExchange{
			Method: e.Request.Method, URL: f.Interactions[i].Request.URL, RequestHeader: openHeader(e.Request.Header), RequestBody: string(e.Request.Body),
			Status: e.Response.Status, Header: openHeader(e.Response.Header), Body: string(e.Response.Body), Notes: []shownNote{},
		}
		if def != nil {
			for _, p := range problemsOf(def, f.Header, e) {
				s.Notes = append(s.Notes, shownNote{p.In, string(p.Kind), p.Pointer, p.Message(), p.Accepted(f.Header.Accepted)})
			}
		}
		if !f.Header.Received.IsZero() {
			s.Curl = curl(nil, "", s) // a receiver is asked, with no credential
		} else {
			s.Curl = curl(def, f.Header.Scenario, s)
		}
		c.Exchanges = append(c.Exchanges, s)
	}
	return c
}

// problemsOf is what the contract says of an exchange.
func problemsOf(def *provider.Definition, h cassette.Header, e contract.Exchange) []contract.Problem {
	if !h.Received.IsZero() {
		problems, _ := contract.CheckDelivery(def, e.Request.Body) // it says nothing where the vendor does not
		return problems
	}
	answer := contract.CheckResponse(def, e.Request, e.Response, false)
	return append(contract.CheckRequest(def, e.Request), slices.DeleteFunc(answer, func(p contract.Problem) bool { return p.In == "request" })...)
}

// openHeader withholds what carries a credential.
func openHeader(h http.Header) map[string][]string {
	open := map[string][]string{}
	for name, values := range h {
		for _, v := range values {
			if secret.Tells(name) || strings.Contains(strings.ToLower(name), "cookie") {
				v = fmt.Sprintf("(withheld, %s)", say.Count(len(v), "byte"))
			}
			open[name] = append(open[name], v)
		}
	}
	return open
}

// curl is the request as a command of a shell. The credential and the tenant's
// address come from the variables that a recording takes them from.
func curl(def *provider.Definition, scenario string, e shownExchange) string {
	var b strings.Builder
	b.WriteString("curl")
	if e.Method != http.MethodGet {
		b.WriteString(" -X " + record.Quote(e.Method))
	}
	target := "--url " + record.Quote(e.URL)
	if strings.HasPrefix(e.URL, "https://") {
		target = record.Quote(e.URL)
	}
	credential := ""
	if def != nil {
		credential = ` -H "Authorization: Bearer $` + def.TokenVar + `"`
		for _, s := range def.Scenarios {
			if s.Name == scenario && s.Request.Credential != provider.Valid {
				credential = ""
			}
		}
		if rest, ok := strings.CutPrefix(e.URL, def.BaseURL); ok && def.BaseDefault == "" {
			target = `"$` + def.BaseVar + `"` + record.Quote(rest)
		}
	}
	b.WriteString(" " + target + credential)
	for _, name := range slices.Sorted(maps.Keys(e.RequestHeader)) {
		for _, v := range e.RequestHeader[name] {
			switch {
			case strings.HasPrefix(v, "(withheld"), strings.HasPrefix(name, "@"): // curl would read a file
			case def != nil && def.BaseDefault == "" && v == def.BaseURL && name == "Origin":
				b.WriteString(` -H "` + name + `: $` + def.BaseVar + `"`)
			default:
				b.WriteString(" -H " + record.Quote(name+": "+v))
			}
		}
	}
	if e.RequestBody != "" {
		b.WriteString(" --data-raw " + record.Quote(e.RequestBody))
	}
	return b.String()
}

func (all shownCassettes) writeCurl(w io.Writer) error {
	var b strings.Builder
	for _, c := range all.Cassettes {
		for _, e := range c.Exchanges {
			if len(all.Cassettes) > 1 {
				b.WriteString("# " + screen.Visible(strings.ReplaceAll(c.Name, "\n", " ")) + "\n")
			}
			b.WriteString(screen.Visible(e.Curl) + "\n")
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (all shownCassettes) writeText(w io.Writer) error {
	var b strings.Builder
	for i, c := range all.Cassettes {
		if i > 0 {
			b.WriteString("\n")
		}
		// git gives a file another name each time, and shows the real one itself.
		name := strings.TrimPrefix(c.Provider+"/"+c.Scenario, "/")
		if len(all.Cassettes) > 1 || c.Scenario == "" && len(c.Exchanges) == 0 {
			name = c.Name
		}
		b.WriteString(strings.TrimSuffix(name, "/") + ": " + c.provenance() + "\n")
		for _, a := range c.Accepted {
			b.WriteString("accepted: " + a + "\n")
		}
		for n, e := range c.Exchanges {
			b.WriteString("\n")
			if len(c.Exchanges) > 1 {
				fmt.Fprintf(&b, "#%d ", n)
			}
			fmt.Fprintf(&b, "%s %s\n", e.Method, e.URL)
			message(&b, e.RequestHeader, e.RequestBody)
			fmt.Fprintf(&b, "\n%s\n", strings.TrimSpace(fmt.Sprintf("%d %s", e.Status, http.StatusText(e.Status))))
			message(&b, e.Header, e.Body)
			if len(e.Notes) > 0 {
				b.WriteString("\nthe contract says:\n")
			}
			for _, note := range e.Notes {
				accepted := ""
				if note.Accepted {
					accepted = " (accepted)"
				}
				fmt.Fprintf(&b, "  %s: %s%s\n", strings.TrimSpace(note.In+" "+note.Pointer), note.Message, accepted)
			}
		}
	}
	_, err := io.WriteString(w, screen.Visible(b.String()))
	return err
}

func (c shownCassette) provenance() string {
	switch c.Source {
	case cassette.Live:
		return "live, recorded " + c.Recorded
	case cassette.Simulated:
		return "simulated"
	}
	return "by another recorder"
}

// message writes headers and a body, the body indented when it is JSON.
func message(b *strings.Builder, header map[string][]string, body string) {
	for _, name := range slices.Sorted(maps.Keys(header)) {
		for _, v := range header[name] {
			fmt.Fprintf(b, "%s: %s\n", name, v)
		}
	}
	if body != "" {
		b.WriteString("\n" + strings.TrimRight(indented(body), "\n") + "\n")
	}
}

// indented is JSON as people read it; any other text stays as it is.
func indented(body string) string {
	var b bytes.Buffer
	if json.Indent(&b, []byte(strings.TrimSpace(body)), "", "  ") != nil {
		return body
	}
	return b.String()
}
