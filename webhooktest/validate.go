package webhooktest

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"path"
	"slices"
	"strings"

	"example.com/webhookvcr/internal/contract"
)

// ContractError carries every problem of one exchange: those that break the
// contract (violations of the schema, and documented rules that no schema
// states) and those that are merely news (undocumented members, unlisted enum
// values). Its text is safe to print: it quotes no values of the body but short
// words in the place of an enum's.
type ContractError struct {
	Provider  string
	Operation string
	Status    int
	Problems  []Problem
}

func (e *ContractError) Error() string {
	lines := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		lines[i] = p.String()
	}
	return fmt.Sprintf("%s %s answered %d, against the contract:\n\t%s", e.Provider, e.Operation, e.Status, strings.Join(lines, "\n\t"))
}

// maxBody bounds the bodies that are read for validation, in bytes.
const maxBody = 10 << 20

// Validate checks an answer against the vendor's contract: the schema of its
// operation, status and media type, and the documented rules. resp.Request must
// be there, as it is in every answer of net/http; resp.Body stays readable.
//
// The error is a *[ContractError] when the answer breaks the contract. An
// operation or status that the vendor does not document is an error, never nil;
// undocumented members and unlisted enum values alone are not; [OnNews] gets
// them. The options apply to this call, beside those of [Provider.With].
func Validate(p Provider, resp *http.Response, opts ...Option) error {
	p = p.With(opts...)
	if err := p.ready(forValidate); err != nil {
		return err
	}
	switch {
	case resp == nil:
		return fmt.Errorf("there is no response to validate")
	case resp.Request == nil || resp.Request.URL == nil:
		return fmt.Errorf("the response has no Request, so its operation is unknown; use ValidateBody, which takes the operation's name")
	}
	raw, err := keepBody(&resp.Body)
	if err != nil {
		return err
	}
	body, err := plain(resp.Header, raw)
	if err != nil {
		return err
	}
	req := contract.Request{Method: resp.Request.Method, URL: resp.Request.URL, Header: resp.Request.Header}
	if req.Method == "" {
		req.Method = http.MethodGet
	}
	if resp.Request.GetBody != nil {
		if again, err := resp.Request.GetBody(); err == nil {
			req.Body, _ = keepBody(&again)
		}
	}
	route, ok := p.def.Find(req.Method, req.URL)
	if !ok {
		return fmt.Errorf("%s %s is no operation that %s documents, so nothing is known of its answer", req.Method, path.Clean("/"+req.URL.Path), p.def.Title)
	}
	problems := contract.CheckResponse(p.def, req, contract.Response{Status: resp.StatusCode, Header: resp.Header, Body: body}, p.options.strict)
	return p.contractError(route.Operation.Name, resp.StatusCode, problems)
}

// ValidateBody checks a body against the schema that the vendor documents for an
// operation ("webhooks.get"), a status (200) and a media type
// ("application/json"; empty for the documented one). The error is a
// *[ContractError] when the body breaks the contract; an unknown operation or an
// undocumented status is an error that lists what there is.
func ValidateBody(p Provider, operation string, status int, mediaType string, body []byte, opts ...Option) error {
	p = p.With(opts...)
	if err := p.ready(forValidateBody); err != nil {
		return err
	}
	problems, err := contract.CheckBody(p.def, operation, status, mediaType, body, p.options.strict)
	if err != nil {
		return err
	}
	return p.contractError(operation, status, problems)
}

func (p Provider) contractError(operation string, status int, found []contract.Problem) error {
	problems := p.public(found)
	p.news(problems)
	if !slices.ContainsFunc(problems, Problem.Fails) {
		return nil
	}
	return &ContractError{Provider: p.def.Title, Operation: operation, Status: status, Problems: problems}
}

// keepBody reads a body and leaves an equal one in its place, also when it
// cannot be read to its end.
func keepBody(body *io.ReadCloser) ([]byte, error) {
	if *body == nil || *body == http.NoBody {
		return nil, nil
	}
	original := *body
	data, err := io.ReadAll(io.LimitReader(original, maxBody+1))
	if err != nil || len(data) > maxBody {
		rest := io.Reader(original)
		if err != nil {
			rest = failed{err}
		}
		*body = struct {
			io.Reader
			io.Closer
		}{io.MultiReader(bytes.NewReader(data), rest), original}
		if err != nil {
			return nil, unreadable{err}
		}
		return nil, fmt.Errorf("the body is larger than %d MiB, and a body of that size is not checked", maxBody>>20)
	}
	*body = struct {
		io.Reader
		io.Closer
	}{bytes.NewReader(data), original}
	return data, nil
}

// unreadable says that a body broke off before its end.
type unreadable struct{ err error }

func (u unreadable) Error() string { return "the body cannot be read: " + u.err.Error() }
func (u unreadable) Unwrap() error { return u.err }

// failed is the end of a body that broke off.
type failed struct{ err error }

func (f failed) Read([]byte) (int, error) { return 0, f.err }

// plain decodes a body as far as the standard library can: a client that asks
// for gzip itself gets it, and the contract is about what is inside.
func plain(header http.Header, body []byte) ([]byte, error) {
	switch encoding := strings.ToLower(strings.TrimSpace(header.Get("Content-Encoding"))); encoding {
	case "", "identity":
		return body, nil
	case "gzip", "x-gzip":
		if len(body) == 0 {
			return nil, nil
		}
		z, err := gzip.NewReader(bytes.NewReader(body))
		if err != nil {
			return nil, fmt.Errorf("the body is not the gzip that its header says: %w", err)
		}
		inside := io.NopCloser(z)
		return keepBody(&inside)
	default:
		return nil, fmt.Errorf("the body has a Content-Encoding other than gzip, so its contract cannot be checked")
	}
}
