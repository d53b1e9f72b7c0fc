// Package serve answers requests over HTTP from a replay, in the place of a
// vendor's server, and keeps a log of them.
//
//  1. [Front] stands before a handler that is open to a network, and answers what is
//     no request to the vendor.
//  2. [Server] passes each request on to a transport, and writes what comes back: an
//     answer, a fault, or why there is none.
//  3. [Log] is such a transport. It answers from a sequence and remembers every
//     exchange, without credentials: [LogPath] shows them, and [StreamPath] as they come.
//
// The package asks no tenant, and listens on no address: that is its callers' to do.
package serve
