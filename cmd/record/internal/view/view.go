// Package view shows cassettes to people: as text, as commands of a shell, and as a page
// with coverage, drift and findings.
package view

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"path/filepath"
	"slices"
	"strings"

	"example.com/webhookvcr/cmd/record/internal/screen"
	"example.com/webhookvcr/cmd/record/internal/session"
	"example.com/webhookvcr/internal/cassette"
	"example.com/webhookvcr/internal/contract"
	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/record"
	"example.com/webhookvcr/internal/say"
	"example.com/webhookvcr/internal/secret"
)

// Cassettes is what show --json writes.
type Cassettes struct {
	Version   int        `json:"version"`
	Cassettes []Cassette `json:"cassettes"`
}

// Cassette is one of them.
type Cassette struct {
	Name      string     `json:"name"`
	Provider  string     `json:"provider"`
	Scenario  string     `json:"scenario"`
	Source    string     `json:"source"`
	Recorded  string     `json:"recorded"`
	Accepted  []string   `json:"accepted"`
	Exchanges []Exchange `json:"exchanges"`
}

// Exchange is a request with its answer.
type Exchange struct {
	Method        string              `json:"method"`
	URL           string              `json:"url"`
	RequestHeader map[string][]string `json:"request_header"`
	RequestBody   string              `json:"request_body"`
	Status        int                 `json:"status"`
	Header        map[string][]string `json:"header"`
	Body          string              `json:"body"`
	Notes         []Note              `json:"notes"`
	Curl          string              `json:"curl"`
}

// Note is what the contract says of an exchange.
type Note struct {
	In       string `json:"in"`
	Kind     string `json:"kind"`
	Pointer  string `json:"pointer"`
	Message  string `json:"message"`
	Accepted bool   `json:"accepted"`
}

// Of is a cassette as show writes it.
func Of(f *cassette.File) Cassette {
	def := session.ProviderOf(f)
	c := Cassette{
		Name: filepath.ToSlash(f.Name), Scenario: f.Header.Scenario, Source: f.Header.Source, Recorded: f.Header.Recorded,
		Accepted: append([]string{}, f.Header.Accepted...), Exchanges: []Exchange{},
	}
	if def != nil {
		c.Provider = def.Name
	}
	for i, e := range f.Exchanges() {
		s := Exchange{
			Method: e.Request.Method, URL: f.Interactions[i].Request.URL, RequestHeader: openHeader(e.Request.Header), RequestBody: string(e.Request.Body),
			Status: e.Response.Status, Header: openHeader(e.Response.Header), Body: string(e.Response.Body), Notes: []Note{},
		}
		if def != nil {
			for _, p := range problemsOf(def, f.Header, e) {
				s.Notes = append(s.Notes, Note{p.In, string(p.Kind), p.Pointer, p.Message(), p.Accepted(f.Header.Accepted)})
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

// Curl are the requests as commands of a shell.
func (all Cassettes) Curl() string {
	var b strings.Builder
	for _, c := range all.Cassettes {
		for _, e := range c.Exchanges {
			if len(all.Cassettes) > 1 {
				b.WriteString("# " + screen.Visible(strings.ReplaceAll(c.Name, "\n", " ")) + "\n")
			}
			b.WriteString(screen.Visible(e.Curl) + "\n")
		}
	}
	return b.String()
}

// Text are the cassettes as people read them.
func (all Cassettes) Text() string {
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
	return screen.Visible(b.String())
}

func (c Cassette) provenance() string {
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
	var indented bytes.Buffer
	if json.Indent(&indented, []byte(strings.TrimSpace(body)), "", "  ") == nil {
		body = indented.String()
	}
	if body != "" {
		b.WriteString("\n" + strings.TrimRight(body, "\n") + "\n")
	}
}

// curl is the request as a command of a shell. The credential and the tenant's
// address come from the variables that a recording takes them from.
func curl(def *provider.Definition, scenario string, e Exchange) string {
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
		if s := def.Scenario(scenario); s != nil && s.Request.Credential != provider.Valid {
			credential = ""
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
