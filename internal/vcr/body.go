package vcr

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// maxBody bounds the bodies that a client holds in memory.
const maxBody = 10 << 20

// readBody reads and closes the body of a request, as every transport must,
// also when the request goes no further.
func (f *Front) readBody(req *http.Request) ([]byte, error) {
	defer closeBody(req)
	if req.Context().Err() != nil {
		return nil, context.Cause(req.Context())
	}
	if req.Body == nil || req.Body == http.NoBody {
		return nil, nil
	}
	if n := req.ContentLength; n > 0 && n <= maxBody {
		body := make([]byte, n)
		switch m, err := io.ReadFull(req.Body, body); err {
		case nil:
		case io.EOF, io.ErrUnexpectedEOF:
			return nil, fmt.Errorf("http: ContentLength=%d with Body length %d", n, m)
		default:
			return nil, err
		}
		if extra, _ := io.ReadFull(req.Body, make([]byte, 1)); extra > 0 {
			return nil, fmt.Errorf("http: ContentLength=%d with a longer Body", n)
		}
		return body, nil
	}
	body, err := io.ReadAll(io.LimitReader(req.Body, maxBody+1))
	if err != nil {
		return nil, err
	}
	if len(body) > maxBody {
		return nil, fmt.Errorf("%s has a body of more than %d MiB; a cassette is no place for it", f.describe(req), maxBody>>20)
	}
	return body, nil
}

func closeBody(req *http.Request) {
	if req.Body != nil {
		req.Body.Close()
	}
}

// setBody gives an answer a body of its own, with the length that it has: the
// recorded one may be that of the body before it was scrubbed.
func setBody(resp *http.Response, body string) {
	resp.ContentLength = int64(len(body))
	if resp.Header.Get("Content-Length") != "" {
		resp.Header.Set("Content-Length", itoa(len(body)))
	}
	if body == "" {
		resp.Body = http.NoBody
		return
	}
	resp.Body = io.NopCloser(strings.NewReader(body))
}

// setNoBody is setBody for the answer to a HEAD request: its length is that of
// the body which a GET would have had, as the header says.
func setNoBody(resp *http.Response, body string) {
	resp.Body, resp.ContentLength = http.NoBody, int64(len(body))
	if n, err := strconv.ParseInt(resp.Header.Get("Content-Length"), 10, 64); err == nil {
		resp.ContentLength = n
	}
}

func setRequestBody(req *http.Request, body []byte) {
	req.Body, req.GetBody, req.ContentLength = http.NoBody, nil, int64(len(body))
	if len(body) > 0 {
		text := string(body)
		req.Body = io.NopCloser(strings.NewReader(text))
		req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }
	}
}

func itoa(n int) string { return strconv.Itoa(n) }
