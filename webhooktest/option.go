package webhooktest

import (
	"errors"
	"io/fs"
	"net/http"
	"slices"

	"example.com/webhookvcr/internal/provider"
)

// Option changes how a provider's clients behave; see [Provider.With].
type Option func(*options)

// option remembers that an option was given, for the check that it has an effect.
func option(name string, apply Option) Option {
	return func(o *options) {
		o.used = append(o.used, name)
		apply(o)
	}
}

type options struct {
	allowUnused   bool
	allowProblems []string
	acceptDrift   bool
	redact, keep  []string
	varies        []string
	inOrder       bool
	seeds         []provider.Seed
	scenarios     fs.FS
	onRequest     func(*http.Request)
	transport     http.RoundTripper
	noDefaults    bool
	strict        bool
	onNews        func(Problem)
	used          []string // the options given, by name
	mistakes      []error  // of the options
}

func (o options) clone() options {
	o.allowProblems = slices.Clone(o.allowProblems)
	o.redact, o.keep, o.varies = slices.Clone(o.redact), slices.Clone(o.keep), slices.Clone(o.varies)
	o.seeds = slices.Clone(o.seeds)
	o.used, o.mistakes = slices.Clone(o.used), slices.Clone(o.mistakes)
	return o
}

// AllowUnused lets a test end with recorded answers that nobody asked for: for
// code that stops early by design.
func AllowUnused() Option {
	return option("AllowUnused", func(o *options) { o.allowUnused = true })
}

// AllowProblems lets breaches of the contract at these JSON pointers pass, in
// requests and answers: for a breach that is known and waits for its repair. "*"
// stands for any one member or index. A header or query key is named as such.
func AllowProblems(pointers ...string) Option {
	return option("AllowProblems", func(o *options) { o.allowProblems = append(o.allowProblems, pointers...) })
}

// AcceptDrift writes a recording whose answers break the published contract, and
// lists the breaches in the cassette, so that replays fail on new ones only: for
// the day on which the vendor has changed. When replaying it does nothing.
func AcceptDrift() Option {
	return option("AcceptDrift", func(o *options) { o.acceptDrift = true })
}

// Redact replaces the strings at these JSON pointers of answers when recording,
// also where the contract knows nothing sensitive: for a member that your tenant
// fills with something private. "*" stands for any one member or index.
func Redact(pointers ...string) Option {
	return option("Redact", func(o *options) { o.redact = append(o.redact, pointers...) })
}

// Keep lets the strings at these JSON pointers of requests and answers into the
// cassette as they are: for undocumented members, which are replaced otherwise,
// and for text that a test must see or send. "*" stands for any one member or
// index, and "?name" for a value of a request's query. What the contract does not
// describe, and an id, a URL, a name or a mail address, stays only if the pointer
// names that very member, not an object around it. A member that the contract marks as a credential never stays, and a
// known credential inside another text is replaced all the same.
func Keep(pointers ...string) Option {
	return option("Keep", func(o *options) { o.keep = append(o.keep, pointers...) })
}

// Varies declares that the strings at these JSON pointers of requests differ from
// run to run: random secrets, generated names, the URL of a receiver on a port of
// its own. Whatever else a test sends is compared when it is replayed; these are
// bound by their form: base64 of 8 to 32 bytes for a secret, an absolute or a
// relative URL, a mail address, any text. Within a replay what was equal when it
// was recorded must be equal, and what was different different, and an answer
// that repeats such a value repeats the one that was sent. The cassette lists the
// pointers. "*" stands for any one member or index, and "?name" for a value of
// the query.
func Varies(pointers ...string) Option {
	return option("Varies", func(o *options) { o.varies = append(o.varies, pointers...) })
}

// InOrder lets requests be answered only in the order of the steps, or of the
// cassette: a request that comes before one that was recorded before it fails
// the test. Without it, equal requests get their answers in the order of the
// recording, and different ones may come in any order.
func InOrder() Option {
	return option("InOrder", func(o *options) { o.inOrder = true })
}

// Seed names a placeholder of your own and the environment variable that gives
// its real value when recording: for a second webhook, or an id that a test must
// send before an answer has shown it.
func Seed(placeholder, variable string) Option {
	return option("Seed", func(o *options) {
		o.seeds = append(o.seeds, provider.Seed{Placeholder: placeholder, Var: variable, Kind: provider.ID})
	})
}

// Scenarios replays your own recorded scenarios where fsys has them, and the
// shipped ones otherwise. fsys holds what record refresh --out wrote:
// PROVIDER/OPERATION/SCENARIO.yaml. A cassette there that has the name of no
// scenario is an error.
func Scenarios(fsys fs.FS) Option {
	return option("Scenarios", func(o *options) {
		if o.scenarios = fsys; fsys == nil {
			o.mistakes = append(o.mistakes, errors.New("Scenarios(nil): name a file system, such as os.DirFS(\"testdata/scenarios\")"))
		}
	})
}

// OnRequest calls f with a copy of every request that the code under test sends,
// with the headers that the client has added: to assert what was sent.
func OnRequest(f func(*http.Request)) Option {
	return option("OnRequest", func(o *options) { o.onRequest = f })
}

// Transport sends the requests of a recording: for a proxy or a certificate of
// your own. Replays never use it. The default is http.DefaultTransport.
func Transport(rt http.RoundTripper) Option {
	return option("Transport", func(o *options) { o.transport = rt })
}

// NoDefaults adds neither Authorization nor Origin to requests that lack them,
// and fails the test instead: to prove that the code under test sends them.
func NoDefaults() Option {
	return option("NoDefaults", func(o *options) { o.noDefaults = true })
}

// Strict applies the provider's inferred profile beside the documented one.
// d.velop documents no required members; the profile requires those that its
// pages show to be non-null. DevRev has no such profile.
func Strict() Option {
	return option("Strict", func(o *options) { o.strict = true })
}

// OnNews calls f with each undocumented member and each unlisted value that is
// found in a request or an answer: what breaks nothing, and may be the first sign
// that the vendor has moved. Clients and Checked call it for every exchange, from
// the goroutine of the request and before its answer is returned, so f must not
// use the client itself. While recording, the problem is that of the answer as
// the test sees it.
func OnNews(f func(Problem)) Option {
	return option("OnNews", func(o *options) { o.onNews = f })
}
