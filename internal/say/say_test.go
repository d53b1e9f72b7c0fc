package say_test

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/webhookvcr/internal/say"
)

func TestCount(t *testing.T) {
	for want, noun := range map[string]string{"2 files": "file", "2 entries": "entry", "2 keys": "key", "2 classes": "class"} {
		assert.Equal(t, want, say.Count(2, noun))
		assert.Equal(t, "1 "+noun, say.Count(1, noun))
	}
	assert.Equal(t, "0 files", say.Count(0, "file"))
}

func TestList(t *testing.T) {
	for _, tt := range []struct {
		names        []string
		list, quoted string
	}{
		{nil, "", ""},
		{[]string{"a"}, "a", `"a"`},
		{[]string{"a", "b"}, "a or b", `"a" or "b"`},
		{[]string{"a", "b", "c"}, "a, b or c", `"a", "b" or "c"`},
	} {
		assert.Equal(t, tt.list, say.List(tt.names, "or"))
		assert.Equal(t, tt.quoted, say.Quoted(tt.names, "or"))
	}
}

func TestReason(t *testing.T) {
	plain := errors.New("plain")
	for _, err := range []error{
		plain,
		&fs.PathError{Op: "open", Path: "secret", Err: plain},
		fmt.Errorf("wrapped: %w", &fs.PathError{Op: "open", Path: "secret", Err: plain}),
		&os.SyscallError{Syscall: "bind", Err: plain},
		&net.OpError{Op: "dial", Err: plain},
		&net.OpError{Op: "listen", Err: &os.SyscallError{Syscall: "bind", Err: plain}},
	} {
		assert.Equal(t, plain, say.Reason(err), "%T", err)
	}
	unexplained := &net.OpError{Op: "dial"}
	assert.Equal(t, error(unexplained), say.Reason(unexplained))
}
