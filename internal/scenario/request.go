package scenario

import (
	"context"
	"net/http"

	"example.com/webhookvcr/internal/cassette"
	"example.com/webhookvcr/internal/exchange"
	"example.com/webhookvcr/internal/provider"
)

// Request returns a new request as the scenario's cassette answers it, in the placeholder world.
func Request(ctx context.Context, d *provider.Definition, s *provider.Scenario) (*http.Request, error) {
	asked := s.Request
	req, err := http.NewRequestWithContext(ctx, asked.Method, d.BaseURL+asked.Target, http.NoBody)
	if err != nil {
		return nil, err
	}
	exchange.SetRequestBody(req, []byte(asked.Body))
	for name, value := range asked.Header {
		req.Header.Set(name, value)
	}
	switch asked.Credential {
	case provider.Valid:
		req.Header.Set("Authorization", "Bearer "+provider.Token)
	case provider.Wrong:
		req.Header.Set("Authorization", "Bearer "+provider.WrongToken)
	}
	if d.Origin && !asked.NoOrigin {
		req.Header.Set("Origin", d.BaseURL)
	}
	return req, nil
}

// Recorded returns a new request as the first one of a cassette.
func Recorded(ctx context.Context, file *cassette.File) (*http.Request, error) {
	asked := file.Exchanges()[0].Request
	req, err := http.NewRequestWithContext(ctx, asked.Method, asked.URL.String(), http.NoBody)
	if err != nil {
		return nil, err
	}
	exchange.SetRequestBody(req, asked.Body)
	req.Header = exchange.CloneHeader(asked.Header)
	return req, nil
}
