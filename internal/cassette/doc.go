// Package cassette knows the file: it reads, writes and compares go-vcr's
// cassettes, and is the only package that imports go-vcr.
//
//  1. [Parse] and [Load] read a cassette strictly. What go-vcr would misread in
//     silence is an error that names the file. What this module wrote is read without
//     the YAML library, and written again to prove that nothing was misread.
//  2. [CanonicalBody] and [CanonicalURL] give the form in which requests are
//     compared, and [Same] says whether two recordings say the same.
//  3. [Encode] and [Replace] write a cassette: every byte of every body, and the
//     new file or the old one, whatever happens in between.
//  4. [Recorder] is go-vcr's recorder, for package replay and package record.
package cassette
