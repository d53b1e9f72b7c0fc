package record

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"time"

	"example.com/webhookvcr/internal/cassette"
	"example.com/webhookvcr/internal/contract"
	"example.com/webhookvcr/internal/exchange"
	"example.com/webhookvcr/internal/jsontext"
	"example.com/webhookvcr/internal/placeholder"
	"example.com/webhookvcr/internal/provider"
)

// deliveryURL is where a recorded delivery went to, in the placeholder world.
const deliveryURL = "https://example.com/hook"

// Delivery is what a tenant has sent to a receiver, with what that answered.
type Delivery struct {
	Definition *provider.Definition
	// BaseURL is the tenant's, and Secret the one that it signs with: a delivery may show both.
	BaseURL, Secret string
	// Received is when the delivery came.
	Received time.Time
	// Path and Name are those of the cassette.
	Path, Name string
	// AcceptDrift writes a delivery that breaks the contract, and lists the breaches.
	AcceptDrift bool
	// Spell writes options in messages.
	Spell placeholder.Spelling
	Body  []byte
	// Status and Answer are the receiver's.
	Status int
	Answer []byte
	// Sign signs the recorded body with the placeholder secret.
	Sign func(body []byte) http.Header
}

// Commit replaces every value of the tenant in the delivery, holds it to the
// accounts that every recording is held to, and writes it: signed anew, to a made-up
// URL, with the receiver's status. Of the receiver's answer an echoed challenge is
// recorded and nothing else. dropped says that there was more. A file that is there
// stays, and the error is fs.ErrExist.
func (d Delivery) Commit() (outcome Outcome, dropped bool, err error) {
	data, header, ia, dropped, err := d.encode()
	if err != nil {
		return Outcome{}, dropped, err
	}
	release, err := cassette.Claim(d.Path, d.Name)
	if err != nil {
		return Outcome{}, dropped, err
	}
	defer release()
	place := func(int) string { return "the delivery" }
	if err := cassette.Create(d.Path, data, []*cassette.Interaction{ia}, place); err != nil {
		return Outcome{}, dropped, err
	}
	return Outcome{Written: true, Interactions: 1, Accepted: header.Accepted}, dropped, nil
}

func (d Delivery) encode() (data string, header cassette.Header, ia *cassette.Interaction, dropped bool, err error) {
	sent, err := d.bounded()
	if err != nil {
		return "", header, nil, false, fmt.Errorf("the delivery cannot be recorded: %w", err)
	}
	r, err := New(Config{
		Config: exchange.Config{Definition: asOperation(d.Definition), Report: exchange.Silent{}, Bare: true},
		Tenant: Tenant{
			BaseURL: d.BaseURL, Token: d.Secret, Source: cassette.Live, Day: d.Received.UTC().Format(time.DateOnly),
			Getenv:    func(string) string { return "" },
			Transport: said(sent),
		},
		Name: d.Name, AcceptDrift: d.AcceptDrift, Spell: d.Spell,
		Verbatim: true, // a signature is over the bytes
		Strict:   true, // what happens in a tenant is its own
	})
	if err != nil {
		return "", header, nil, false, err
	}
	defer r.Release()
	transport := r.Transport()
	defer transport.Close()
	req, err := http.NewRequest(http.MethodPost, d.Definition.BaseURL+deliveryPath, http.NoBody)
	if err != nil {
		return "", header, nil, false, err
	}
	req.Header.Set("Authorization", "Bearer "+provider.Token)
	resp, err := transport.RoundTrip(req)
	if unfit := (*unfitError)(nil); errors.As(err, &unfit) {
		return "", header, nil, false, fmt.Errorf("the delivery cannot be recorded: %w", unfit.err)
	}
	if err != nil {
		return "", header, nil, false, err
	}
	resp.Body.Close()
	for i := range r.problems { // to the recorder it came as an answer
		r.problems[i].In = "delivery"
		if r.problems[i].Keyword == "body" {
			r.problems[i].Expected = "each of " + d.Definition.Title + " has one"
		}
	}
	if _, header, err = r.gate(); err != nil {
		return "", header, nil, false, err
	}
	header.Received = d.Received.UTC().Truncate(time.Millisecond)
	body := r.captured[0].Response.Body
	ia = d.interaction(body)
	if ia.Response.Body, dropped, err = d.echo([]byte(body)); err != nil {
		return "", header, nil, dropped, err
	}
	ia.Response.ContentLength = int64(len(ia.Response.Body))
	data, err = cassette.Encode(header, []*cassette.Interaction{ia})
	return data, header, ia, dropped, err
}

