package webhooktest

import "example.com/webhookvcr/internal/change"

// Change changes a JSON body: the payload of an event, or the answer of a step. It
// reads as it is written in Go. [Set], [Remove], [Body] and [Duplicates] make one.
type Change = *change.Change

// Set puts a value in the place that a JSON pointer (RFC 6901) names, in the place of
// what is there; the object or list that holds it must exist. "-" stands for the place
// after a list's last entry, and "*", which stands for any place elsewhere, for none.
// The value is anything that encoding/json encodes, or its JSON text as bytes or
// json.RawMessage. What encoding/json would drop or replace without a word is an
// error: a struct without a field that it sees, a text that is not UTF-8.
//
// A change without an effect is an error: a value that is there already, or one that
// another change replaces. A member that the contract does not describe at that place is
// one as well, unless [AllowProblems] names it: vendors add members, and a test that
// does must say so. Where the contract describes no members any will do.
func Set(pointer string, value any) Change { return change.Set(pointer, value) }

// Remove takes out the member or the entry that a JSON pointer names, which must
// be there.
func Remove(pointer string) Change { return change.Remove(pointer) }

// Body puts a whole value in the place of the body: what [Set] takes, such as the bytes
// of a file that holds JSON.
func Body(value any) Change { return change.Body(value) }

// Duplicates lets the tenant deliver the event that many times more to each
// receiver that has acknowledged it, byte for byte, as a vendor may. It has no
// effect on a step, and is an error there.
func Duplicates(n int) Change { return change.Duplicates(n) }
