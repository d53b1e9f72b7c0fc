package contract

import (
	"fmt"
	"strings"
)

// sentences has one sentence for each rule, by its id, and for each keyword of
// JSON Schema of which [Problem.Message] does not say "is FOUND, expected
// EXPECTED".
var sentences = map[string]string{
	"required":             "is missing, but required",
	"additionalProperties": "is not allowed: the contract closes this object",
	"maxItems":             "has {found}, expected {expected}",
	"schema":               "is {found}, which does not fit the schema",
	"schema-file":          "cannot be checked: {found}",
	"more":                 "has {found} more problems than the {expected} that are listed",

	// What is asked of a body before its schema.
	"json":            "is {found}",
	"trailing":        "goes on after the JSON value; one value was expected",
	"byte-order-mark": "starts with a byte order mark, which JSON does not allow",
	"utf-8":           "is not valid UTF-8, as JSON must be",
	"doubled":         "stands more than once; a reader may take either",
	"max-bytes":       "has {found} bytes; a body of more than {expected} is not checked",
	"max-depth":       "nests deeper than the {expected} levels that are checked",
	"max-values":      "is value number {found}; a body of more than {expected} values is not checked",
	"max-name":        "has a member with a name of {found} bytes; more than {expected} are not checked",
	"max-digits":      "is a number of {found} characters; more than {expected} are not checked",
	"max-exponent":    "is a number with an exponent of more than {expected} digits, which is not checked",

	// What a body must be, beside its schema.
	"members":          "is {found}, but {expected}",
	"no-members":       "has none of the documented members {expected}",
	"error-type":       "is {found}, but {expected}",
	"unknown-route":    "is missing: this is the answer to an unknown route, not to an unknown object; is the request's path right?",
	"other-object":     "is {found} than {expected}: the answer is about another object",
	"retry-after-body": "is {found}, but {expected}",
	"secret":           "is not {expected}",
	"exclusive":        "stands beside {found}, which excludes it",
	"payload":          "is {found}, but {expected}",
	"other-payload":    "is the payload of another event than {expected}",

	// What comes with a body.
	"url":              "has no URL",
	"operation":        "{found} is no documented operation of {expected}",
	"status":           "has {found}, but {expected}",
	"body":             "has {found}, but {expected}",
	"media-type":       "is {found}, expected {expected}",
	"other-media-type": "is {found}, documented is {expected}",
	"charset":          "says that the body is {found}, expected {expected}, as JSON is",
	"header":           "is missing, but {expected}",
	"retry-after":      "is {found}, expected {expected}",
	"repeated":         "stands {found}, expected {expected}",
	"undocumented":     "is not documented",
	"no-query":         "is not documented: {expected}",
	"unknown-member":   "is not documented, and refused: {expected}",
	"query":            "has a query that cannot be decoded",

	// What HTTP and a vendor's gateway ask of a request's headers. Whoever sees the
	// request as it was sent checks that: here its credentials are gone.
	"host":             "is another than the URL's, so that the request asks another server than the one it goes to",
	"content-encoding": "names an encoding that the body does not have",
	"origin":           "is not the base URL that the request goes to, as {expected} demands",
	"user-information": "stands in the URL as user information, which {expected} does not document; send Authorization: Bearer",
	"token":            "holds {found}, but {expected} asks for one",
	"token-form":       "holds {found}; expected {expected}",
	"unknown-token":    "holds a token that no tenant knows; send webhooktest.Token",
	"scheme":           "lacks the scheme Bearer, which {expected} documents",
	"scheme-twice":     "names the scheme Bearer twice, expected once",
	"other-scheme":     "has another scheme than Bearer, the one that {expected} documents",
}

// Message says what was found and what was expected, and quotes no more than the fields do.
func (p Problem) Message() string {
	sentence, ok := sentences[p.Keyword]
	switch {
	case ok:
	case p.Expected == "":
		sentence = fmt.Sprintf("is {found}, which does not fit the keyword %q", p.Keyword)
	default:
		sentence = "is {found}, expected {expected}"
	}
	if p.Hint != "" {
		sentence += "; {hint}"
	}
	return strings.NewReplacer("{found}", p.Found, "{expected}", p.Expected, "{hint}", p.Hint).Replace(sentence)
}
