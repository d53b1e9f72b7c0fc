package exchange

import (
	"io"
	"net/http"
	"slices"

	"example.com/webhookvcr/internal/contract"
)

// Direct is the http.RoundTripper of a client whose requests go to a server as
// they are: the code under test talks to a simulated tenant.
type Direct struct {
	Client
	server http.RoundTripper
}

// NewDirect returns a transport to a server of the placeholder world.
func NewDirect(c Config, server http.RoundTripper) *Direct {
	describe := func(req *http.Request) string { return Describe(c.Definition, req) }
	return &Direct{Client: Client{Config: c, Describe: describe}, server: server}
}

// RoundTrip implements http.RoundTripper.
func (d *Direct) RoundTrip(req *http.Request) (*http.Response, error) {
	d.Report.Helper()
	return d.Send(req, func(r *Request) (*http.Response, error) {
		d.Report.Helper()
		sent := d.copy(r)
		resp, err := d.server.RoundTrip(sent)
		if err != nil {
			return nil, err
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			return nil, err
		}
		SetBody(resp, string(body))
		resp.Request = req
		asked := contract.Request{Method: sent.Method, URL: sent.URL, Header: sent.Header, Body: r.Body}
		answer := contract.Response{Status: resp.StatusCode, Header: resp.Header, Body: body}
		problems := slices.Concat(r.Problems, contract.CheckRequest(d.Definition, asked), contract.CheckResponse(d.Definition, asked, answer, d.Strict))
		if len(problems) > 0 {
			d.Judge(d.Describe(req)+" (simulated)", d.Excuse(nil, nil, problems))
		}
		return resp, nil
	})
}