// bounded is the body with other names and numbers in the place of those that are beyond
// the bounds of the contract, which would take its members from all of them. Nobody
// documents such ones, so that they are replaced in any case. What is beyond another
// bound is an error, and so is a name that stands twice in an object: the contract cannot
// say which of them it speaks of, so that both would be replaced.
func (d Delivery) bounded() ([]byte, error) {
	root, err := jsontext.Parse(d.Body, jsontext.Bounds{})
	if err != nil {
		return d.Body, nil // no JSON, which the contract reports
	}
	within := contract.Bounds()
	var edits []jsontext.Edit
	doubled := -1
	var visit func(n *jsontext.Node)
	visit = func(n *jsontext.Node) {
		seen := map[string]bool{}
		if len(n.Name) > within.Name {
			edits = append(edits, jsontext.Edit{Start: int(n.NameStart), End: int(n.NameEnd), New: jsontext.Quote(fmt.Sprintf("%x", sha256.Sum256([]byte(n.Name))))})
		}
		if n.Kind == jsontext.Number {
			if _, err := jsontext.Parse(n.Text, within); err != nil {
				edits = append(edits, n.Edit("0"))
			}
		}
		for _, child := range n.Children {
			if n.Kind == jsontext.BeginObject && seen[child.Name] {
				doubled = int(child.NameStart)
			}
			seen[child.Name] = true
			visit(child)
		}
	}
	visit(root)
	if doubled >= 0 {
		return nil, fmt.Errorf("the member at %s stands twice in its object, and a reader may take either", jsontext.At(d.Body, doubled))
	}
	body := jsontext.Splice(d.Body, edits)
	_, err = jsontext.Parse(body, within)
	return body, err
}

func (d Delivery) interaction(body string) *cassette.Interaction {
	header := d.Sign([]byte(body))
	header.Set("Content-Type", "application/json")
	ia := &cassette.Interaction{}
	req, resp := &ia.Request, &ia.Response
	req.Proto, req.ProtoMajor, req.ProtoMinor = "HTTP/1.1", 1, 1
	req.Method, req.Host, req.URL = http.MethodPost, "example.com", deliveryURL
	req.Headers, req.Body, req.ContentLength = header, body, int64(len(body))
	resp.Proto, resp.ProtoMajor, resp.ProtoMinor = "HTTP/1.1", 1, 1
	resp.Headers, resp.Status, resp.Code = http.Header{}, exchange.StatusText(d.Status), d.Status
	return ia
}

// echo is the receiver's answer if it echoes the challenge of the delivery, in
// placeholders; any other has no place in a cassette.
func (d Delivery) echo(recorded []byte) (answer string, dropped bool, err error) {
	def := d.Definition.Delivery
	challenge := func(body []byte) string {
		root, err := jsontext.Parse(body, jsontext.Bounds{})
		if err != nil || def.Challenge == "" {
			return ""
		}
		n, found := root.Find(jsontext.Child(jsontext.Child("", def.Handshake), def.Challenge))
		if !found || n.Kind != jsontext.String {
			return ""
		}
		return n.Text
	}
	var echoed map[string]string
	sent := challenge(d.Body)
	dropped = len(bytes.TrimSpace(d.Answer)) > 0
	switch {
	case sent != "" && json.Unmarshal(d.Answer, &echoed) == nil && len(echoed) == 1 && echoed[def.Challenge] == sent:
		return "{" + jsontext.Quote(def.Challenge) + ":" + jsontext.Quote(challenge(recorded)) + "}", false, nil
	case sent != "" && dropped && d.Status/100 == 2:
		// Without it a replay would accept a receiver that echoes nothing.
		return "", true, fmt.Errorf("the receiver answers the challenge with more or other than {%q: ...}, which cannot be recorded", def.Challenge)
	}
	return "", dropped, nil
}

const deliveryPath = "/-/delivery"

// asDelivery remembers the definitions of asOperation: package contract compiles the
// schemas of each once.
var asDelivery sync.Map // *provider.Definition -> *provider.Definition

// asOperation is a vendor's definition in which a delivery is the answer to an
// operation, so that the recording of answers, with all its checks, serves for it.
func asOperation(def *provider.Definition) *provider.Definition {
	if known, ok := asDelivery.Load(def); ok {
		return known.(*provider.Definition)
	}
	derived := *def
	derived.Operations = append(slices.Clone(def.Operations), provider.Operation{
		Name: "delivery", Source: def.Delivery.Source,
		Forms:     []provider.Form{{Method: http.MethodPost, Path: deliveryPath}},
		Responses: []provider.Response{{Status: http.StatusOK, MediaTypes: []string{"application/json"}, Schema: def.Delivery.Body}},
	})
	known, _ := asDelivery.LoadOrStore(def, &derived)
	return known.(*provider.Definition)
}

// said is a transport that answers with the body of a delivery.
func said(body []byte) http.RoundTripper {
	return roundTripper(func(req *http.Request) (*http.Response, error) {
		return &http.Response{
			Status: "200 OK", StatusCode: http.StatusOK, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
			Header: http.Header{"Content-Type": {"application/json"}}, Request: req,
			Body: io.NopCloser(bytes.NewReader(body)), ContentLength: int64(len(body)),
		}, nil
	})
}
