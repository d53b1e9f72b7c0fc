// Package scrub takes cassettes that plain go-vcr has recorded through the replacing and the
// checks of a recording, as if the tenant had just answered.
package scrub

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"example.com/webhookvcr/cmd/record/internal/exit"
	"example.com/webhookvcr/cmd/record/internal/session"
	"example.com/webhookvcr/internal/cassette"
	"example.com/webhookvcr/internal/contract"
	"example.com/webhookvcr/internal/exchange"
	"example.com/webhookvcr/internal/jsontext"
	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/record"
	"example.com/webhookvcr/internal/say"
)

// Scrub is the command scrub.
type Scrub struct {
	session.Pointers
	Getenv             func(string) string
	Now                func() time.Time
	Provider, Recorded string
	Write, AcceptDrift bool
}

// Run scrubs the files: one is printed, several are replaced. A file that does not pass stays
// as it is.
func (s *Scrub) Run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	switch day, err := time.Parse(time.DateOnly, s.Recorded); {
	case len(args) == 0:
		return exit.Errorf(exit.Usage, "scrub needs a cassette, such as: record scrub --recorded 2025-11-03 testdata/webhook.yaml")
	case s.Recorded == "":
		return exit.Errorf(exit.Usage, "scrub needs the day on which the cassettes were recorded, such as --recorded 2025-11-03")
	case err != nil:
		return exit.Errorf(exit.Usage, "--recorded %q is no day; expected one as YYYY-MM-DD", s.Recorded)
	case day.After(s.Now().Add(24 * time.Hour)): // it may be tomorrow elsewhere
		return exit.Errorf(exit.Usage, "--recorded %q is a day to come; give the one on which the cassettes were recorded", s.Recorded)
	case s.Provider != "" && provider.ByName(s.Provider) == nil:
		return exit.Errorf(exit.Usage, "--provider: %s", session.UnknownProvider(s.Provider, s.Provider))
	case len(args) > 1 && !s.Write:
		return exit.Errorf(exit.Usage, "several cassettes cannot be printed as one; name one, or replace them with --write")
	}
	failures, code := 0, exit.Failed
	var unread strings.Builder
	for i, path := range args {
		if ctx.Err() != nil { // a file that was begun is done at once
			return exit.Errorf(code, "interrupted: %s scrubbed, %d not, %d not begun; every file is whole", say.Count(i-failures, "cassette"), failures, len(args)-i)
		}
		file, err := cassette.Load(path)
		if there := (*fs.PathError)(nil); errors.As(err, &there) {
			err = fmt.Errorf("%s: %w", path, there.Err)
		}
		if err != nil {
			fmt.Fprintf(&unread, "%v\n", err)
			code = max(code, exit.Usage)
			failures++
			continue
		}
		if s.Write && file.Header.Source != "" {
			fmt.Fprintf(stdout, "%-7s  %s (record has written it)\n", session.Kept, path)
			continue
		}
		if err := s.file(path, file, stdout, stderr); err != nil {
			var e *exit.Error
			if errors.As(err, &e) && e.Status == exit.Usage {
				return err
			}
			fmt.Fprintf(stderr, "%v\n", err)
			if missing := (*record.MissingError)(nil); errors.As(err, &missing) {
				code = exit.Missing
			}
			failures++
		} else if s.Write {
			fmt.Fprintf(stdout, "%s  %s\n", session.Written, path)
		}
	}
	if failures > 0 {
		return exit.Errorf(code, "%s%s not scrubbed", &unread, say.Count(failures, "cassette"))
	}
	return s.Idle()
}

