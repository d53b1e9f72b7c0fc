package goldentest

import (
	"errors"
	"fmt"
	"reflect"

	"example.com/webhookvcr/internal/jsontext"
)

// maxHidden bounds the places that an error names.
const maxHidden = 10

// hidden returns an error for what a value holds and its JSON, which there is,
// does not show: different values would get the same golden.
func hidden(got any) error {
	var all []error
	for _, l := range jsontext.Lost(got, maxHidden) {
		what := "is a text that is not valid UTF-8, in which JSON does not tell bytes apart; expected one that is, or use AssertBytes"
		switch {
		case l.Type != nil && l.Type.Implements(reflect.TypeFor[error]()):
			what = fmt.Sprintf("is an error, a %s, which encodes as {} whatever it says; expected a value: use its text", l.Type)
		case l.Type != nil:
			what = fmt.Sprintf("is a %s, which encodes as {} whatever it holds: JSON shows none of its fields; expected a value that it shows", l.Type)
		case l.Key != "":
			what = fmt.Sprintf("has a key, %q, that is not valid UTF-8, in which JSON does not tell bytes apart; expected one that is", l.Key)
		}
		all = append(all, fmt.Errorf("got%s %s", l.Path, what))
	}
	return errors.Join(all...)
}
