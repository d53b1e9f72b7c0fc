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
//   - webhook.strict.json and error.strict.json are d.velop's inferred profile:
//     what its prose, its examples and the form of its document suggest.
//
// The keyword x-placeholder on a string says what kind of value stands there,
// so that a recording can replace it. Each string has it, or is an enumeration,
// a constant or a date.
//
// # What the vendors document
//
// DevRev (OpenAPI document of 2024-01-24). Each answer is application/json.
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
//	400     16 values            by type, see error.400.json
//	401     unauthenticated
//	403     forbidden
//	404     not_found
//	429     too_many_requests    retry_after
//	500     internal_error       reference_id
//	503     service_unavailable
//
// An unknown route is answered 404 with {"message": "route not found"}, without
// a type; that body belongs to no operation.
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

// FS holds the schemas: devrev/*.json and dvelop/*.json.
//
//go:embed devrev/*.json dvelop/*.json
var FS embed.FS
