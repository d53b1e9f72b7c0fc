// Package schemas holds the vendors' webhook contracts as JSON Schemas.
//
// Each file describes one body as it goes over the wire and is named after the
// vendor's operation and status; types.json holds what several of them share.
// All are of draft 2020-12, and every $id is absolute and names the file's
// place below https://example.com/webhookvcr/schemas/, so that references
// resolve from the embedded files alone. Nothing is served at that address.
//
// The schemas state what the vendors document and no more:
//
//   - A tagged union is an if and a then on the value of its tag. A oneOf, as
//     the OpenAPI document of DevRev has it, rejects that vendor's own examples.
//   - Objects are open unless the document closes them. Members that the
//     contract does not describe are found by walking the schema, not by
//     closing it.
//   - Base64 texts are marked by contentEncoding and not checked: DevRev's own
//     example of a secret is no base64.
//   - The name of a header of DevRev's webhooks has a pattern, for its
//     documentation says in words what it is made of. Its value is a credential
//     as a rule, and marked as one.
//   - webhook.strict.json and error.strict.json are d.velop's inferred profile:
//     what its prose, its examples and the form of its document suggest.
//
// The keyword x-placeholder on a string says what kind of value stands there,
// so that a recording can replace it. Each string has it, or is an enumeration,
// a constant or a date.
//
// # What they follow
//
// Each schema names its source in its $comment:
//
//	devrev  the types of the vendor's TypeScript SDK, @devrev/typescript-sdk
//	        1.1.71 (npm, 2026). Where they are silent (media types, statuses,
//	        which objects are closed) the OpenAPI document of 2024-01-24, as
//	        published in July 2025.
//	dvelop  the pages of oas-dmsconfig, which have no version and no date, and
//	        for the list of events and for links a public program.
//
// Where DevRev's two sources differ, the newer one wins:
//
//	where                    July 2025        2026, what the schemas have
//	webhook                                   headers: name and value each
//	webhooks.create request                   headers, eight at most
//	webhooks.update request                   headers: add, remove, set, eight at most each
//	webhooks.list request    nothing          status, a list; the same in the query
//	event types              73               76: artifact_created, _deleted, _updated
//	400 type                 16               20: group_hierarchy_circular_dependency,
//	                                          _depth_exceeded, _invalid_parent;
//	                                          invalid_content_type
//	400 unexpected_id_type   field_name       value as well, and may have allowed_types
//	400 value_not_permitted                   may have a pattern
//	401 type                 unauthenticated  dev_org_deactivated, token_expired,
//	                                          token_revoked as well
//	a user's rev_org         rev_org          account and dev_org as well
//	envelope of a delivery   69 payloads      77: ai_agent_created, _deleted, _updated;
//	                                          service_plan_created, _updated;
//	                                          workflow_created, _deleted, _updated
//	payloads                                  more members and variants; none is gone
//
// The list of event types does not have the eight events whose payloads are new,
// and no payload is described for artifact_*, job_* and sync_unit_updated. In the
// payloads the lists of integers are lists of numbers, since the types do not say
// what numbers a list holds.
//
// The directory .ci/sdk holds a check that reads the types with the TypeScript
// compiler and compares them with these files, member by member: npm run contract
// there takes the locked version of the SDK, npm run contract:newest the newest
// that is published. What is known to differ stands in known.json with a reason.
// events.json and the two files of webhooks.event are written by npm run events.
// Which alternative belongs to which value of a tag is not in the types but in
// their names; for all that the OpenAPI document knows too, it says the same.
//
// For d.velop there is no such check: none of the packages of the scope
// @dvelop-sdk that are known here (core 2.2.3, app-router 3.3.0 and
// identityprovider 2.1.7 on npm, 2026) describes webhooks.
//
// # What the vendors document
//
// DevRev. Each answer is application/json.
//
//	operation         success            errors
//	webhooks.get      200 {webhook}      400 401 403 404 429 500 503
//	webhooks.list     200 {webhooks}     400 401 403     429 500 503
//	webhooks.create   201 {webhook}      400 401 403     429 500 503
//	webhooks.update   200 {webhook}      400 401 403 404 429 500 503
//	webhooks.delete   200 {}             400 401 403 404 429 500 503
//
// An error body has a type, and may have a message and a detail:
//
//	status  type                 more members
//	400     20 values            by type, see error.400.json
//	401     4 values
//	403     forbidden
//	404     not_found
//	429     too_many_requests    retry_after
//	500     internal_error       reference_id
//	503     service_unavailable
//
// An unknown route is answered 404 with {"message": "route not found"}, without
// a type; that body belongs to no operation.
//
// webhooks.event is the delivery of an event to a webhook's URL and the answer of
// the receiver; events.json holds what payloads are made of.
//
// d.velop (oas-dmsconfig and its guide). "both" is application/json and
// application/hal+json; "unknown" means that the status is documented and its
// body is not, so that the body is not checked.
//
//	operation      success                           errors with a body   401 403 406 500
//	GetWebHook     200 webhook, both                 404 both             unknown
//	GetEvent       200 event, both                   404 both             unknown
//	GetEvents      200 events, both (undocumented)                        unknown
//	PutEvent       204 no body                       400 404 json         unknown
//	PostEvent      201 unknown, Location             400 json             unknown
//	PutWebHook     200 unknown                       400 404 json         unknown
//	DeleteWebHook  204 no body                       404 json             unknown
//
// An error body has a code and a reason; neither is documented as required, and
// no member of a webhook is. The links of HAL (_links, _embedded) are not
// documented for webhooks; a public program reads them.
package schemas

import "embed"

// FS holds the schemas: PROVIDER/*.json.
//
//go:embed */*.json
var FS embed.FS
