package webhooktest

import (
	"fmt"

	"example.com/webhookvcr/internal/simulator"
)

// Change changes a JSON body: the payload of an event.
type Change func(*simulator.Edit) error

// Set puts a value in the place that a JSON pointer names, in the place of what is
// there; the object or list that holds it must exist. "-" stands for the place
// after a list's last entry. The value is anything that encoding/json encodes.
func Set(pointer string, value any) Change {
	return func(e *simulator.Edit) error { return e.Set(pointer, value) }
}

// Remove takes out the member or the entry that a JSON pointer names, which must
// be there.
func Remove(pointer string) Change {
	return func(e *simulator.Edit) error { return e.Remove(pointer) }
}

// Body puts a whole value in the place of the body: anything that encoding/json
// encodes, or its JSON text as json.RawMessage.
func Body(value any) Change {
	return func(e *simulator.Edit) error {
		if err := e.Put(value); err != nil {
			return fmt.Errorf("Body: %w", err)
		}
		return nil
	}
}

// Duplicates lets the tenant deliver the event that many times more to each
// receiver that has acknowledged it, byte for byte, as a vendor may.
func Duplicates(n int) Change {
	return func(e *simulator.Edit) error {
		if n < 1 {
			return fmt.Errorf("Duplicates(%d): give 1 or more, or leave it out", n)
		}
		e.Duplicates = n
		return nil
	}
}
