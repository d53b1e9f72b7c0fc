// Package provider holds what the module knows about each vendor, as data.
//
// A [Definition] names a vendor's base URL, the environment variables of a live
// recording, its operations with the schema of every documented body, the
// headers that may enter a cassette, and the scenarios that this module ships.
// The package knows nothing about HTTP transports, cassettes or tests: all others
// read it. docs/adding-a-provider.md says how to add a vendor; the completeness test
// in webhooktest lists what is still missing.
package provider

import (
	"io/fs"
	"slices"
	"strings"

	"example.com/webhookvcr/internal/pattern"
)

const (
	mediaJSON = "application/json"
	mediaHAL  = "application/hal+json"
)

// Definition is everything the module knows about one vendor.
type Definition struct {
	// Name is the vendor's directory below schemas, cassettes and golden, and
	// its name on the command line.
	Name string
	// Title is the vendor's own spelling of its name.
	Title string
	// BaseURL is the root of the API in the placeholder world, without a
	// trailing slash. Tests, cassettes and goldens hold no other host.
	BaseURL string
	// BaseVar is the environment variable with the tenant's base URL.
	BaseVar string
	// BaseDefault is the base URL of a live recording when BaseVar is unset;
	// empty when every tenant has a host of its own.
	BaseDefault string
	// TokenVar is the environment variable with the tenant's credential.
	TokenVar string
	// SessionCookie is a cookie that may carry the credential in place of the
	// Authorization header; empty when there is none.
	SessionCookie string
	// BareToken says that the Authorization header may hold the token alone, as
	// DevRev's own TypeScript SDK sends it.
	BareToken bool
	// Origin says that requests carry an Origin header with the base URL.
	Origin bool
	// MatchAccept says that the vendor tells answers apart by the media type
	// asked for, so that a cassette must as well.
	MatchAccept bool
	// Bindings are the exported placeholders and where their real values come from.
	Bindings []Binding
	// Operations are the documented API calls.
	Operations []Operation
	// Delivery is what the vendor sends to a webhook's URL; nil when its schema is not documented.
	Delivery *Delivery
	// Own is how scenarios of operations that write are recorded; nil when none is.
	Own *OwnWebhook
	// RequestHeaders are the request headers that enter a cassette, each with the
	// grammar that its value must have. One that departs keeps the recording from
	// being written.
	RequestHeaders []RequestHeader
	// MemberName is the style in which the vendor names the members of its JSON
	// objects: SnakeCase or CamelCase. The name of a member that the contract does
	// not describe stays in a cassette only in this style.
	MemberName NameStyle
	// Events are the vendor's public event ids, where a path or a name may hold
	// one. The list is open: others get placeholders.
	Events []string
	// ResponseHeaders are the response headers that enter a cassette, each with
	// the grammar that its value must have. Values that depart are dropped.
	ResponseHeaders map[string]HeaderGrammar
	// Vary names the vendor's own request headers, in small letters, that a Vary header may list.
	Vary []string
	// Volatile names response headers whose values differ between two requests a
	// second apart; they never make a recording count as changed.
	Volatile []string
	// Sentences are messages of the vendor that are public knowledge, and those that
	// the simulator answers in their place where no page shows one. They may stay in a
	// cassette as they are.
	Sentences []string
	// ErrorMembers are the members of the vendor's error body; an answer of
	// status 2xx that carries one of them and nothing of the documented object
	// is an error in disguise.
	ErrorMembers []string
	// RetryAfter is the JSON pointer of the error member that repeats the
	// Retry-After header; empty when there is none.
	RetryAfter string
	// ErrorTag is the member of the vendor's error body that says which error it is,
	// and which belongs to one status; empty when there is none.
	ErrorTag string
	// UnknownMember says how the vendor answers a request with a member or a query key
	// that it does not know; empty when no page says that it refuses one.
	UnknownMember string
	// RouteNotFound is the answer to an unknown route, an object without ErrorTag;
	// nil when none is documented.
	RouteNotFound *RouteNotFound
	// LoginPath is the path prefix of the sign-in page that a dead credential is
	// redirected to; empty when there is none.
	LoginPath string
	// Scenarios are the shipped scenarios, in the order of the table in docs/testing.md.
	Scenarios []Scenario
	// Schemas and Cassettes hold the vendor's files: schemas by their names,
	// cassettes as SCENARIO.yaml.
	Schemas, Cassettes fs.FS
	// IDs are the forms of ids that the vendor composes of parts. Ids of other forms need no entry.
	IDs []IDForm
	// EventMap is the JSON pointer of an object whose members are named by event
	// ids; empty when there is none.
	EventMap string
	// MinSecret and MaxSecret bound the secrets that a request may set, in bytes;
	// 0 when they are not documented.
	MinSecret, MaxSecret int
	// Marks are how a tenant of the vendor's is recognised in any text.
	Marks []Mark
}

