package drift

import "regexp"

// numbered finds the numbers of placeholders: the counting part of GUIDs,
// user-2, text 3, and base64 of "placeholder-" and a number. A stem has three
// letters or is "id", so that the "us-1" of a region keeps its number. GUIDs
// come first, for "cccccccc-0000" looks like a stem and a number.
var numbered = regexp.MustCompile(`((?i:\b[0-9a-f]{8}-0000-4000-8000-)|\bid-|[a-z]{3,}[- ])[0-9]+\b|(cGxhY2Vob2xkZXIt)[A-Za-z0-9+/]+=*`)

// mask leaves out the numbers of placeholders, which follow the order in which
// values were met and say nothing about them.
func mask(s string) string { return numbered.ReplaceAllString(s, "${1}${2}#") }
