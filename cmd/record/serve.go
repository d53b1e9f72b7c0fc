package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"example.com/webhookvcr/cmd/record/internal/exit"
	"example.com/webhookvcr/cmd/record/internal/listener"
	"example.com/webhookvcr/cmd/record/internal/sandbox"
	"example.com/webhookvcr/cmd/record/internal/screen"
	"example.com/webhookvcr/cmd/record/internal/session"
	"example.com/webhookvcr/cmd/record/internal/view"
	"example.com/webhookvcr/internal/contract"
	"example.com/webhookvcr/internal/exchange"
	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/record"
	"example.com/webhookvcr/internal/replay"
	"example.com/webhookvcr/internal/say"
	"example.com/webhookvcr/internal/scenario"
	"example.com/webhookvcr/internal/serve"
	"example.com/webhookvcr/internal/simulator"
)

// elsewhere is what answers a write that is not the scenario's.
const elsewhere = "record serve --simulate answers every body that the contract allows"

// bodyPatience is how long a client may take to send a body.
const bodyPatience = 30 * time.Second

// serving is the command serve.
type serving struct {
	addr, scenarios, cors     string
	always, failUnused, quiet bool
	// simulated says that a tenant in memory is served, which begins with webhooks.
	simulated      bool
	webhooks       int
	settings       simulator.Settings
	stdout, stderr io.Writer
}

func serveCommand() *cobra.Command {
	s := &serving{}
	c := &cobra.Command{
		Use:   "serve [flags] PROVIDER [STEP...]",
		Short: "Replay scenarios or cassettes over HTTP, for clients of any language",
		Long:  serveHelp(),
		Example: `  record serve --always devrev webhooks.get/200 webhooks.list/200
  record serve devrev webhooks.get/429 timeout:webhooks.get/200 webhooks.get/200
  record serve --addr 127.0.0.1:8080 dvelop testdata/lookup.yaml
  curl http://127.0.0.1:8080/-/requests
  record serve --simulate --addr 127.0.0.1:8080 devrev`,
		ValidArgsFunction: completeStep,
		RunE: func(c *cobra.Command, args []string) error {
			s.stdout, s.stderr = c.OutOrStdout(), c.ErrOrStderr()
			return s.run(c.Context(), args)
		},
	}
	f := c.Flags()
	f.StringVar(&s.addr, "addr", "127.0.0.1:0", "listen on `HOST:PORT`; port 0 takes a free one")
	f.BoolVar(&s.always, "always", false, "let every step answer any number of requests, also none")
	f.StringVar(&s.scenarios, "scenarios", "", "replay the scenarios in `DIR`, as record refresh --out DIR wrote them, in place of the shipped ones")
	f.BoolVar(&s.failUnused, "fail-unused", false, "exit with status 1 also when no request asked for a step")
	f.StringVar(&s.cors, "cors", "", "let web pages of `ORIGIN` send requests, such as http://localhost:5173; * is any")
	f.BoolVar(&s.quiet, "quiet", false, "say nothing of the steps and of answered requests on stderr")
	f.BoolVar(&s.simulated, "simulate", false, "serve a tenant in memory in place of steps: what is created can be read, changed and deleted, and is delivered to")
	f.IntVar(&s.webhooks, "seed-webhooks", 0, "let the simulated tenant begin with `N` webhooks")
	f.DurationSliceVar(&s.settings.Waits, "waits", nil, "wait so long between the attempts of a delivery, such as `1s,1s` (default: as the vendor does)")
	f.Lookup("waits").DefValue = "" // it would show as []
	f.BoolVar(&s.settings.RawKey, "raw-key", false, "sign DevRev's deliveries with the text of the secret, not with the bytes that it encodes")
	f.BoolVar(&s.settings.Hex, "hex", false, "write DevRev's signatures in hexadecimal digits, not in base64")
	return c
}

