package session

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A certificate is refused for its authority, its name or its time, and only the first
// is a matter of SSL_CERT_FILE.
func TestDistrust(t *testing.T) {
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	defer server.Close()
	authorities := x509.NewCertPool()
	authorities.AddCert(server.Certificate())
	later := func() time.Time { return server.Certificate().NotAfter.Add(time.Hour) }
	earlier := func() time.Time { return server.Certificate().NotBefore.Add(-time.Hour) }
	elsewhere := strings.Replace(server.URL, "127.0.0.1", "localhost", 1)
	for want, c := range map[string]struct {
		url    string
		config []*tls.Config
	}{
		"its certificate is not trusted (SSL_CERT_FILE names a file with an authority of your own)": {server.URL, []*tls.Config{{}}},
		"its certificate is for another host name than the URL's":                                   {elsewhere, []*tls.Config{{RootCAs: authorities}}},
		"its certificate has expired, or is not valid yet by the clock of this machine": {
			server.URL, []*tls.Config{{RootCAs: authorities, Time: later}, {RootCAs: authorities, Time: earlier}},
		},
	} {
		for _, config := range c.config {
			transport := &http.Transport{TLSClientConfig: config}
			req, err := http.NewRequest(http.MethodGet, c.url, nil)
			require.NoError(t, err)
			_, err = transport.RoundTrip(req)
			var refused *tls.CertificateVerificationError
			require.True(t, errors.As(err, &refused), "%v", err)
			assert.Equal(t, want, Distrust(refused))
			assert.Equal(t, want, networkReason(&UnreachableError{err}, err))
			assert.NotContains(t, want, "localhost")
		}
	}
}
