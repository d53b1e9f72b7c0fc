// Package replay answers requests from cassettes, offline.
//
//  1. [NewIndex] prepares a cassette: from the canonical form of a request to the
//     interactions that answer it, in constant time and once per process.
//  2. A [Sequence] is what one test uses of them: each request takes the first
//     unused interaction that matches it. Members that vary are bound to what the
//     test sends.
//  3. [Transport] checks the exchange against the contract and hands the caller an
//     answer of its own, or a [MissError] that explains what comes nearest.
//
// Between the transport and the sequence stands a go-vcr recorder, and in this
// direction it does nothing but pass the request on: a recorder of go-vcr's own
// would parse a file for every test and search it from its start for every
// request. It is kept because this module is built on go-vcr's recorders, so that
// a request takes one path in both directions, and a hook has one place.
package replay
