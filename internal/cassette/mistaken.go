package cassette

import "bytes"

// Mistaken says what git has left in the place of a cassette, and on which line that
// shows; "" when it is nothing of the kind. No line of a cassette that parses begins as
// a mark of git's does: what stands in its texts is indented.
func Mistaken(data []byte) (line int, what string) {
	if bytes.HasPrefix(data, []byte("version https://git-lfs.github.com/spec/")) {
		return 1, "is a Git LFS pointer and not the cassette; fetch the file with git lfs pull"
	}
	mark := []byte("<<<<<<< ")
	at := 0
	if !bytes.HasPrefix(data, mark) {
		at = 1 + bytes.Index(data, append([]byte("\n"), mark...))
		if at == 0 {
			return 0, ""
		}
	}
	return 1 + bytes.Count(data[:at], []byte("\n")), "holds a merge conflict; resolve it, or take one side and record again"
}
