package main

import (
	"context"
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"strings"

	"example.com/webhookvcr/internal/scenario"
)

// answer is the first answer of a scenario, in placeholders.
type answer struct {
	status                                int
	mediaType, location, retry, errorType string
}

// send makes the scenario's request, and follows the redirect when the scenario
// is about one.
func send(ctx context.Context, t target, front http.RoundTripper) (answer, error) {
	var first answer
	client := &http.Client{
		Transport: observer{front, &first},
		CheckRedirect: func(_ *http.Request, via []*http.Request) error {
			if !t.scenario.Follow || len(via) > 3 {
				return http.ErrUseLastResponse
			}
			return nil
		},
	}
	req, err := scenario.Request(ctx, t.def, t.scenario)
	if err != nil {
		return first, err
	}
	resp, err := client.Do(req)
	if err != nil {
		return first, err
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	return first, err
}

// observer notes the first answer that passes.
type observer struct {
	next  http.RoundTripper
	first *answer
}

func (o observer) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := o.next.RoundTrip(req)
	if err != nil || o.first.status != 0 {
		return resp, err
	}
	o.first.status = resp.StatusCode
	o.first.mediaType, _, _ = mime.ParseMediaType(resp.Header.Get("Content-Type"))
	o.first.location, o.first.retry = resp.Header.Get("Location"), resp.Header.Get("Retry-After")
	if resp.StatusCode < 400 {
		return resp, nil
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	resp.Body = io.NopCloser(strings.NewReader(string(body)))
	var tagged struct {
		Type string `json:"type"`
	}
	if json.Unmarshal(body, &tagged) == nil {
		o.first.errorType = tagged.Type
	}
	return resp, nil
}