// IDForm is how ids that are composed of parts are written and replaced. They are
// looked for in every text, and exchanged part by part.
type IDForm struct {
	// Form is the id with its parts in braces: {word} stays, {tenant} is replaced,
	// {type} stays and says what the next {id} is, and {id} is replaced. It begins
	// with a letter and ends with an id. Between two parts stands a separator that
	// is no byte of the first: a word and a type consist of letters, digits and _,
	// a tenant of letters, digits and -, an id of all these and of . ~ + =.
	// In a text the separators : and / may be escaped.
	Form string
	// More is what may follow, any number of times; it ends with an id.
	More string
	// Words are the words and types that stay; a text with another one is no id of this
	// form, and is replaced whole. Nil takes any.
	Words []string
	// First are the placeholders of the first id of a type, Names what the further
	// ones are called before their number, where not by the type itself. The empty
	// type stands for the tenant, and "id" for an id without a type.
	First, Names map[string]string
}

// RouteNotFound is the 404 of an unknown route: its member that holds a message of the vendor's.
type RouteNotFound struct{ Member, Message string }

// Mark is a form of text that gives a tenant away.
type Mark struct {
	// Pattern finds it; its first group is the tenant's own part.
	Pattern pattern.Pattern
	// Needle is part of every match: most texts lack it.
	Needle string
	// Placeholder stands in the place of the tenant's part.
	Placeholder string
	// What says what was found: "the host of a real tenant".
	What string
}

// Delivery is the documented message to a webhook's URL.
type Delivery struct {
	// Source is where the message is documented.
	Source string
	// Body and Response are the schemas of the message and of the receiver's answer,
	// files below schemas/NAME.
	Body, Response string
	// Tag is the member of the body that names the event. A member of that name
	// holds the event's payload.
	Tag string
	// Signature is the header with the signature of the body.
	Signature string
	// Handshake is the event by which the vendor asks a receiver to prove itself, and
	// Challenge the member of its payload that the answer repeats, under the same name.
	Handshake, Challenge string
}

// OwnWebhook is how a recording makes a webhook of its own, finds what it has left
// behind, and removes it. The requests are those of the placeholder world.
type OwnWebhook struct {
	Create, List, Delete Request
	// Placeholder stands for the webhook's id, which Delete names.
	Placeholder string
	// Created is the pointer of the new id in the answer to Create; empty means the
	// last segment of its Location header.
	Created string
	// At is the URL that the webhooks of recordings deliver to.
	At string
	// Listed is the pointer of the list in the answer to List. Each entry has its id
	// in the member id, and its URL in the member that URL names.
	Listed, URL string
}

// RequestHeader is a request header that enters a cassette.
type RequestHeader struct {
	Name    string
	Grammar HeaderGrammar
}

// NameStyle is how a vendor writes the names of members.
type NameStyle string

// The styles of names.
const (
	SnakeCase NameStyle = "snake_case" // created_by, id_v1
	CamelCase NameStyle = "camelCase"  // webHookId, _links
)

// HeaderGrammar names the form that a recorded header value must have.
type HeaderGrammar string

// The grammars of recorded response headers. Each is positive: what does not
// fit is dropped, so that a header cannot smuggle a value into a cassette.
const (
	MediaType  HeaderGrammar = "media type"  // type/subtype with a charset at most
	Number     HeaderGrammar = "number"      // digits, with a fraction at most
	RetryAfter HeaderGrammar = "retry after" // digits or an HTTP date
	Scheme     HeaderGrammar = "scheme"      // the first word of a challenge: Bearer
	Reference  HeaderGrammar = "reference"   // a URL or an id, rewritten to placeholders
	Tokens     HeaderGrammar = "tokens"      // a comma-separated list of header or method names
	MediaTypes HeaderGrammar = "media types" // a list of media types, each with a weight at most
	Date       HeaderGrammar = "date"        // YYYY-MM-DD
	Scope      HeaderGrammar = "scope"       // the one documented scope, beta
	Root       HeaderGrammar = "base URL"    // the base URL of the placeholder world
)

