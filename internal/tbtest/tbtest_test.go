package tbtest_test

import (
	"errors"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/webhookvcr/internal/tbtest"
)

func TestRun(t *testing.T) {
	var order []string
	note := func(s string) func() { return func() { order = append(order, s) } }
	w := tbtest.New("TestLookup").Run(func(tb testing.TB) {
		tb.Cleanup(note("first"))
		tb.Cleanup(func() {
			assert.Error(t, tb.Context().Err(), "cancelled before the cleanups")
			tb.Cleanup(note("of a cleanup"))
		})
		assert.NoError(t, tb.Context().Err())
		tb.Logf("%d", 1)
		tb.Log("two", 2)
		tb.Error(errors.New("three"))
		tb.Fatalf("four")
		note("after the end")()
	})
	assert.Equal(t, []string{"of a cleanup", "first"}, order)
	assert.Equal(t, "TestLookup", w.Name())
	assert.True(t, w.Failed())
	assert.False(t, w.Skipped())
	assert.Equal(t, []string{"1", "two 2"}, w.Logs())
	assert.Equal(t, []string{"three", "four"}, w.Errors())
	assert.Equal(t, "three\nfour", w.Failures())
	assert.Equal(t, "three\nfour\n1\ntwo 2", w.Said())
}

func TestSkipNow(t *testing.T) {
	w := tbtest.New("").Run(func(tb testing.TB) {
		tb.SkipNow()
		tb.Error("after the end")
	})
	assert.True(t, w.Skipped())
	assert.False(t, w.Failed())
	assert.Empty(t, w.Said())
}

// Outside of Run there is no goroutine that may end.
func TestFatal_withoutRun(t *testing.T) {
	assert.PanicsWithValue(t, "tbtest: TestLookup ends early, outside of Run\nno", func() { tbtest.New("TestLookup").Fatal("no") })
	assert.Panics(t, tbtest.New("").FailNow)
}

// What a test changes of the process is as before at its end.
func TestEnd_restores(t *testing.T) {
	before, err := os.Getwd()
	assert.NoError(t, err)
	t.Setenv("TBTEST_SET", "old")
	var dir string
	tbtest.New("").Run(func(tb testing.TB) {
		dir = tb.TempDir()
		tb.Chdir(dir)
		tb.Setenv("TBTEST_SET", "new")
		tb.Setenv("TBTEST_UNSET", "new")
		assert.Equal(t, "new", os.Getenv("TBTEST_SET"))
	})
	assert.NoDirExists(t, dir)
	assert.Equal(t, "old", os.Getenv("TBTEST_SET"))
	_, set := os.LookupEnv("TBTEST_UNSET")
	assert.False(t, set)
	after, err := os.Getwd()
	assert.NoError(t, err)
	assert.Equal(t, before, after)
}

func ExampleExample() {
	t := tbtest.Example()
	defer t.End()
	t.Log("a log")
	t.Errorf("%s failed", t.Name())
	// Output:
	// FAIL: TestLookup failed
}
