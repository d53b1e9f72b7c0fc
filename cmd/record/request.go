package main

import (
	"context"
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"strings"

	"example.com/webhookvcr/internal/provider"
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
	req, err := request(ctx, t)
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

func request(ctx context.Context, t target) (*http.Request, error) {
	asked := t.scenario.Request
	req, err := http.NewRequestWithContext(ctx, asked.Method, t.def.BaseURL+asked.Target, strings.NewReader(asked.Body))
	if err != nil {
		return nil, err
	}
	if asked.Body == "" {
		req.Body = http.NoBody
	}
	for name, value := range asked.Header {
		req.Header.Set(name, value)
	}
	switch asked.Credential {
	case provider.Valid:
		req.Header.Set("Authorization", "Bearer "+provider.Token)
	case provider.Wrong:
		req.Header.Set("Authorization", "Bearer "+provider.WrongToken)
	}
	if t.def.Origin && !asked.NoOrigin {
		req.Header.Set("Origin", t.def.BaseURL)
	}
	return req, nil
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