func (s *Scrub) file(path string, file *cassette.File, stdout, stderr io.Writer) error {
	if file.Header.Source != "" {
		return fmt.Errorf("%s not scrubbed: record has written it, so that no value of a tenant is left in it", path)
	}
	for i, e := range file.Exchanges() {
		if e.Request.URL.User != nil {
			return fmt.Errorf("%s not scrubbed: the URL of #%d names a user, which no request of these APIs does; take that out, and name the credential in the environment", path, i)
		}
	}
	def := provider.ByName(s.Provider)
	if def == nil {
		def = s.asked(file)
	}
	if def == nil {
		return fmt.Errorf("%s not scrubbed: its requests go to no base URL that is known; name the vendor with --provider", path)
	}
	if err := s.Check([]session.Target{{Def: def}}, s.AcceptDrift); err != nil {
		return err
	}
	at := -1 // the exchange whose request is sent
	tenant, err := s.tenant(def, file, &at)
	if err != nil {
		return fmt.Errorf("%s not scrubbed: %w", path, err)
	}
	out := path
	if !s.Write {
		dir, err := os.MkdirTemp("", "record-scrub-*")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		out = filepath.Join(dir, "scrubbed.yaml")
	}
	config := record.Config{
		Config: exchange.Config{Definition: def, Report: exchange.Silent{}, Bare: true}, Tenant: tenant,
		Path: out, Name: path, Keep: s.Keep, Redact: s.Redact, Varies: sentIn(file, s.Varies), Pinned: s.Pin, AcceptDrift: s.AcceptDrift, Verbatim: true,
		Spell: func(option, place string) string {
			if option == "Seed" {
				return s.idVariables(def)
			}
			return s.Spell(option, place)
		},
	}
	recording, err := record.New(config)
	if err != nil {
		return fmt.Errorf("%s not scrubbed: %w", path, err)
	}
	defer recording.Release()
	transport := recording.Transport()
	defer transport.Close()
	known := stand{}
	for _, b := range def.Bindings {
		if real := s.Getenv(b.Var); real != "" {
			known[real] = b.Placeholder
		}
	}
	for i, e := range file.Exchanges() {
		at = i
		target := def.BaseURL + known.inPath(strings.TrimPrefix(e.Request.URL.String(), tenant.BaseURL))
		req, err := http.NewRequest(e.Request.Method, target, bytes.NewReader(known.inJSON(e.Request.Body)))
		if err != nil {
			return fmt.Errorf("%s not scrubbed: the URL of a request does not parse", path)
		}
		for _, h := range def.RequestHeaders {
			for _, v := range e.Request.Header.Values(h.Name) {
				req.Header.Add(h.Name, strings.Replace(v, tenant.BaseURL, def.BaseURL, 1))
			}
		}
		req.Header.Set("Authorization", "Bearer "+provider.Token)
		// What the recording refuses it names when it is committed.
		if resp, err := transport.RoundTrip(req); err == nil {
			shown, _ := io.ReadAll(resp.Body) // it is in memory
			resp.Body.Close()
			known.learn(plainBody(e.Response), shown)
		}
	}
	s.Note(recording)
	if places := recording.Misredacted(); len(places) > 0 && !s.AcceptDrift {
		return exit.Errorf(exit.Usage, "%s not scrubbed: "+session.Misredacted, path, say.List(places, "and"))
	}
	dropped, err := unrecorded(path, file)
	if err != nil {
		return err
	}
	if _, err := recording.Commit(record.Passed); err != nil {
		return err
	}
	s.News(stderr, path, recording.News())
	if dropped != "" {
		fmt.Fprintf(stderr, "%s: left out: %s\n", path, dropped)
	}
	if s.Write {
		return nil
	}
	data, err := os.ReadFile(out)
	if err == nil {
		_, err = stdout.Write(data)
	}
	return err
}

// idVariables is what to do about an id that the environment could give.
func (s *Scrub) idVariables(def *provider.Definition) string {
	var unset, all []string
	for _, b := range def.Bindings {
		all = append(all, b.Var)
		if s.Getenv(b.Var) == "" {
			unset = append(unset, b.Var)
		}
	}
	if len(unset) == 0 {
		return "correct " + strings.Join(all, " or ") + ", which should be it"
	}
	return "set " + strings.Join(unset, " or ") + " to it"
}

// asked is the provider whose base URL, that of the environment or the public one,
// a request has.
func (s *Scrub) asked(f *cassette.File) *provider.Definition {
	for _, def := range provider.All() {
		for _, base := range []string{strings.TrimRight(s.Getenv(def.BaseVar), "/"), def.BaseDefault, def.BaseURL} {
			if base != "" && slices.ContainsFunc(f.Interactions, func(ia *cassette.Interaction) bool { return strings.HasPrefix(ia.Request.URL, base+"/") }) {
				return def
			}
		}
	}
	return nil
}

