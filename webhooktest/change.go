package webhooktest

import "example.com/webhookvcr/internal/change"

// Change changes a JSON body: the payload of an event, or the answer of a step. It
// reads as it is written in Go. [Set], [Remove], [Body] and [Duplicates] make one.
type Change = *change.Change

// Set puts a value in the place that a JSON pointer names, in the place of what is
// there; the object or list that holds it must exist. "-" stands for the place
// after a list's last entry. The value is anything that encoding/json encodes.
func Set(pointer string, value any) Change { return change.Set(pointer, value) }

// Remove takes out the member or the entry that a JSON pointer names, which must
// be there.
func Remove(pointer string) Change { return change.Remove(pointer) }

// Body puts a whole value in the place of the body: anything that encoding/json
// encodes, or its JSON text as json.RawMessage, such as that of a file.
func Body(value any) Change { return change.Body(value) }

// Duplicates lets the tenant deliver the event that many times more to each
// receiver that has acknowledged it, byte for byte, as a vendor may. It has no
// effect on a step, and is an error there.
func Duplicates(n int) Change { return change.Duplicates(n) }