func (s *serving) run(ctx context.Context, args []string) error {
	if err := listener.CheckAddr(s.addr); err != nil {
		return err
	}
	if s.cors != "" && s.cors != "*" && !isOrigin(s.cors) {
		return exit.Errorf(exit.Usage, "--cors %q is no origin; expected a scheme and a host, such as http://localhost:5173, or *", s.cors)
	}
	if s.simulated {
		return s.simulate(ctx, args)
	}
	def, steps, err := s.sequence(args)
	if err != nil {
		return err
	}
	unused := func() (*replay.Sequence, error) {
		s, err := replay.NewSequence(steps...)
		if err == nil {
			s.Elsewhere = exit.Pasted(elsewhere)
		}
		return s, err
	}
	sequence, err := unused()
	if err != nil {
		return exit.Errorf(exit.Failed, "%v", err)
	}
	requests := serve.NewLog(exchange.Config{Definition: def}, sequence)
	// Told at once: whoever waits for an end-to-end test to end need not wait for the reason.
	requests.OnFailure = func(e serve.Entry) {
		for _, text := range []string{e.Explanation, e.Breach} {
			if text != "" {
				fmt.Fprintf(s.stderr, "request %d, %s %s:\n\t%s\n", e.Number, e.Method, e.URL, strings.ReplaceAll(text, "\n", "\n\t"))
			}
		}
	}
	requests.OnAnswer = func(e serve.Entry) {
		if s.quiet {
			return
		}
		status := strconv.Itoa(e.Status)
		if e.Status == 0 {
			status = e.By.Fault
		}
		fmt.Fprintf(s.stderr, "%d %s %s: %s, step %d %s\n", e.Number, e.Method, screen.Visible(e.URL), status, e.By.Step, e.By.Name)
	}
	handler := serve.NewServer(def.BaseURL, requests)
	var mu sync.Mutex
	var earlier []serve.Report // what was before each reset
	front := &serve.Front{
		Handler: handler,
		Page:    view.Live(steps, version()),
		Names:   []string{strings.TrimPrefix(def.BaseURL, "https://")},
		Root:    slices.ContainsFunc(sequence.Requests(), func(r contract.Request) bool { return r.URL.Path == "" || r.URL.Path == "/" }),
		Reset: func() error {
			fresh, err := unused()
			if err != nil {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			earlier = append(earlier, requests.Reset(fresh))
			return nil
		},
	}
	begun := func(url string) { s.printSteps(url, def, args[1:], steps[0]) }
	if err := s.listen(ctx, front, begun, handler.Close); err != nil {
		return err
	}
	mu.Lock() // a reset that was cut off may still be on its way
	defer mu.Unlock()
	return s.end(summed(append(earlier, requests.Report())))
}

// isOrigin reports whether a text is an origin as browsers send it.
func isOrigin(text string) bool {
	u, err := url.Parse(text)
	return err == nil && u.Scheme != "" && u.Host != "" && text == u.Scheme+"://"+u.Host
}

// summed is what all reports know together; the steps without a request are those
// of the last.
func summed(all []serve.Report) serve.Report {
	sum := all[len(all)-1]
	sum.Requests = nil
	for i, r := range all {
		if i < len(all)-1 {
			sum.Asked, sum.Answered, sum.Missed = sum.Asked+r.Asked, sum.Answered+r.Answered, sum.Missed+r.Missed
			sum.Refused, sum.Breaches = sum.Refused+r.Refused, sum.Breaches+r.Breaches
		}
		sum.Requests = append(sum.Requests, r.Requests...)
	}
	return sum
}

// printSteps says what is served, and how to try it.
func (s *serving) printSteps(url string, def *provider.Definition, names []string, first replay.Step) {
	if s.quiet {
		return
	}
	for i, name := range names {
		fmt.Fprintf(s.stderr, "step %d: %s\n", i+1, name)
	}
	// What another recorder has written may hold a credential.
	if file := first.Index.File; file.Header.Source != "" && len(file.Interactions) > 0 {
		first := file.Exchanges()[0].Request
		line := "curl"
		if first.Method != http.MethodGet {
			line += " -X " + record.Quote(first.Method)
		}
		line += " " + record.Quote(url+strings.TrimPrefix(first.URL.String(), def.BaseURL)) + " -H 'Authorization: Bearer any'"
		for _, name := range []string{"Accept", "Content-Type", "Origin"} {
			if v := first.Header.Get(name); v != "" {
				line += " -H " + record.Quote(name+": "+strings.Replace(v, def.BaseURL, url, 1))
			}
		}
		if len(first.Body) > 0 {
			line += " --data-raw " + record.Quote(string(first.Body))
		}
		fmt.Fprintf(s.stderr, "try: %s\n", screen.Visible(line))
	}
}

// definition is the provider that the arguments begin with.
func definition(args []string) (*provider.Definition, error) {
	if len(args) == 0 {
		return nil, exit.Errorf(exit.Usage, "serve needs a provider and its steps, such as: record serve devrev webhooks.get/200")
	}
	def := provider.ByName(args[0])
	if def != nil {
		return def, nil
	}
	name, rest, _ := strings.Cut(args[0], "/")
	if known := provider.ByName(name); known != nil && rest != "" {
		return nil, exit.Errorf(exit.Usage, "serve takes the provider and its steps apart: record serve %s %s", name, rest)
	}
	return nil, exit.Errorf(exit.Usage, "%s", session.UnknownProvider(name, args[0]))
}

// sequence reads the arguments.
func (s *serving) sequence(args []string) (*provider.Definition, []replay.Step, error) {
	def, err := definition(args)
	if err != nil {
		return nil, nil, err
	}
	library := scenario.Library{
		Definition: def, Paths: true, EveryAlways: s.always,
		Words: scenario.Words{
			Modifiers: `"always:", "timeout:", "reset:", "truncated:" or "notjson:"`,
			List:      exit.Pasted("record list shows those that there are"),
		},
	}
	if s.scenarios != "" {
		dir := filepath.Join(s.scenarios, def.Name)
		info, err := os.Stat(dir)
		if err != nil || !info.IsDir() {
			return nil, nil, exit.Errorf(exit.Usage, "--scenarios %q: there is no directory %s; name the one that record refresh --out wrote", s.scenarios, dir)
		}
		library.Own, library.OwnName = os.DirFS(s.scenarios), filepath.ToSlash(s.scenarios)
	}
	steps, err := library.Resolve(args[1:])
	if err != nil {
		return nil, nil, exit.Errorf(exit.Usage, "%v", err)
	}
	return def, steps, nil
}

// listen serves until the context ends, and then lets the requests on their way
// finish.
func (s *serving) listen(ctx context.Context, front *serve.Front, begun func(url string), closing func()) error {
	l, err := listener.Listen(ctx, s.addr)
	if err != nil {
		return err
	}
	addr := l.Addr().(*net.TCPAddr)
	host := addr.IP.String()
	if !addr.IP.IsLoopback() {
		fmt.Fprintf(s.stderr, "warning: %s is not a loopback address, so other machines can reach this server, %s included\n", s.addr, serve.LogPath)
	}
	if addr.IP.IsUnspecified() {
		host = "127.0.0.1"
	}
	front.Addr, _ = netip.AddrFromSlice(addr.IP)
	named, _, _ := net.SplitHostPort(s.addr)
	front.Names = append(front.Names, named)
	front.Origin, front.Patience = s.cors, bodyPatience
	front.Refused = func(origin string) {
		fmt.Fprintf(s.stderr, "a preflight of %s was refused: --cors names the origin whose web pages may send requests\n", screen.Visible(origin))
	}
	url := "http://" + net.JoinHostPort(host, strconv.Itoa(addr.Port))
	begun(url)
	if _, err := fmt.Fprintf(s.stdout, "serving %s\n", url); err != nil {
		l.Close()
		return err
	}
	return listener.Until(ctx, l, &http.Server{Handler: front, ReadHeaderTimeout: 30 * time.Second}, closing, s.stderr)
}

func serveHelp() string {
	return `serve answers requests over HTTP in the place of a vendor's server: for an
end-to-end test, or for a client that is not written in Go. Give the client the
URL on the first line of the output as its base URL, and any token. Each request
takes the first unused step that matches it, by method, path, query and body,
never by token. A scenario of an error takes what the other scenarios of its
operation are asked as well, in each documented method: a GET of DevRev's
webhooks.get is answered by webhooks.get/429, and by webhooks.get/200-get, but not
by webhooks.get/200, which is about the POST.

A STEP is one of
  NAME          a scenario, such as webhooks.get/200; record list shows them
  FILE.yaml     a cassette; each of its interactions answers one request
  DIRECTORY     every cassette below it, in the order of their paths
with modifiers in front, if any:
  always:STEP     answer any number of requests, also none
  timeout:STEP    match the request, and never answer it
  reset:STEP      match the request, and reset the connection
  truncated:STEP  let the answer break off in the middle
  notjson:STEP    answer with the step's status and a gateway's HTML page

The first line on stdout is "serving http://HOST:PORT", as soon as the port is
open. It listens on this machine only, unless --addr says otherwise. A request
without an answer gets status 502 and a text that says which recorded request is
nearest and what differs; the text is printed on stderr as well, after the steps,
a curl command to try, and a line for each answered request (not with --quiet).

A request must name this machine in its Host header: a loopback name, or the
address of --addr. With --cors web pages of an origin may send requests;
preflights, those without it included, and requests of browsers to / and
/favicon.ico, are no misses.
  GET  ` + serve.PagePath + `       shows the steps and the requests as they come, for people
  GET  ` + serve.ReadyPath + `  answers as soon as the port is open
  POST ` + serve.ResetPath + `  begins anew: every step is unused again. What had no answer before
                 still counts in the end

serve runs until it is interrupted (SIGINT, SIGTERM). It then finishes the
requests on their way, prints a summary on stderr, and ends with status
  0  every request was answered and met the contract
  1  a request had no answer or broke the contract, or it could not listen;
     with --fail-unused also when no request asked for a step
  2  wrong usage; nothing was served

` + simulateHelp + `
Without --simulate GET ` + serve.LogPath + ` shows what was asked so far, as JSON: the URL of
every request, and in an explanation the body of one that was missed; no header, and no credential
that is known as one. record help FORMATS lists its members.`
}

const requestMembers = `
  number       counts from 1, and on over a reset
  result       "answered", "missed", or "refused" (no plain HTTP exchange)
  status       of the answer; 0 when there is none
  by           what answered: the step counts from 1, the interaction from 0
  fault        the step's modifier, when it has one
  explanation  why nothing answered, when nothing has
  nearest      the recorded request that comes nearest then, and in which places it
               differs: in the "method", "URL", "Accept" or "body", or not at all
               and is "used" already
  breach       how the exchange broke the contract, when it has
  notes        remarks that fail nothing, such as an undocumented member, if any
  breaches     how many requests have a breach, whatever answered them
  forgotten    the oldest requests, of which only the counts are left
  unused       the steps that no request has asked for
`

// exampleLog is what record help FORMATS shows of the requests.
var exampleLog = serve.Report{
	Version: serve.LogVersion, Provider: "devrev", Asked: 2, Answered: 1, Missed: 1, Breaches: 1,
	Requests: []serve.Entry{
		{
			Number: 1, Method: "POST", URL: "https://api.devrev.ai/webhooks.get", Result: serve.Answered, Status: 200,
			By: &serve.By{
				Step: 1, Name: "truncated:webhooks.get/200", Cassette: "cassettes/devrev/webhooks.get/200.yaml",
				Source: "simulated", Fault: "truncated",
			},
			Notes: []string{"…"},
		},
		{
			Number: 2, Method: "GET", URL: "https://api.devrev.ai/webhooks.list", Result: serve.Missed, Explanation: "…", Breach: "…",
			Nearest: &serve.Nearest{
				By:      serve.By{Step: 2, Name: "webhooks.list/200", Cassette: "cassettes/devrev/webhooks.list/200.yaml", Source: "simulated"},
				Differs: "method", Differences: []serve.Difference{{Place: "method", Recorded: "POST", Sent: "GET"}},
			},
		},
	},
	Unused: []string{`step 2, "webhooks.list/200": POST …`},
}

// end sums up what was asked, and is the error that the command ends with.
func (s *serving) end(r serve.Report) error {
	fmt.Fprintf(s.stderr, "%s: %d as a step says, %d without a step, %d refused, %d against the contract\n", say.Count(r.Asked, "request"), r.Answered, r.Missed, r.Refused, r.Breaches)
	if len(r.Unused) > 0 {
		fmt.Fprintf(s.stderr, "no request asked for\n\t%s\n", strings.Join(r.Unused, "\n\t"))
	}
	var wrong []string
	if n := r.Missed + r.Refused; n > 0 {
		wrong = append(wrong, say.Count(n, "request")+" had no answer")
	}
	if r.Breaches > 0 {
		wrong = append(wrong, say.Count(r.Breaches, "request")+" broke the contract")
	}
	if s.failUnused && r.Asked == 0 {
		wrong = append(wrong, "no request came at all (--fail-unused)")
	} else if s.failUnused && len(r.Unused) > 0 {
		wrong = append(wrong, "no request asked for "+say.Count(len(r.Unused), "step")+" (--fail-unused)")
	}
	if len(wrong) == 0 {
		return nil
	}
	if failed := failedRequests(r); failed != "" {
		return exit.Errorf(exit.Failed, "%s: %s", strings.Join(wrong, ", "), failed)
	}
	return exit.Errorf(exit.Failed, "%s", strings.Join(wrong, ", "))
}

// maxNamed is how many requests the last message names.
const maxNamed = 10

// failedRequests names the requests that fail the run.
func failedRequests(r serve.Report) string {
	var names []string
	for _, e := range r.Requests {
		if e.Failed() {
			names = append(names, fmt.Sprintf("%d, %s %s", e.Number, e.Method, e.URL))
		}
	}
	if more := len(names) - maxNamed; more > 0 {
		names = append(names[:maxNamed], fmt.Sprintf("and %d more", more))
	}
	return strings.Join(names, "; ")
}

const simulateHelp = `With --simulate there are no steps: a tenant in memory answers every operation,
keeps what is created, verifies receivers and delivers to URLs on loopback
addresses. Its credential is "` + provider.Token + `". Waiting takes real time;
--waits shortens it. What the vendors leave open has the defaults that
"go doc example.com/webhookvcr/webhooktest.Sender" names.
  GET    /-/state   the webhooks, what was delivered, and why or why not
  DELETE /-/state   begins anew
  POST   /-/events  lets an event happen and answers with its deliveries:
    {"event": "work_created", "set": {"/work/title": "A title"}}
    further members: "remove" (pointers), "body" (a whole payload), "duplicates"
It ends with status 0, or with 1 when a request broke the contract.
`

// simulate serves a tenant until the context ends.
func (s *serving) simulate(ctx context.Context, args []string) error {
	def, err := definition(args)
	if err != nil {
		return err
	}
	switch {
	case len(args) > 1:
		return exit.Errorf(exit.Usage, "--simulate serves a tenant in place of steps; leave out %s", strings.Join(args[1:], " "))
	case s.webhooks < 0 || s.webhooks > simulator.MaxWebhooks:
		return exit.Errorf(exit.Usage, "--seed-webhooks %d: give 0 to %d", s.webhooks, simulator.MaxWebhooks)
	case slices.ContainsFunc(s.settings.Waits, func(d time.Duration) bool { return d < 0 }):
		return exit.Errorf(exit.Usage, "--waits %v: give 0 or more", s.settings.Waits)
	case def.Delivery == nil && (s.settings.RawKey || s.settings.Hex):
		return exit.Errorf(exit.Usage, "--raw-key and --hex are about signatures, and %s documents none", def.Title)
	}
	t, err := sandbox.New(def, s.settings, s.webhooks, s.stderr)
	if err != nil {
		return exit.Errorf(exit.Failed, "%v", err)
	}
	defer t.Close()
	begun := func(url string) {
		if !s.quiet {
			fmt.Fprintf(s.stderr, "try: curl %s/-/state\n", url)
		}
	}
	if err := s.listen(ctx, t.Front(), begun, t.Close); err != nil {
		return err
	}
	if t.Breaches > 0 {
		return exit.Errorf(exit.Failed, "%s broke the contract", say.Count(t.Breaches, "request"))
	}
	return nil
}
