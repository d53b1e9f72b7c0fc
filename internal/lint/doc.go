// Package lint judges go-vcr cassettes: those of this module and of any other
// project, of format 2 and 1, whole and broken.
//
// A run works in these steps:
//
//  1. The named files are taken as they are, and below the named directories
//     every .yaml and .yml file that could be a cassette. A link that is named is
//     followed, one that leads out of a named directory is counted. A few files are
//     read at a time, bounded in number and in bytes.
//  2. A file is bounded before it is parsed and again before its aliases are
//     followed. What does not parse is an error; it is taken apart into blocks that
//     do, and these are searched like the rest.
//  3. The parsed nodes are held to what go-vcr makes of them, with the line of
//     each value.
//  4. Every text of a cassette is searched for secrets, tenants and people:
//     URLs, headers, cookies, forms, bodies, comments and further documents, and
//     what stands in them as JSON, percent escapes, base64, hex, gzip, multipart
//     or a URL again. Names with values are read by a reader for each notation.
//     Package secret knows names and forms; what is harmless is said here.
//  5. Exchanges with a known provider are held to its published contract.
//  6. What only several files show is judged last: headers that one cassette of
//     a directory lacks, and secret-named keys that hold too many values. Of a
//     value no more than a hash is kept.
//  7. What is switched off, excluded, or known from a baseline is taken out and
//     counted.
//
// A [Finding] names places, lengths and names, and never a value. Names that
// could be values themselves are left out as well.
//
// The package does not change files and does not guess what a scrubbed value was.
package lint
