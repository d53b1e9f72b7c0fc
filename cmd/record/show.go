package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"example.com/webhookvcr/cmd/record/internal/exit"
	"example.com/webhookvcr/cmd/record/internal/report"
	"example.com/webhookvcr/cmd/record/internal/screen"
	"example.com/webhookvcr/cmd/record/internal/session"
	"example.com/webhookvcr/cmd/record/internal/view"
	"example.com/webhookvcr/internal/cassette"
	"example.com/webhookvcr/internal/say"
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

// exampleShown is what record help FORMATS shows.
func exampleShown() view.Cassettes {
	return view.Cassettes{Version: 1, Cassettes: []view.Cassette{{
		Name: "devrev/webhooks.get/200", Provider: "devrev", Scenario: "webhooks.get/200", Source: "simulated", Accepted: []string{},
		Exchanges: []view.Exchange{{
			Method: "POST", URL: "https://api.devrev.ai/webhooks.get", RequestHeader: http.Header{"Accept": {"application/json"}},
			RequestBody: "{…}", Status: 200, Header: http.Header{"Content-Type": {"application/json"}}, Body: "{…}", Curl: "curl …",
			Notes: []view.Note{{In: "answer", Kind: "undocumented", Pointer: "/webhook/retries", Message: "…"}},
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
		ValidArgsFunction: completeScenario,
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
			files, err := session.Cassettes(args)
			if err != nil {
				return err
			}
			all := view.Cassettes{Version: 1, Cassettes: []view.Cassette{}}
			for _, f := range files {
				all.Cassettes = append(all.Cassettes, view.Of(f))
			}
			text := all.Text
			switch {
			case asJSON:
				text = func() string { return report.JSON("", all) }
			case asCurl:
				text = all.Curl
			}
			io.WriteString(c.OutOrStdout(), text())
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
		data = []byte(view.Cassettes{Cassettes: []view.Cassette{view.Of(file)}}.Text())
	}
	stdout.Write(data)
	return nil
}

const listHelp = `list shows every scenario with the request that it answers, the status of the
answer, where the cassette in this build comes from, and how a recording
provokes the answer. With arguments it shows those of a provider, an operation, or
one.

SOURCE is "live" (recorded against a tenant, with the day) or "simulated" (made
by the built-in simulator from the vendor's published contract).

record help FORMATS says what --json writes.`

const listMembers = `
  source    "live", "simulated", or "" for a scenario without a cassette
  recorded  the day of a live recording, or ""
  live      whether a request provokes the answer on a tenant
  writes    whether it changes the tenant: recorded with --write only
`

// listed is what list --json writes.
type listed struct {
	Version   int              `json:"version"`
	Scenarios []listedScenario `json:"scenarios"`
}

type listedScenario struct {
	Provider  string `json:"provider"`
	Scenario  string `json:"scenario"`
	Operation string `json:"operation"`
	Summary   string `json:"summary"`
	Method    string `json:"method"`
	Target    string `json:"target"`
	Status    int    `json:"status"`
	Source    string `json:"source"`
	Recorded  string `json:"recorded"`
	Live      bool   `json:"live"`
	Writes    bool   `json:"writes"`
	How       string `json:"how"`
}

func listCommand() *cobra.Command {
	asJSON := false
	c := &cobra.Command{
		Use:   "list [flags] [PROVIDER[/SCENARIO]...]",
		Short: "List the scenarios: request, status, source, and how each is provoked",
		Long:  listHelp,
		Example: `  record list
  record list devrev/webhooks.create
  record list --json dvelop`,
		ValidArgsFunction: completeScenario,
		RunE: func(c *cobra.Command, args []string) error {
			targets, err := session.Choose(args)
			if err != nil {
				return err
			}
			list, width := scenarioList(targets), screen.Width(c.OutOrStdout())
			text := listTable(list, width).Text(width)
			if asJSON {
				text = report.JSON("", list)
			}
			io.WriteString(c.OutOrStdout(), text)
			return nil
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "write the list as JSON")
	return c
}

func scenarioList(targets []session.Target) listed {
	all := listed{Version: 1, Scenarios: []listedScenario{}}
	for _, t := range targets {
		s := t.Scenario
		l := listedScenario{
			Provider: t.Def.Name, Scenario: s.Name, Operation: t.Operation(), Summary: s.Summary, Method: s.Request.Method,
			Target: s.Request.Target, Status: s.Status, Live: s.Live, Writes: t.Writes(), How: s.How,
		}
		if file := t.Shipped(); file != nil {
			l.Source, l.Recorded = file.Header.Source, file.Header.Recorded
		}
		all.Scenarios = append(all.Scenarios, l)
	}
	return all
}

// listTable is the list for people; on a terminal of a width, which 0 is not, targets
// that are wider are shortened.
func listTable(all listed, width int) *screen.Table {
	var t screen.Table
	t.Add("SCENARIO", "REQUEST", "STATUS", "SOURCE", "PROVOKED BY")
	for _, l := range all.Scenarios {
		source := strings.TrimSpace(l.Source + " " + l.Recorded)
		if source == "" {
			source = "none yet"
		}
		t.Add(l.Provider+"/"+l.Scenario, l.Method+" "+shortened(l.Target, width-2), strconv.Itoa(l.Status), source, l.How)
	}
	return &t
}

// shortened leaves out of a target's longest segments what makes it wider than a line, if
// there is any width to keep.
func shortened(target string, width int) string {
	short := target
	for keep := 12; width > 0 && keep > 2 && utf8.RuneCountInString(short) > width; keep-- {
		segments := strings.Split(target, "/")
		for i, s := range segments {
			if len(s) > keep+1 {
				segments[i] = s[:keep] + "…"
			}
		}
		short = strings.Join(segments, "/")
	}
	return short
}

var exampleListed = listedScenario{
	Provider: "devrev", Scenario: "webhooks.get/200", Operation: "webhooks.get", Summary: "…", Method: "POST",
	Target: "/webhooks.get", Status: 200, Source: "simulated", Live: true, How: "…",
}

const reportHelp = `report writes one HTML page about cassettes: where they come from, which answers
and members of the contract they show, every exchange with what the contract says
of it, and the drift and the findings of reports that it is given. The page needs
no other file and no network. Without arguments it is about the cassettes of this
build.

Values of headers that carry credentials are withheld. All else of a file that
another recorder has written is on the page as it stands, secrets in URLs and bodies
included: look at it with record lint before you publish the page.`

func reportCommand() *cobra.Command {
	var htmlFile, checked, linted string
	c := &cobra.Command{
		Use:   "report --html FILE [flags] [PROVIDER[/SCENARIO]|FILE|DIR...]",
		Short: "Write one HTML page about cassettes: provenance, coverage, exchanges, drift",
		Long:  reportHelp,
		Example: `  record report --html report.html
  record check --json devrev > drift.json; record report --html report.html --check drift.json devrev
  record lint --json testdata > lint.json; record report --html report.html --lint lint.json testdata`,
		ValidArgsFunction: completeScenario,
		RunE: func(c *cobra.Command, args []string) error {
			if htmlFile == "" {
				return exit.Errorf(exit.Usage, "report needs the file to write: record report --html report.html")
			}
			if htmlFile == "-" {
				return exit.Errorf(exit.Usage, "--html - names no file, and the page is written to one only; give it a name, such as report.html")
			}
			if len(args) == 0 {
				args = session.ProviderNames()
			}
			files, err := session.Cassettes(args)
			if err != nil {
				return err
			}
			page := view.NewPage(files, version())
			if checked != "" {
				err = page.ReadCheck(checked)
			}
			if linted != "" && err == nil {
				err = page.ReadLint(linted)
			}
			if err != nil {
				return err
			}
			html, err := page.HTML()
			if err != nil {
				return exit.Errorf(exit.Failed, "%v", err)
			}
			if err := replace(htmlFile, html); err != nil {
				return err
			}
			if n := page.Others(); n > 0 {
				fmt.Fprintf(c.ErrOrStderr(), exit.Pasted("%s shows %s of another recorder unchanged, with any secret in URLs and bodies; look with record lint before you publish it\n"), htmlFile, say.Count(n, "cassette"))
			}
			return nil
		},
	}
	c.Flags().StringVar(&htmlFile, "html", "", "write the page to `FILE`")
	c.Flags().StringVar(&checked, "check", "", "show the drift in `FILE`, which record check --json wrote")
	c.Flags().StringVar(&linted, "lint", "", "show the counts of the findings in `FILE`, which record lint --json wrote")
	c.MarkFlagFilename("html", "html")
	c.MarkFlagFilename("check", "json")
	c.MarkFlagFilename("lint", "json")
	return c
}

// replace writes a file that is whole at any time.
func replace(path string, data []byte) error {
	mode := fs.FileMode(0o644)
	switch info, err := os.Lstat(path); {
	case err == nil && !info.Mode().IsRegular():
		return exit.Errorf(exit.Usage, "%s is %s; name a regular file, or one that does not exist yet", path, say.Kind(info.Mode()))
	case err == nil:
		mode = info.Mode().Perm()
	}
	file, err := os.CreateTemp(filepath.Dir(path), ".record-*")
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return exit.Errorf(exit.Usage, "%s: there is no directory %s", path, filepath.Dir(path))
	case err != nil:
		return exit.Errorf(exit.Failed, "%s: %v", path, say.Reason(err))
	}
	defer os.Remove(file.Name()) // fails when it has been renamed
	_, err = file.Write(data)
	if err == nil {
		err = file.Chmod(mode)
	}
	if closed := file.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		return exit.Errorf(exit.Failed, "%s: %v", path, say.Reason(err))
	}
	return nil
}
