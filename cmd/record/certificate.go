package main

import (
	"crypto/tls"

	"example.com/webhookvcr/internal/record"
)

// distrust says why a certificate was refused, and how to have an authority trusted.
func distrust(err *tls.CertificateVerificationError) string {
	why := record.Distrust(err)
	if why == record.Untrusted {
		why += " (SSL_CERT_FILE names a file with an authority of your own)"
	}
	return why
}