// Kind names what kind of value stands in a member; the schemas carry it in the
// keyword x-placeholder. It decides the form of the placeholder.
type Kind string

// The kinds of values that a recording replaces.
const (
	ID           Kind = "id"         // a vendor's id: DON, GUID or opaque
	DisplayID    Kind = "display_id" // a short id shown to people
	Secret       Kind = "secret"     // base64 of 8 to 32 bytes
	Key          Kind = "key"        // an opaque credential
	URL          Kind = "url"        // absolute or relative, staying what it is
	Mail         Kind = "mail"       // a mail address
	Name         Kind = "name"       // the name of a person, a file, an organisation
	Text         Kind = "text"       // free text, replaced by numbered text unless it is a known sentence
	Opaque       Kind = "opaque"     // an opaque reference without a documented form
	Word         Kind = "word"       // a name from the contract or the request; anything else is replaced
	Header       Kind = "header"     // the name of a header that a vendor sends: kept if it looks like one
	Event        Kind = "event"      // a vendor's event id: never replaced but for the bound one, by position
	Undocumented Kind = ""           // the contract does not describe it: replaced, whatever it is
)

// Class is what the contract says about one member of one body.
type Class struct {
	Kind Kind
	// Keep says that the value may stay as it is: a listed enum member, a
	// well-formed date, or a member that the user named in Keep.
	Keep bool
	// Kept says that the user named the member in Keep.
	Kept bool
	// Varies says that the user named the member in Varies.
	Varies bool
	// Documented says that the contract describes the member.
	Documented bool
}

// Binding is an exported placeholder whose real value a live recording must know.
type Binding struct {
	// Placeholder is the exported value.
	Placeholder string
	// Var is the environment variable with the real value.
	Var  string
	Kind Kind
	// Variable is the path variable of the operations that the value fills, or
	// empty: DVELOP_EVENT_ID is replaced by position only.
	Variable string
	// Lookup finds the real value when Var is unset; nil makes Var required.
	Lookup *Lookup
}

// Lookup is an unrecorded request whose answer holds the value of a binding.
type Lookup struct {
	Method, Path, Body string
	// Pointers are the JSON pointers tried in turn.
	Pointers []string
	// What describes the value for people: "the first webhook listed".
	What string
}

// Operation is one API call, under the vendor's own name for it.
type Operation struct {
	Name string
	// Source is the public page that documents the operation, or what is known
	// of it when there is none.
	Source string
	Forms  []Form
	// Responses are the documented answers. Status 0 is never used.
	Responses []Response
	// Exclusive are members of the request that stand without certain others.
	Exclusive []Exclusive
	// Echo ties an id of the request to one of the answer; nil when none is.
	Echo *Echo
	// Writes says that the operation changes the tenant. Its scenarios are recorded
	// on a tenant only when asked for, and on a webhook made for it.
	Writes bool
	// Members are the documented members of a successful answer, one of which
	// must be there at least; empty when the schema requires some.
	Members []string
}

// Form is one way to call an operation.
type Form struct {
	Method string
	// Path is a template with variables in braces, from the root of the base URL.
	Path string
	// Body is the schema of the JSON request body, a file below schemas/NAME;
	// empty when the operation takes no body.
	Body string
	// Query is the schema of the query, read as an object whose members are
	// strings; empty when the operation takes no query.
	Query string
}

// Response is a documented answer.
type Response struct {
	Status int
	// MediaTypes are the documented media types; none means that the vendor
	// documents no body for this status.
	MediaTypes []string
	// Schema is the schema of the body, a file below schemas/NAME; empty when the
	// vendor documents the status but not its body.
	Schema string
	// Strict is the schema of the inferred profile; empty when there is none.
	Strict string
	// Empty says that the answer has no body.
	Empty bool
	// Headers are response headers that the vendor documents as always there.
	Headers []string
}

// Exclusive is a rule that a vendor states in prose only: in the object at a JSON
// pointer, a member stands without the others.
type Exclusive struct {
	Object, Member string
	Others         []string
}

// Echo says where a request names the object that the answer must be about.
type Echo struct {
	// Request is the member of the body or query that holds the id.
	Request string
	// Variable is the path variable that holds the id.
	Variable string
	// Response is the JSON pointer of the id in a successful answer.
	Response string
	// FoldCase compares without regard to case, as GUIDs are compared.
	FoldCase bool
}

