package placeholder

import "fmt"

// Spelling writes an option as whoever reads a message can give it: with the place
// that it is to name, or alone when that is empty. It is "" when there is no such
// way, and a message then leaves the advice out. Seed alone is written as what to do
// about an id that a recording cannot know.
type Spelling = func(option, place string) string

// InGo is the spelling of package webhooktest.
func InGo(option, place string) string {
	switch {
	case option == "Seed" && place == "":
		return fmt.Sprintf("send an exported placeholder, an id from an earlier answer, or one of a made-up namespace (%q, %q), or enter it as a seed", "…:webhook/"+madeUpID+"…", madeUpGUID+"…")
	case place == "":
		return option
	}
	return fmt.Sprintf("%s(%q)", option, place)
}
