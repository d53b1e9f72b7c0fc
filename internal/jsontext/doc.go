// Package jsontext reads JSON texts for the whole module: exactly as they are
// written, with the digits of numbers, the order of members and names that stand
// twice.
//
// [Parse] returns a text as a tree of [Node], each with its place in the text.
// [Decoder] returns it token by token, for texts that need no tree. [Child],
// [Lookup] and [Node.Find] write and follow JSON pointers (RFC 6901). [Splice]
// rewrites parts of a text in place, [Place] and [Remove] what a pointer names. [Lost]
// says what a Go value loses as a text. TestLayout_oneReaderOfJSON knows who has a
// reader of its own, and why.
//
// Whether a text is JSON is the decision of encoding/json, whose errors messages
// quote: Parse takes what that takes, as a fuzz test shows, and the Decoder reads only
// what it has accepted. Kind, Token, Decoder and their methods are named as in
// encoding/json/jsontext, which Go 1.26 still hides behind GOEXPERIMENT=jsonv2 and
// which can take their place; what Raw returns is a Value there.
//
// Its mirror, github.com/go-json-experiment/json, was compared and not taken. It
// keeps digits and doubled names, and is as fast as [encoding/json.Valid] alone.
// But its tokens say neither where they start nor how half a surrogate pair was
// written, its errors are other ones, and it adds 140 kB to a program. It would
// replace 200 lines here.
package jsontext
