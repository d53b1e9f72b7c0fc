// Package listener opens the address that --addr names, and serves there until the command
// is interrupted.
package listener

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"time"

	"example.com/webhookvcr/cmd/record/internal/exit"
	"example.com/webhookvcr/internal/say"
)

// CheckAddr makes sure that an address is one which could be listened on.
func CheckAddr(addr string) error {
	if _, err := net.ResolveTCPAddr("tcp", addr); err != nil {
		return exit.Errorf(exit.Usage, "--addr %q is no address; expected HOST:PORT, such as 127.0.0.1:8080", addr)
	}
	return nil
}

// Listen opens the address of --addr.
func Listen(ctx context.Context, addr string) (net.Listener, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, exit.Errorf(exit.Failed, "--addr %q: %v", addr, say.Reason(err))
	}
	return listener, nil
}

// Until serves until the context ends, then calls closing, and lets the requests on
// their way finish.
func Until(ctx context.Context, listener net.Listener, server *http.Server, closing func(), stderr io.Writer) error {
	server.ErrorLog = log.New(io.Discard, "", 0)
	stopped := make(chan struct{})
	defer context.AfterFunc(ctx, func() {
		defer close(stopped)
		closing()
		shutDown(ctx, server, stderr)
	})()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return exit.Errorf(exit.Failed, "the server stopped: %v", err)
	}
	<-stopped
	return nil
}

// patience is how long the requests on their way may take when the server stops.
const patience = 5 * time.Second

// shutDown lets the requests on their way finish: for as long as the patience lasts,
// and until a second signal.
func shutDown(ctx context.Context, server *http.Server, stderr io.Writer) {
	second := exit.TakeSecond(ctx)
	limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	soon, cancelSoon := context.WithTimeout(limited, patience/20)
	defer cancelSoon()
	if server.Shutdown(soon) == nil {
		return
	}
	fmt.Fprintf(stderr, "waiting up to %v for the requests on their way; interrupt again to cut them off\n", patience)
	go func() {
		select {
		case <-second:
			cancel()
		case <-limited.Done():
		}
	}()
	if server.Shutdown(limited) != nil {
		fmt.Fprintln(stderr, "requests still on their way were cut off")
		server.Close()
	}
}
