package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"example.com/webhookvcr/cmd/record/internal/receiver"
	"example.com/webhookvcr/internal/provider"
)

// receive is the program receive [FLAW]: a receiver of webhooks on loopback that
// knows the secret in RECEIVER_SECRET. It prints its address, and then a line for
// each event that it acts on. With ipv6 it is on ::1; with tls it speaks HTTPS, and
// writes the certificate to trust to the file authority.pem.
func receive() {
	flaws := os.Args[1:]
	address := "127.0.0.1:0"
	if slices.Contains(flaws, "ipv6") {
		address = "[::1]:0"
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	server := httptest.NewUnstartedServer(&endpoint{secret: os.Getenv(receiver.SecretVar), flaws: flaws, seen: map[string]bool{}})
	server.Listener.Close()
	server.Listener = listener
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	if slices.Contains(flaws, "tls") {
		server.StartTLS()
		authority := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
		if err := os.WriteFile("authority.pem", authority, 0o600); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	} else {
		server.Start()
	}
	fmt.Printf("serving %s\n", server.URL)
	select {} // until it is interrupted
}

// endpoint takes the events of both vendors: those of d.velop carry a key.
type endpoint struct {
	secret string
	flaws  []string

	mu   sync.Mutex
	seen map[string]bool
}

func (t *endpoint) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if slices.Contains(t.flaws, "closes") {
		panic(http.ErrAbortHandler)
	}
	if slices.Contains(t.flaws, "says-so") {
		_ = os.WriteFile("asked", nil, 0o600) // the script waits for it
	}
	if slices.Contains(t.flaws, "hangs") {
		<-r.Context().Done()
	}
	if slices.Contains(t.flaws, "slow") {
		time.Sleep(400 * time.Millisecond)
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
	signature, key := r.Header.Get("X-Devrev-Signature"), r.Header.Values("Authorization")
	scheme, given, _ := strings.Cut(strings.Join(key, ","), " ")
	status := http.StatusUnauthorized
	switch {
	case r.Method != http.MethodPost:
		status = http.StatusMethodNotAllowed
	case err != nil:
		status = http.StatusRequestEntityTooLarge
	case slices.Contains(t.flaws, "unchecked"),
		signature != "" && len(key) == 0 && signature == provider.Signature(t.secret, body, false, false),
		signature == "" && len(key) == 1 && strings.EqualFold(scheme, "Bearer") && given == t.secret:
		status = t.act(w, r.RequestURI, body, signature != "")
	}
	if slices.Contains(t.flaws, "tells") && status >= 400 {
		fmt.Fprintln(w, "expected", t.secret)
	}
	if slices.Contains(t.flaws, "decodes") && status != 0 {
		key, _ := base64.StdEncoding.DecodeString(t.secret)
		status = http.StatusTeapot
		w.WriteHeader(status)
		fmt.Fprintf(w, "expected %s\n", key)
		return
	}
	if status != 0 {
		w.WriteHeader(status)
	}
	for slices.Contains(t.flaws, "long") && r.Context().Err() == nil {
		_, _ = w.Write(make([]byte, 1<<10)) // until nobody reads on
	}
}

// act takes an authentic event on; 0 stands for an answer that was written.
func (t *endpoint) act(w http.ResponseWriter, url string, body []byte, signed bool) int {
	var event struct {
		ID        string    `json:"id"`
		Type      string    `json:"type"`
		Timestamp time.Time `json:"timestamp"`
		Verify    struct {
			Challenge string `json:"challenge"`
		} `json:"verify"`
		Created struct {
			Work struct {
				Title string `json:"title"`
			} `json:"work"`
		} `json:"work_created"`
	}
	if err := json.Unmarshal(bytes.TrimSpace(body), &event); err != nil {
		return http.StatusBadRequest
	}
	age := time.Since(event.Timestamp)
	switch {
	case slices.Contains(t.flaws, "busy"):
		return http.StatusServiceUnavailable
	case signed && (age > 5*time.Minute || age < -5*time.Minute):
		return http.StatusUnauthorized
	case signed && event.Type == "verify":
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(event.Verify)
		return 0
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.seen[event.ID] {
		t.seen[event.ID] = true
		fmt.Printf("%s %q at %s\n", event.Type, event.Created.Work.Title, url)
	}
	return http.StatusOK
}
