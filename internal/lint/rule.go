package lint

import "slices"

// Severity says whether a finding fails the run.
type Severity string

// The severities. A run with an error has failed; warnings alone have not.
const (
	Error   Severity = "error"
	Warning Severity = "warning"
)

// Rule is one thing that a cassette can have wrong.
type Rule struct {
	// ID is stable: scripts may rely on it.
	ID       string
	Severity Severity
	// What is what the rule finds, Why what comes of it, Fix the next step.
	What, Why, Fix string
}

const (
	ruleLoad        = "load"
	ruleEmpty       = "empty"
	ruleV1          = "v1-format"
	ruleSecond      = "second-document"
	ruleIncomplete  = "incomplete"
	ruleUnknownKeys = "unknown-keys"
	ruleIDs         = "ids"
	ruleBodySave    = "body-save"
	ruleLength      = "content-length"
	ruleHeaderNames = "header-names"
	ruleForm        = "form-body"
	ruleFrozen      = "frozen-error"
	ruleAmbiguous   = "ambiguous"
	ruleKnown       = "secret-known"
	ruleName        = "secret-name"
	ruleShape       = "secret-shape"
	ruleMissed      = "missed-redaction"
	ruleTenant      = "tenant-data"
	rulePersonal    = "personal-data"
	ruleHeaderLost  = "header-lost"
	ruleContract    = "contract"
	ruleNews        = "contract-news"
	ruleUnsearched  = "not-searched"
)

var rules = []Rule{
	{ruleLoad, Error, "the file does not load as a go-vcr cassette, or replaying it would panic",
		"tests that use it fail, and go-vcr's message does not name the file",
		"correct the line that is named, or record the cassette again"},
	{ruleEmpty, Error, "the cassette holds no interactions",
		"go-vcr writes such a file when a recording run sent nothing, and every later request is then refused",
		"delete the file and record again, or drop the cassette if the test sends nothing"},
	{ruleV1, Error, "the cassette has format 1",
		"go-vcr v3 and v4 read format 2 only, and fail with type errors that do not say so",
		"record the cassette again with go-vcr v3 or v4"},
	{ruleSecond, Error, "a second YAML document follows the cassette",
		"go-vcr reads the first one and drops the rest without a word",
		"move the second document into a file of its own, or remove it"},
	{ruleIncomplete, Error, "an interaction lacks its method, its URL or a valid status code",
		"go-vcr replays it as status 0, or never: often a misspelt key",
		"correct the key, or record the cassette again"},
	{ruleUnknownKeys, Warning, "a key that go-vcr does not know",
		"go-vcr ignores it and loses it when it saves; a misspelt key replays as an empty value",
		"correct the key, or remove it"},
	{ruleIDs, Warning, "ids of interactions are missing, null or doubled",
		"messages and tools that name an interaction by its id name the wrong one",
		"number the interactions from 0 in order, on the level of request and response"},
	{ruleBodySave, Warning, "a body changes when go-vcr itself saves the cassette",
		"go-vcr's encoder loses leading newlines and writes some leading tabs so that the file no longer loads",
		"write the body as a double-quoted scalar, and do not let go-vcr save the file again"},
	{ruleLength, Warning, "a content length is not the length of the body",
		"clients that trust it read too little or report an unexpected EOF",
		"set the length to that of the body, or remove the header"},
	{ruleHeaderNames, Warning, "a header name is not written as net/http writes it",
		"a hand-made cassette or another tool's: Header.Get(\"Content-Type\") does not find content-type, and the client behaves otherwise than against the server",
		"write the name in its canonical form, such as Content-Type"},
	{ruleForm, Warning, "form and body of a request disagree",
		"one of them was edited or scrubbed and the other was not",
		"make them equal, and look whether the forgotten one holds a secret"},
	{ruleFrozen, Warning, "the cassette starts with a 401 or a 5xx",
		"a recording made with a dead credential or during an outage replays that for ever",
		"record again if no test is about that error"},
	{ruleAmbiguous, Warning, "requests with one method and URL have different bodies",
		"go-vcr's default matcher ignores bodies, so a test that changes order or body gets another request's answer",
		"replay with a matcher that compares bodies"},
	{ruleKnown, Error, "a credential or an id of the environment stands in the cassette",
		"it is your tenant's, and whoever reads the repository has it",
		"revoke a credential first, then scrub the value and record again"},
	{ruleName, Error, "a member, header, cookie or parameter named like a secret holds what is no placeholder",
		"a secret in a repository is a secret lost",
		"revoke the secret first, then replace it by a placeholder such as REDACTED, in the body and in form"},
	{ruleShape, Error, "a text has the form of a credential: a JSON Web Token, a private key, a service's key, a URL with user information",
		"a secret in a repository is a secret lost",
		"revoke the secret first, then replace it by a placeholder"},
	{ruleMissed, Warning, "one secret-named key holds many different values across the files",
		"redacted keys hold one or two values; many show that the redaction does not reach this key",
		"look at the named key and redact it, then record again"},
	{ruleTenant, Error, "an id or a host of a real tenant",
		"it names your organisation or your customer",
		"record with webhooktest, which replaces them, or replace organisation and host by example and sample-api"},
	{rulePersonal, Warning, "a mail address outside the domains reserved for examples",
		"it is somebody's personal datum",
		"replace it by an address below example.com"},
	{ruleHeaderLost, Warning, "the webhooktest header is missing where it is expected",
		"go-vcr drops the header when it saves; provider, scenario, source and accepted problems are lost with it",
		"restore the header from the history, or record again with webhooktest"},
	{ruleContract, Error, "an exchange breaks the provider's published contract",
		"a test against it proves that the code works with what the vendor never sends",
		"record again against the tenant, or correct the body"},
	{ruleNews, Warning, "a member, value or operation that the provider's contract does not list",
		"vendors add them, and so do typing errors in hand-written cassettes",
		"check that the name is the vendor's"},
	{ruleUnsearched, Warning, "a part of the cassette was too large or too deeply nested to be searched",
		"secrets in it would not be found",
		"record a smaller answer, or look at it by hand"},
}

// Rules returns the rules in the order in which they are documented.
func Rules() []Rule { return slices.Clone(rules) }

// ByID returns the rule of that id.
func ByID(id string) (Rule, bool) {
	i := slices.IndexFunc(rules, func(r Rule) bool { return r.ID == id })
	if i < 0 {
		return Rule{}, false
	}
	return rules[i], true
}
