// Package placeholder exchanges the values of a live tenant for placeholders, and back.
//
// Between a caller, the tape and the tenant, values go in four directions: to the
// tape and to the tenant with a request, from the tenant and to the caller with an
// answer. What stands on the tape holds placeholders only. A [Table] holds the
// pairs of one recording. It works in four steps:
//
//  1. [Table.Bind] and [Table.Secret] enter what is known beforehand: exported
//     placeholders with their real values, and the credential.
//  2. A request goes out in two moves. [Table.ToTapeJSON] and [Table.ToTapeURL]
//     turn what the caller sent into what the tape may hold; [Table.ToTenantJSON]
//     and [Table.ToTenantURL] turn that into what the tenant understands.
//  3. An answer comes back through [Table.FromTenantJSON] or, if it has been read,
//     [Table.FromTenantTree], and [Table.FromTenantURL] and [Table.FromTenantText].
//     Values met for the first time get new placeholders, in the order of their JSON
//     pointers, so that equal answers give equal tapes. [Sent.ToCallerJSON] and
//     [Sent.ToCallerText] give the caller what it sent.
//  4. [Table.Leaks], [Table.Escaped] and [Credentials] read the finished tape and
//     report whatever should not be there, by place and never by value.
//
// Ids are found by grammars, each with pairs of its own. An id that a vendor
// composes of parts is taken apart, and its parts are exchanged one by one; GUIDs
// are compared without regard to case, and known without their dashes as well. The
// base URL of the tenant is known in its escaped spellings. Whole
// values are exchanged wherever the contract says that a member is sensitive, or
// says nothing about it. Inside longer texts only values that cannot be mistaken
// for a word are searched for.
//
// [Sent] holds what the caller sent and can be used alone: a replay binds the
// placeholders of the tape to what the caller sends this time, and puts those
// values into the answers.
//
// The package knows no schema: what a member means arrives as a function. It
// does no input or output, and its types are not safe for concurrent use.
package placeholder
