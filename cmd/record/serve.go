package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/scenario"
	"example.com/webhookvcr/internal/vcr"
)

// patience is how long the requests on their way may take when the server stops.
const patience = 5 * time.Second

// serve is the command serve.
type serve struct {
	addr, scenarios    string
	always, failUnused bool
	stdout, stderr     io.Writer
}

func serveCommand() *cobra.Command {
	s := &serve{}
	c := &cobra.Command{
		Use:   "serve [flags] PROVIDER STEP...",
		Short: "Replay scenarios or cassettes over HTTP, for clients of any language",
		Long:  serveHelp(),
		Example: `  record serve --always devrev webhooks.get/200 webhooks.list/200
  record serve devrev webhooks.get/429 timeout:webhooks.get/200 webhooks.get/200
  record serve --addr 127.0.0.1:8080 dvelop testdata/lookup.yaml
  curl http://127.0.0.1:8080/-/requests`,
		DisableFlagsInUseLine: true,
		ValidArgsFunction:     completeStep,
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
	return c
}

func (s *serve) run(ctx context.Context, args []string) error {
	def, steps, err := s.sequence(args)
	if err != nil {
		return err
	}
	if _, _, err := net.SplitHostPort(s.addr); err != nil {
		return exit(exitUsage, "--addr %q is no address; expected HOST:PORT, such as 127.0.0.1:8080", s.addr)
	}
	replay, err := vcr.NewReplay(steps...)
	if err != nil {
		return exit(exitFailed, "%v", err)
	}
	journal := vcr.NewJournal(vcr.Config{Definition: def}, replay)
	journal.OnFailure = func(e vcr.Exchange) { printFailure(s.stderr, e) }
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", s.addr)
	if err != nil {
		return exit(exitFailed, "--addr %q: %v", s.addr, listenReason(err))
	}
	if err := s.listen(ctx, listener, vcr.NewServer(def.BaseURL, journal)); err != nil {
		return err
	}
	return s.end(journal.Report())
}

// sequence reads the arguments.
func (s *serve) sequence(args []string) (*provider.Definition, []vcr.Step, error) {
	if len(args) == 0 {
		return nil, nil, exit(exitUsage, "serve needs a provider and its steps, such as: record serve devrev webhooks.get/200")
	}
	def := provider.ByName(args[0])
	if def == nil {
		name, rest, _ := strings.Cut(args[0], "/")
		if known := provider.ByName(name); known != nil && rest != "" {
			return nil, nil, exit(exitUsage, "serve takes the provider and its steps apart: record serve %s %s", name, rest)
		}
		return nil, nil, exit(exitUsage, "%s", unknownProvider(name, args[0]))
	}
	library := scenario.Library{
		Definition: def, Paths: true, EveryAlways: s.always,
		Words: scenario.Words{
			Step:      strconv.Quote,
			Modifiers: `"always:", "timeout:", "reset:", "truncated:" or "notjson:"`,
			List:      "record list shows those that there are",
		},
	}
	if s.scenarios != "" {
		dir := filepath.Join(s.scenarios, def.Name)
		info, err := os.Stat(dir)
		if err != nil || !info.IsDir() {
			return nil, nil, exit(exitUsage, "--scenarios %q: there is no directory %s; name the one that record refresh --out wrote", s.scenarios, dir)
		}
		library.Own, library.OwnName = os.DirFS(s.scenarios), filepath.ToSlash(s.scenarios)
	}
	steps, err := library.Resolve(args[1:])
	if err != nil {
		return nil, nil, exit(exitUsage, "%v", err)
	}
	return def, steps, nil
}

// listen serves until the context ends, and then lets the requests on their way
// finish.
func (s *serve) listen(ctx context.Context, listener net.Listener, handler *vcr.Server) error {
	addr := listener.Addr().(*net.TCPAddr)
	host := addr.IP.String()
	if !addr.IP.IsLoopback() {
		fmt.Fprintf(s.stderr, "warning: %s is not a loopback address, so other machines can reach this server, %s included\n", s.addr, vcr.JournalPath)
	}
	if addr.IP.IsUnspecified() {
		host = "127.0.0.1"
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 30 * time.Second, ErrorLog: log.New(io.Discard, "", 0)}
	stopped := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(stopped)
		handler.Close()
		limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
		defer cancel()
		if err := server.Shutdown(limited); err != nil {
			fmt.Fprintf(s.stderr, "requests still on their way after %v were cut off\n", patience)
			server.Close()
		}
	})
	defer stop()
	if _, err := fmt.Fprintf(s.stdout, "serving http://%s\n", net.JoinHostPort(host, strconv.Itoa(addr.Port))); err != nil {
		listener.Close()
		return exit(exitFailed, "the address could not be written: %v", reason(err))
	}
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return exit(exitFailed, "the server stopped: %v", err)
	}
	<-stopped
	return nil
}

// listenReason is why an address cannot be listened on, without the address.
func listenReason(err error) error {
	var op *net.OpError
	if errors.As(err, &op) && op.Err != nil {
		err = op.Err
	}
	var call *os.SyscallError
	if errors.As(err, &call) {
		return call.Err
	}
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}

// completeStep offers the providers, then the scenarios of the one that is
// chosen; files come from the shell.
func completeStep(_ *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	var all []string
	if len(args) == 0 {
		for _, def := range provider.All() {
			all = append(all, def.Name+"\t"+def.Title)
		}
		return all, cobra.ShellCompDirectiveNoFileComp
	}
	if def := provider.ByName(args[0]); def != nil {
		for _, s := range def.Scenarios {
			if strings.HasPrefix(s.Name, typed) {
				all = append(all, fmt.Sprintf("%s\t%d: %s", s.Name, s.Status, s.Summary))
			}
		}
	}
	return all, cobra.ShellCompDirectiveDefault
}
