// Package contract holds requests and answers to what a vendor documents.
//
// A message is checked in these steps:
//
//  1. The request's method and path name the operation; with an answer, its
//     status names the documented response. What is not documented cannot be
//     checked, and is said to be so.
//  2. Media type, documented headers and the presence of a body are checked.
//  3. The body is read within bounds, with numbers as their digits. Members that
//     stand twice, numbers that the validator cannot take and bytes that are no
//     JSON become problems.
//  4. The JSON Schema of the body is applied (package schemas, draft 2020-12,
//     compiled once per process). Of the validator's errors only the innermost
//     are kept: what a person can act on.
//  5. The value is followed along the schemas that apply to it. Members that no
//     schema describes are undocumented. The same walk gives each member its
//     [provider.Class], which a recording goes by.
//  6. Rules are applied that no schema states: the answer is about the object
//     asked for; HTTP status and error type fit together; the header Retry-After
//     and the body agree; a success carries the object and not an error; an
//     update does not set event types and add some.
//  7. The problems are sorted, and each gets its line and column. A problem is a
//     keyword of JSON Schema or the id of a rule, with what was expected and
//     found; [Problem.Message] alone makes a sentence of them.
//
// Violations and rules fail a test. Undocumented members and values outside an
// enumeration do not: vendors add both, so they are reported as news. The type
// of an error that belongs to one HTTP status only is a rule, not an
// enumeration.
//
// [CheckDelivery] holds the body of a delivery to its schema in the same way, and
// its payload to the name of its event.
//
// For every operation and status, package schemas lists what is documented. A
// body that the vendor does not describe, such as that of d.velop's 401, 403,
// 406 and 500, is not checked.
//
// The package does not check credentials, cookies or rate-limit headers, does
// not follow state from one exchange to the next, does not decode secrets (a
// vendor's own example of one is no base64), and never closes an object that
// the contract leaves open. Its problems quote no string of a body, since any
// may be a secret; short words in the place of an enumerated value are the
// exception.
package contract
