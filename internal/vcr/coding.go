package vcr

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"encoding/json"
	"io"
	"strings"
)

// coded reports whether a body is what its Content-Encoding says, as far as that
// can be told: of several codings, and of those unknown here, only that plain JSON
// is none of them.
func coded(encoding string, body []byte) bool {
	if len(body) == 0 {
		return true
	}
	switch strings.ToLower(strings.TrimSpace(encoding)) {
	case "", "identity":
		return true
	case "gzip", "x-gzip":
		z, err := gzip.NewReader(bytes.NewReader(body))
		return err == nil && readable(z)
	case "deflate":
		// The standard means zlib, some clients send the bare stream.
		if z, err := zlib.NewReader(bytes.NewReader(body)); err == nil {
			return readable(z)
		}
		return readable(flate.NewReader(bytes.NewReader(body)))
	}
	return !json.Valid(body)
}

// readable reports whether a stream can be read to its end, or to the length at
// which no cassette would hold it.
func readable(stream io.Reader) bool {
	_, err := io.Copy(io.Discard, io.LimitReader(stream, maxBody))
	return err == nil
}
