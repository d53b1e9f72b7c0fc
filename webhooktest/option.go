package webhooktest

import (
	"fmt"
	"io/fs"
	"net/http"
	"reflect"
	"slices"

	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/record"
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

// mistake notes what is wrong with an option, for the calls that take it.
func (o *options) mistake(format string, args ...any) {
	o.mistakes = append(o.mistakes, fmt.Errorf(format, args...))
}

// pointers is an option that names places. A list without any has no effect.
func pointers(name string, given []string, to func(*options) *[]string) Option {
	return option(name, func(o *options) {
		if len(given) == 0 {
			o.mistake("%s() names nothing; name a JSON pointer, such as %q, or leave the option out", name, "/id")
		}
		list := to(o)
		*list = append(*list, given...)
	})
}

// isNil reports whether a value is nil, or an interface around a nil: its
// methods would panic later, in the middle of a test.
func isNil(v any) bool {
	switch r := reflect.ValueOf(v); r.Kind() {
	case reflect.Invalid:
		return true
	case reflect.Chan, reflect.Func, reflect.Map, reflect.Pointer, reflect.Slice:
		return r.IsNil()
	}
	return false
}

type options struct {
	allowUnused   bool
	allowProblems []string
	acceptDrift   bool
	verbatim      bool
	redact, keep  []string
	varies        []string
	pinned        []string
	inOrder       bool
	seeds         []provider.Binding
	scenarios     fs.FS
	onRequest     []func(*http.Request)
	transport     http.RoundTripper
	noDefaults    bool
	strict        bool
	onNews        []func(Problem)
	sender        Sender
	webhooks      int
	deliveries    bool     // pointers may name places of deliveries as well
	used          []string // the options given, by name
	mistakes      []error  // of the options
}

// places are what the options of a recording name, which are to have an effect.
func (o options) places() (all []record.Named) {
	for _, list := range []struct {
		option string
		places []string
	}{{"Redact", o.redact}, {"Keep", o.keep}, {"Pinned", o.pinned}} {
		for _, place := range list.places {
			all = append(all, record.Named{Option: list.option, Place: place})
		}
	}
	for _, s := range o.seeds {
		all = append(all, record.Named{Option: "Seed", Place: s.Placeholder})
	}
	return all
}

func (o options) clone() options {
	o.allowProblems = slices.Clone(o.allowProblems)
	o.redact, o.keep, o.varies = slices.Clone(o.redact), slices.Clone(o.keep), slices.Clone(o.varies)
	o.pinned = slices.Clone(o.pinned)
	o.seeds = slices.Clone(o.seeds)
	o.onRequest, o.onNews = slices.Clone(o.onRequest), slices.Clone(o.onNews)
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
// stands for any one member or index. A header or query key that the contract
// speaks of is named as such ("Content-Type"), and the body as a whole by "".
func AllowProblems(places ...string) Option {
	return pointers("AllowProblems", places, func(o *options) *[]string { return &o.allowProblems })
}

// AcceptDrift writes a recording whose answers break the published contract, and
// lists the breaches in the cassette, so that replays fail on new ones only: for
// the day on which the vendor has changed. When replaying it does nothing.
func AcceptDrift() Option {
	return option("AcceptDrift", func(o *options) { o.acceptDrift = true })
}

// Verbatim keeps the white space of answers when recording: for a client that depends
// on it. Otherwise JSON of one line is stored with a line for each value; order and
// digits are those of the tenant in any case. When replaying it does nothing.
func Verbatim() Option {
	return option("Verbatim", func(o *options) { o.verbatim = true })
}

// Redact replaces the strings at these JSON pointers of answers when recording,
// also where the contract knows nothing sensitive: for a member that your tenant
// fills with something private. "*" stands for any one member or index.
func Redact(places ...string) Option {
	return pointers("Redact", places, func(o *options) *[]string { return &o.redact })
}

// Keep lets the strings at these JSON pointers of requests and answers into the
// cassette as they are: for undocumented members, which are replaced otherwise,
// and for text that a test must see or send. "*" stands for any one member or
// index, "?name" for a value of a request's query, and "header ETag" for a header
// of answers, which is dropped otherwise. What the contract does not
// describe, and an id, a URL, a name or a mail address, stays only if the pointer
// names that very member, not an object around it. A member that the contract marks as a credential never stays, and a
// known credential inside another text is replaced all the same.
func Keep(places ...string) Option {
	return pointers("Keep", places, func(o *options) *[]string { return &o.keep })
}

// Varies declares that the strings at these JSON pointers of requests differ from
// run to run: random secrets, generated names, the URL of a receiver on a port of
// its own. Whatever else a test sends is compared when it is replayed; these are
// bound by their form: base64 of 8 to 32 bytes for a secret, an absolute or a
// relative URL, a mail address, any text. Within a replay those of them that were
// equal when they were recorded must be equal, and those that differed must differ,
// and an answer
// that repeats such a value repeats the one that was sent. The cassette lists the
// pointers. "*" stands for any one member or index, and "?name" for a value of
// the query.
func Varies(places ...string) Option {
	return pointers("Varies", places, func(o *options) *[]string { return &o.varies })
}

// Pinned declares that the dates and numbers at these JSON pointers of answers change
// each time that they are recorded, such as /webhook/modified_date: recording, the
// cassette and the test get 2025-01-01T00:00:00Z and 0 in their place, so that a
// webhook that is as it was gives the recording that is there. The cassette lists the
// pointers. "*" stands for any one member or index. When replaying it does nothing.
func Pinned(places ...string) Option {
	return pointers("Pinned", places, func(o *options) *[]string { return &o.pinned })
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
// send before an answer has shown it. Both must be of your own: a placeholder or
// a variable that has a meaning already is an error, replaying too.
func Seed(placeholder, variable string) Option {
	return option("Seed", func(o *options) {
		o.seeds = append(o.seeds, provider.Binding{Placeholder: placeholder, Var: variable, Kind: provider.ID})
	})
}

// OwnScenarios replays your own scenarios where fsys has them, and the shipped ones
// otherwise. fsys holds what record refresh --out wrote, or what you wrote by hand:
// PROVIDER/OPERATION/SCENARIO.yaml. A scenario there that no shipped one has, such as
// devrev/webhooks.get/200-mine.yaml, is one more: "webhooks.get/200-mine" is its step.
// A cassette there that has another name than OPERATION/STATUS or
// OPERATION/STATUS-WORD is an error, and so is a second file system.
func OwnScenarios(fsys fs.FS) Option {
	const instead = "name a file system, such as os.DirFS(\"testdata/scenarios\")"
	return option("OwnScenarios", func(o *options) {
		switch {
		case slices.Contains(o.used[:len(o.used)-1], "OwnScenarios"):
			o.mistake("OwnScenarios is given twice, and only one can be replayed; leave one out")
		case fsys == nil:
			o.mistake("OwnScenarios(nil): %s", instead)
		case isNil(fsys):
			o.mistake("OwnScenarios: the %T is nil; %s", fsys, instead)
		default:
			o.scenarios = fsys
		}
	})
}

// OnRequest calls f with a copy of every request that the code under test sends,
// with the headers that the client has added: to assert what was sent. Several
// functions are called one after the other, each with a copy of its own.
func OnRequest(f func(*http.Request)) Option {
	return option("OnRequest", func(o *options) {
		if f == nil {
			o.mistake("OnRequest(nil): give a function, or leave the option out")
			return
		}
		o.onRequest = append(o.onRequest, f)
	})
}

// Transport sends the requests of a recording: for a proxy or a certificate of
// your own. Replays never use it. The default is http.DefaultTransport. A second
// one is an error.
func Transport(rt http.RoundTripper) Option {
	return option("Transport", func(o *options) {
		switch {
		case slices.Contains(o.used[:len(o.used)-1], "Transport"):
			o.mistake("Transport is given twice, and only one can send; leave one out")
		case rt == nil:
			o.mistake("Transport(nil): give a transport, or leave the option out")
		case isNil(rt):
			o.mistake("Transport: the %T is nil; give a transport, or leave the option out", rt)
		default:
			o.transport = rt
		}
	})
}

// NoDefaults adds neither Authorization nor Origin to requests that lack them,
// and fails the test instead: to prove that the code under test sends them, with
// [Token]. The form of those that are there is checked with and without it.
func NoDefaults() Option {
	return option("NoDefaults", func(o *options) { o.noDefaults = true })
}

// Strict applies the provider's inferred profile beside the documented one.
// d.velop documents no required members; the profile requires those that its
// pages show to be non-null. DevRev has no such profile, and Strict is an error
// there.
func Strict() Option {
	return option("Strict", func(o *options) { o.strict = true })
}

// OnNews calls f with each undocumented member and each unlisted value that is
// found in a request or an answer: what breaks nothing, and may be the first sign
// that the vendor has moved. Clients and Checked call it for every exchange, from
// the goroutine of the request and before its answer is returned, so f must not
// use the client itself. While recording, the problem is that of the answer as
// the test sees it. Several functions are called one after the other.
func OnNews(f func(Problem)) Option {
	return option("OnNews", func(o *options) {
		if f == nil {
			o.mistake("OnNews(nil): give a function, or leave the option out")
			return
		}
		o.onNews = append(o.onNews, f)
	})
}
