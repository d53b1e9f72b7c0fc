// Package record records exchanges with a tenant.
//
//  1. [Transport] refuses what must not be recorded, and puts placeholders in the
//     place of what a test declares to vary.
//  2. A go-vcr recorder captures what passes. Nobody calls its Stop:
//     [Recording.Commit] saves.
//  3. Below the recorder the placeholders become the tenant's values, the
//     tenant's credential is added, and the values of the answer become
//     placeholders again. go-vcr, the cassette and the test see placeholders only.
//  4. [Recording.Commit] runs the gate: every token of every exchange needs an
//     [Account]. It shares no code with the exchange of values.
//
// The package does not decide which file a test records to, nor whose tenant is
// asked.
package record
