// Package webhooktest gives tests HTTP clients that answer as the webhook APIs
// of DevRev and d.velop do, offline, and that hold each request and each answer
// to the vendor's published contract.
//
// A test names the answers that it wants:
//
//	func TestLookup_retriesWhenThrottled(t *testing.T) {
//		client := webhooktest.Replay(t, webhooktest.DevRev, "webhooks.get/429", "webhooks.get/200")
//		svc := hooks.New(client, webhooktest.DevRev.BaseURL(), webhooktest.Token)
//
//		got, err := svc.Lookup(t.Context(), webhooktest.DevRevWebhookID)
//
//		require.NoError(t, err)
//		goldentest.Assert(t, "lookup", got)
//	}
//
// [Replay] answers from the scenarios that this module ships, [ReplayServer] does
// so behind a loopback server, [Open] replays a cassette of your own and records
// it when told to. [Changed], [Delay], [Always] and the faults make other answers of a
// step, and [Requests] says what was asked. [Checked] and [Validate] apply the
// contract to what a team uses already. In directories below this one, package
// matchtest proves how strictly a cassette's requests are matched, by this module or
// by a recorder of your own, package goldentest compares results with golden files,
// and package receivertest tests the handler that takes what a vendor delivers.
//
// # How it works
//
// Tests see placeholders only: made-up values such as [DevRevWebhookID] and
// [Token], which stand for a tenant's. Real values exist below the recorder, and
// only while recording. A request takes this way:
//
//  1. The client copies it and checks it against the contract. It adds
//     Authorization, and for d.velop Origin, when they are missing, and logs that;
//     those that are there must have the vendor's form, whatever the token is.
//  2. go-vcr takes it, an unmodified recorder of gopkg.in/dnaeon/go-vcr.v3. The
//     credential does not get that far.
//  3. Replaying, go-vcr passes it on, for its own search would begin at the start
//     of the file with each request: an index of the cassettes finds the first
//     unused interaction that matches. Method, URL, JSON value of the body, and for
//     d.velop the media type asked for must be equal; headers, tokens and cookies
//     are not compared.
//  4. Recording, the placeholders are exchanged for the tenant's values, the
//     credential is added, the request is sent, and every value of the tenant in
//     the answer is exchanged for a placeholder before go-vcr sees it.
//  5. The answer is checked against the contract. Breaches fail the test;
//     undocumented members and unlisted enum values are logged.
//  6. At the end of the test, steps that no request used fail it. A recording is
//     written if the test has passed, every answer meets the contract, nothing
//     of the tenant is found in it and it replays itself. Otherwise the old file
//     stays as it was, and the test says why.
//
// # What a cassette may hold
//
// Every token of a recording must have an account: method, host, path segment,
// query, header, status line, member name, string, number, literal, of request
// and answer alike. One without keeps the file from being written, and the test
// names its place, never its value. The accounts are
//
//  1. the format's or HTTP's own: methods, status lines, true, false and null;
//  2. a word that the contract lists at that place;
//  3. a placeholder of this recording, the placeholder world's base URL, or a
//     made-up id (no-such-webhook, ffffffff-ffff-4fff-8fff-ffffffffffff);
//  4. a value that the contract documents as one that may stay there, within
//     bounds: a date-time, a count of at most seven digits, a media type;
//  5. a plain program word in the open: one word of lower-case letters (parts
//     joined by underscores) that the test itself sends under a name that does not
//     tell of a secret, and the name of an undocumented member in the vendor's own
//     style (snake_case for DevRev, camelCase for d.velop) that holds no part of a
//     replaced name or host; the name of a header that goes with DevRev's
//     deliveries, if it is a token of HTTP of the form that such names have and
//     holds no such part, or if the test sent it; and a URL of words and short
//     numbers that the test sends, below example.com, example.org, example.net,
//     .example, .test, .invalid or a loopback address;
//  6. what the user names in [Keep].
//
// What the test sends stays as it is and is compared when it is replayed, or it is
// refused. [Varies] names the members that differ from run to run: they become
// placeholders too.
//
// What the tenant answers beyond that is replaced before the test sees it:
// undocumented strings by placeholders, undocumented or long numbers by 0 or 0.5,
// names of members that look like data by member-N, event ids by event-N. The
// value of a header that goes with deliveries is a credential as a rule, and is
// replaced by api-key-N, its name if need be by header-N. A member that stands twice in an object has no account by the contract.
//
// # Which option applies where
//
// An option that has no effect on a call is an error of that call:
//
//	option         Replay, ReplayServer  Open  Checked  Validate, ValidateBody  Simulate
//	AcceptDrift                          x
//	AllowProblems  x                     x     x        x                       x
//	AllowUnused    x                     x     x
//	InOrder        x                     x
//	Keep                                 x
//	NoDefaults     x                     x                                      x
//	OnNews         x                     x     x        x                       x
//	OnRequest      x                     x                                      x
//	OwnScenarios   x
//	Pinned                               x
//	Redact                               x
//	Seed                                 x
//	SentBy                                                                      x
//	Strict         x                     x     x        x
//	Transport                            x
//	Varies                               x
//	Verbatim                             x
//	Webhooks                                                                    x
//
// So is any but NoDefaults and OnRequest on a Replay or a ReplayServer without a step, and
// so is one that cannot have an effect: a nil, an empty list, a second Transport or
// OwnScenarios, a Seed of what has a meaning already, Strict for a vendor without an
// inferred profile; and so is a JSON pointer that can match nothing in any body
// which the vendor documents. Its last member may be undocumented, for vendors add some; what is
// inside such a member is named with "*" in its place.
//
// Headers are checked as net/http does before it sends a request: what it would
// refuse fails here as well, and a name counts however it is written. A request that
// says of its JSON that it is in another charset than UTF-8 fails (RFC 8259).
//
// # What it does not do
//
// Every shipped cassette is made by a simulator that follows the published
// contract; none was recorded from a vendor's live server. [Scenario] says so of
// each in its Source, and a failure that quotes a cassette does too. How a vendor
// really behaves where its pages are silent is not known here: record your own
// tenant to find out.
//
// The package does not cover other parts of the vendors' APIs, and does not record
// streams or upgraded connections.
//
// # What the vendors document
//
// DevRev (types of its TypeScript SDK 1.1.71 of 2026, and where they are silent its
// OpenAPI document of 2024-01-24); every answer is application/json, and every
// error body has a documented type:
//
//	operation        success          errors with a documented body
//	webhooks.get     200 {webhook}    400 401 403 404 429 500 503
//	webhooks.list    200 {webhooks}   400 401 403     429 500 503
//	webhooks.create  201 {webhook}    400 401 403     429 500 503
//	webhooks.update  200 {webhook}    400 401 403 404 429 500 503
//	webhooks.delete  200 {}           400 401 403 404 429 500 503
//
// The answer to an unknown route is a 404 without a type.
//
// d.velop (OpenAPI document oas-dmsconfig and its guide); "both" is
// application/json and application/hal+json. That the statuses of the last
// column occur is documented; what their bodies hold is unknown, and they are
// not checked:
//
//	operation      success                             errors with a body  body unknown
//	GetWebHook     200 webhook, both                   404 both            401 403 406 500
//	GetEvent       200 event, both                     404 both            401 403 406 500
//	GetEvents      200 events, both (not documented)                       401 403 406 500
//	PutEvent       204 without a body                  400 404 json        401 403 406 500
//	PostEvent      201 with Location, body unknown     400 json            401 403 406 500
//	PutWebHook     200, body unknown                   400 404 json        401 403 406 500
//	DeleteWebHook  204 without a body                  404 json            401 403 406 500
//
// d.velop documents no member of a webhook or of an error as required. Two rules
// close the gap: an answer of 200 must carry a webhook, and [Strict] asks for the
// members that the vendor's pages show.
//
// Scenarios exist for every operation, with each documented error that a client can
// meet. Those that write take any URL, secret and key of the form that the vendor
// documents; their other members are compared.
//
// # Environment
//
// Replaying reads one variable, recording the others:
//
//	WEBHOOKTEST_RECORD    regular expression; Open records a cassette when it matches the whole path
//	DEVREV_TOKEN          credential for DevRev
//	DEVREV_BASE_URL       optional; https://api.devrev.ai when unset
//	DEVREV_WEBHOOK_ID     optional; the first webhook listed when unset
//	DVELOP_TOKEN          credential for d.velop
//	DVELOP_BASE_URL       base URL of the tenant
//	DVELOP_REPOSITORY_ID  id of a repository
//	DVELOP_EVENT_ID       id of an event, such as postimport
//	DVELOP_WEBHOOK_ID     optional; the first webhook of the event when unset
package webhooktest
