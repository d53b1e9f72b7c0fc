// Package vcr records and replays exchanges through unmodified go-vcr
// recorders. It is the only package that imports go-vcr.
//
// A client's request passes three stations:
//
//  1. [Front] takes a private copy of the request, checks it against the
//     vendor's contract, takes the credential out of it and drops every header
//     that may not enter a cassette. On the way back it checks the answer,
//     explains a miss, and hands the caller a response of its own.
//  2. A go-vcr recorder. While recording it captures what passes
//     (ModeRecordOnly; nobody ever calls its Stop, [Recording.Commit] saves).
//     While replaying it forwards to an index over cassette.Interaction values
//     (ModePassthrough needs no file and writes none), so that an answer is
//     found in constant time and no file is parsed twice in a process.
//  3. While recording, the wire: it exchanges placeholders for the tenant's
//     values, adds the tenant's credential, sends, and exchanges the values of
//     the answer for placeholders. go-vcr, the cassette and the test see
//     placeholders only.
//
// The package reports through the small interface [Reporter] and never imports
// testing, so that the command links it as well. It does not decide which file
// a test records to, and it knows no vendor: that is package provider.
package vcr