// tenant is the one that a cassette shows: it answers the request of the exchange
// that at says, as it did.
func (s *Scrub) tenant(def *provider.Definition, f *cassette.File, at *int) (record.Tenant, error) {
	exchanges := f.Exchanges()
	token, base := "", ""
	for i, e := range exchanges {
		for _, v := range e.Request.Header.Values("Authorization") {
			token = cmp.Or(token, v[strings.LastIndexByte(v, ' ')+1:])
		}
		own := (&url.URL{Scheme: e.Request.URL.Scheme, Host: e.Request.URL.Host}).String()
		if base = cmp.Or(base, own); base != own {
			return record.Tenant{}, fmt.Errorf("#%d was sent to another host than #0; take out what is not the vendor's, or record it apart", i)
		}
	}
	getenv := func(name string) string {
		switch name {
		case def.BaseVar:
			return base
		case def.TokenVar:
			return cmp.Or(token, s.Getenv(name))
		}
		return s.Getenv(name)
	}
	tenant, err := record.LiveTenant(def, getenv, s.Recorded)
	tenant.Transport = roundTripper(func(req *http.Request) (*http.Response, error) {
		// A look-up of an id is no request of the cassette's.
		if req.Method != exchanges[*at].Request.Method || req.URL.Path != exchanges[*at].Request.URL.Path {
			return nil, errors.New("the cassette has no answer for the look-up of an id; set its variable")
		}
		answer := exchanges[*at].Response
		header := answer.Header.Clone()
		if json.Valid(answer.Body) {
			header.Del("Content-Encoding") // go-vcr leaves the name of what it has undone
		}
		return &http.Response{
			Status: exchange.StatusText(answer.Status), StatusCode: answer.Status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
			Header: header, Body: io.NopCloser(bytes.NewReader(answer.Body)), ContentLength: int64(len(answer.Body)), Request: req,
		}, nil
	})
	return tenant, err
}

// sentIn are the pointers that a request of the cassette has something at: the others
// may be about another file.
func sentIn(f *cassette.File, pointers []string) (some []string) {
	for _, p := range pointers {
		if slices.ContainsFunc(f.Exchanges(), func(e contract.Exchange) bool {
			name, inQuery := strings.CutPrefix(p, "?")
			return inQuery && e.Request.URL.Query().Has(name) || cassette.Contains(e.Request.Body, p)
		}) {
			some = append(some, p)
		}
	}
	return some
}

// unrecorded says what a cassette holds that a recording has no place for.
func unrecorded(path string, f *cassette.File) (what string, err error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("%s not scrubbed: %w", path, say.Reason(err))
	}
	var all []string
	if cassette.Commented(data) {
		all = append(all, "comments")
	}
	for _, key := range f.Unknown {
		all = append(all, fmt.Sprintf("the key %q", key))
	}
	return say.List(all, "and"), nil
}

// plainBody is a body without the compression that go-vcr leaves when the program
// has asked for it.
func plainBody(r contract.Response) []byte {
	if json.Valid(r.Body) {
		return r.Body
	}
	plain, known, err := exchange.Decode(r.Header.Get("Content-Encoding"), bytes.NewReader(r.Body))
	if !known || err != nil {
		return r.Body
	}
	body, _ := io.ReadAll(io.LimitReader(plain, exchange.MaxRead)) // what breaks off teaches less
	return body
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// stand maps a tenant's values to what stands for them, where code that was
// written to this module would send the latter: the ids that it is given, and
// those of earlier answers.
type stand map[string]string

// learn notes each string that another one took the place of.
func (s stand) learn(real, shown []byte) {
	a, err := jsontext.Parse(real, jsontext.Bounds{Depth: 500})
	if err != nil {
		return
	}
	b, err := jsontext.Parse(shown, jsontext.Bounds{Depth: 500})
	if err != nil {
		return
	}
	var walk func(a, b *jsontext.Node)
	walk = func(a, b *jsontext.Node) {
		if a.Kind == jsontext.String && b.Kind == jsontext.String && a.Text != b.Text {
			s[a.Text] = b.Text
		}
		for i := 0; i < len(a.Children) && len(a.Children) == len(b.Children); i++ {
			walk(a.Children[i], b.Children[i])
		}
	}
	walk(a, b)
}

// inJSON changes whole strings.
func (s stand) inJSON(body []byte) []byte {
	root, err := jsontext.Parse(body, jsontext.Bounds{Depth: 500})
	if err != nil {
		return body
	}
	var edits []jsontext.Edit
	var walk func(n *jsontext.Node)
	walk = func(n *jsontext.Node) {
		if p, ok := s[n.Text]; ok && n.Kind == jsontext.String {
			edits = append(edits, n.Edit(jsontext.Quote(p)))
		}
		for _, child := range n.Children {
			walk(child)
		}
	}
	walk(root)
	return jsontext.Splice(body, edits)
}

// inPath changes whole segments, and whole values of the query.
func (s stand) inPath(target string) string {
	var b strings.Builder
	for target != "" {
		end := strings.IndexAny(target, "/?&=")
		if end < 0 {
			end = len(target)
		}
		segment := target[:end]
		if plain, err := url.QueryUnescape(segment); err == nil && s[plain] != "" {
			segment = url.QueryEscape(s[plain])
		}
		b.WriteString(segment)
		if end < len(target) {
			b.WriteByte(target[end])
			end++
		}
		target = target[end:]
	}
	return b.String()
}
