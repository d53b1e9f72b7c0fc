// Package exchange is the side of a client that the code under test sees, the
// same for a replay and for a recording:
//
//  1. [Client.Send] takes a private copy of a request, refuses what no cassette
//     can hold, reads the credential, and hands the request on as an argument.
//  2. [Client.Judge] reports what the vendor's contract says of an exchange.
//  3. [Redactor] writes requests as messages show them: without a credential.
//
// The package reports through the small interface [Reporter] and never imports
// testing, so that the command links it as well. It knows no vendor: that is
// package provider.
package exchange