// Credential says what a scenario does with the credential.
type Credential int

// What a scenario sends as its credential.
const (
	Valid   Credential = iota // the tenant's
	Missing                   // none
	Wrong                     // one that no tenant knows
)

// Scenario is a named, shipped cassette.
type Scenario struct {
	// Name is OPERATION/STATUS[-VARIANT].
	Name    string
	Summary string
	// Request is what the scenario sends; the answer below is what comes back.
	Request Request
	Status  int
	// MediaType is the media type of the answer; empty for an answer without one.
	MediaType string
	// Type is the member "type" of the answer's body, where errors have one.
	Type string
	// Live says that the request alone provokes the answer on a tenant; others
	// exist as simulated cassettes only, and How says why.
	Live bool
	// How says in a sentence how the answer is provoked.
	How string
	// Switch puts the simulator into the state that the scenario needs.
	Switch string
	// Follow says that the scenario follows the redirect that it meets, so that
	// its cassette holds the page behind it as well.
	Follow bool
	// Also names scenarios whose requests get this scenario's answer too. An
	// error that only a malformed request provokes can so be shown to a client
	// that never sends one.
	Also []string
	// Expects are the breaches of contract that the scenario demonstrates.
	Expects []ExpectedProblem
	// Varies are the pointers of the request's members that are another caller's to
	// choose: its cassette answers any value of the same form there.
	Varies []string
}

// Request is a scenario's request, in the placeholder world.
type Request struct {
	Method string
	// Target is the path with its query, from the root of the base URL.
	Target     string
	Header     map[string]string
	Body       string
	Credential Credential
	// NoOrigin leaves the Origin header out where the provider adds it.
	NoOrigin bool
}

// ExpectedProblem names one expected problem.
type ExpectedProblem struct {
	// In is "request" or "answer".
	In string
	// Pointer is the JSON pointer of the member; for a header or a query key it is the name.
	Pointer string
}

// StartsID says whether a text begins as the composed ids of some vendor do.
func StartsID(s string) bool {
	return slices.ContainsFunc(All(), func(d *Definition) bool {
		return slices.ContainsFunc(d.IDs, func(f IDForm) bool {
			start, _, _ := strings.Cut(f.Form, "{")
			return strings.HasPrefix(s, start)
		})
	})
}

// All returns the known vendors, in alphabetical order of their names.
func All() []*Definition { return []*Definition{&DevRev, &DVelop} }

// below returns the files of one vendor.
func below(files fs.FS, name string) fs.FS {
	sub, err := fs.Sub(files, name)
	if err != nil {
		panic("provider: " + err.Error()) // the names of this package are valid
	}
	return sub
}

// ByName returns the vendor of that name, or nil.
func ByName(name string) *Definition {
	for _, d := range All() {
		if d.Name == name {
			return d
		}
	}
	return nil
}

// first returns the first of all that is meant, or nil.
func first[T any](all []T, meant func(*T) bool) *T {
	for i := range all {
		if meant(&all[i]) {
			return &all[i]
		}
	}
	return nil
}

// Scenario returns the scenario of that name, or nil.
func (d *Definition) Scenario(name string) *Scenario {
	return first(d.Scenarios, func(s *Scenario) bool { return s.Name == name })
}

// Operation returns the operation of that name, or nil.
func (d *Definition) Operation(name string) *Operation {
	return first(d.Operations, func(op *Operation) bool { return op.Name == name })
}

// Response returns the documented answer of that status, or nil.
func (o *Operation) Response(status int) *Response {
	return first(o.Responses, func(r *Response) bool { return r.Status == status })
}

// Asked returns the scenario whose request a recording of that name answers, or nil: the
// one of that name, or behind "STATUS-for-" the one that was answered otherwise.
func (d *Definition) Asked(recording string) *Scenario {
	operation, name, _ := strings.Cut(recording, "/")
	if _, asked, otherwise := strings.Cut(name, "-for-"); otherwise {
		recording = operation + "/" + asked
	}
	return d.Scenario(recording)
}

// Inferred reports whether there is an inferred profile of the vendor's answers.
func (d *Definition) Inferred() bool {
	return slices.ContainsFunc(d.Operations, func(op Operation) bool {
		return slices.ContainsFunc(op.Responses, func(r Response) bool { return r.Strict != "" })
	})
}
