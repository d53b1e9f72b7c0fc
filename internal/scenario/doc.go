// Package scenario turns the steps of a sequence, as a person writes them, into
// what package replay answers from.
//
//  1. A step is read: "always:webhooks.get/200" is a name with a modifier.
//  2. Its name is looked up: a scenario of the [Library], or, where paths are
//     allowed, a cassette file or a directory of them.
//  3. The sequence is judged as a whole: a step that can never get a request is
//     a mistake.
//
// It replays nothing, and it knows no command line and no test: how the steps
// are spelt in messages is the caller's [Words].
package scenario
