// Package receivertest asks receivers of webhooks the questions that a vendor's
// pages, and the bugs of other receivers, give reason to ask.
package receivertest
