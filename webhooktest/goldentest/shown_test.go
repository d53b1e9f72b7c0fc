package goldentest_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"example.com/webhookvcr/internal/tbtest"
	"example.com/webhookvcr/webhooktest/goldentest"
)

type result struct {
	Got string
	Err error
}

type hidden struct{ got string }

type dashed struct {
	Got string `json:"-"`
}

type inner struct{ Name string }

type outer struct {
	inner
	*hidden
	Count int
}

type named struct {
	hidden
}

type lazy struct {
	Builder strings.Builder `json:",omitzero"`
	At      time.Time
}

// shout is shown by its text, whatever it holds.
type shout struct{ got string }

func (s shout) MarshalText() ([]byte, error) { return []byte(s.got), nil }

// pointed marshals itself, if it can be pointed to.
type pointed struct{ got string }

func (p *pointed) MarshalJSON() ([]byte, error) { return json.Marshal(p.got) }

type coded struct{ Code int }

func (c *coded) Error() string { return fmt.Sprint(c.Code) }

// What JSON cannot show is refused wherever it stands, and what it can is not.
func TestAssert_whatJSONCannotShow(t *testing.T) {
	err := errors.New("secret")
	builder := &strings.Builder{}
	builder.WriteString("secret")
	const (
		isError = "is an error, a *errors.errorString, which encodes as {} whatever it says; expected a value: use its text"
		noField = ", which encodes as {} whatever it holds: JSON shows none of its fields; expected a value that it shows"
		noUTF8  = "is a text that is not valid UTF-8, in which JSON does not tell bytes apart; expected one that is, or use AssertBytes"
	)
	for name, test := range map[string]struct {
		got  any
		want string // empty: it is shown
	}{
		"a field":                     {result{"x", err}, "got.Err " + isError},
		"no error":                    {result{"x", nil}, ""},
		"by pointer":                  {&result{"x", err}, "got.Err " + isError},
		"an element":                  {[]error{nil, err}, "got[1] " + isError},
		"an array":                    {[1]error{err}, "got[0] " + isError},
		"a member":                    {map[string]any{"e": err}, `got["e"] ` + isError},
		"a member by number":          {map[int]error{7: err}, `got[7] ` + isError},
		"deep":                        {map[string][]result{"a": {{}, {Err: err}}}, `got["a"][1].Err ` + isError},
		"a wrapped one":               {result{Err: fmt.Errorf("x: %w", err)}, "got.Err is an error, a *fmt.wrapError"},
		"joined ones":                 {result{Err: errors.Join(err)}, "got.Err is an error, a *errors.joinError"},
		"inside of a URL's":           {&url.Error{Op: "Get", Err: err}, "got.Err " + isError},
		"its own":                     {[]any{emptyError{"x"}}, "got[0] is an error, a goldentest_test.emptyError, which encodes as {}"},
		"one with fields":             {result{Err: &coded{7}}, ""},
		"hidden":                      {hidden{"x"}, "got is a goldentest_test.hidden" + noField},
		"hidden, by pointer":          {&hidden{"x"}, "got is a *goldentest_test.hidden" + noField},
		"a builder":                   {builder, "got is a *strings.Builder" + noField},
		"an atomic":                   {struct{ N *atomic.Int64 }{&atomic.Int64{}}, "got.N is a *atomic.Int64" + noField},
		"dashed":                      {[]dashed{{"x"}}, "got[0] is a goldentest_test.dashed" + noField},
		"embedded and hidden":         {named{hidden{"x"}}, "got is a goldentest_test.named" + noField},
		"embedded":                    {outer{inner{"x"}, &hidden{"y"}, 1}, ""},
		"empty":                       {struct{}{}, ""},
		"left out":                    {lazy{At: time.Unix(0, 0).UTC()}, ""},
		"a number":                    {big.NewInt(7), ""},
		"a time":                      {[]time.Time{time.Unix(0, 0).UTC()}, ""},
		"a text of its own":           {[]shout{{"x"}}, ""},
		"a pointer's own":             {[]pointed{{"x"}}, ""}, // the elements of a slice can be pointed to
		"a pointer's own, by value":   {map[string]pointed{"a": {"x"}}, `got["a"] is a goldentest_test.pointed` + noField},
		"raw":                         {json.RawMessage(`{}`), ""},
		"bytes inside":                {struct{ B []byte }{[]byte("\xff")}, ""},
		"a nil pointer":               {(*hidden)(nil), ""},
		"no such bytes":               {"a\xff", "got " + noUTF8},
		"other bytes":                 {result{Got: "a\xfe"}, "got.Got " + noUTF8},
		"the replacement itself":      {"a\ufffd", ""},
		"bytes in a key":              {map[string]int{"a\xff": 1}, `got has a key, "a\xff", that is not valid UTF-8`},
		"bytes in a text of its own":  {[]shout{{"a\xff"}}, "got[0] " + noUTF8},
		"bytes in a key of its own":   {map[shout]int{{"a\xff"}: 1}, `got has a key, "a\xff", that is not valid UTF-8`},
		"bytes in an undressed error": {result{Err: textError("a\xff")}, "got.Err " + noUTF8},
	} {
		t.Run(name, func(t *testing.T) {
			workspace(t)
			setFlag(t, "update", "true")
			tb := tbtest.New("TestLookup")
			goldentest.Assert(tb, "lookup", test.got)
			if test.want == "" {
				assert.Empty(t, tb.Errors())
				return
			}
			if assert.Len(t, tb.Errors(), 1) {
				assert.Contains(t, tb.Errors()[0], `golden "lookup": `+test.want)
				assert.NotContains(t, tb.Errors()[0], "secret")
			}
			assert.Empty(t, files(t))
		})
	}
}

type textError string

func (e textError) Error() string { return string(e) }

// A switch of the environment that is no boolean would be taken for off.
func TestAssert_switchThatIsNoBoolean(t *testing.T) {
	for _, variable := range []string{"GOLDIE_UPDATE", "GOLDIE_CLEAN"} {
		for _, value := range []string{"yes", "on", "2", " true", "no", "truee"} {
			workspace(t)
			writeFile(t, lookupFile, lookupGolden)
			t.Setenv(variable, value)
			tb := tbtest.New("TestLookup")
			goldentest.Assert(tb, "lookup", lookup)
			goldentest.AssertJSON(tb, "lookup", []byte(lookupGolden))
			assert.Len(t, tb.Errors(), 2)
			assert.Equal(t, fmt.Sprintf(`golden "lookup": %s is %q, which is no boolean; expected true or false, 1 or 0, t or f, or the variable unset`, variable, value), tb.Errors()[0])
		}
		for _, value := range []string{"", "0", "false", "FALSE", "f"} {
			workspace(t)
			writeFile(t, lookupFile, lookupGolden)
			t.Setenv(variable, value)
			tb := tbtest.New("TestLookup")
			goldentest.Assert(tb, "lookup", lookup)
			assert.Empty(t, tb.Errors())
		}
	}
}

// An option that is nil, or given twice, is a mistake of every assertion.
func TestOption_mistakes(t *testing.T) {
	const (
		isNil = "option 1 is nil; leave it out"
		twice = "Dir is given twice, and one directory holds the golden file; leave one out"
	)
	for _, test := range []struct {
		options []goldentest.Option
		want    string
	}{
		{[]goldentest.Option{nil}, isNil},
		{[]goldentest.Option{goldentest.Dir("a"), goldentest.Dir("b")}, twice},
		{[]goldentest.Option{goldentest.Dir("a"), goldentest.Dir("a")}, twice},
		{[]goldentest.Option{nil, goldentest.Dir("a"), goldentest.Dir("b")}, isNil + "\n" + twice},
		{[]goldentest.Option{goldentest.Dir("")}, "the directory given to Dir is empty"},
	} {
		for name, assertion := range map[string]func(tb testing.TB){
			"Assert":      func(tb testing.TB) { goldentest.Assert(tb, "lookup", 1, test.options...) },
			"AssertJSON":  func(tb testing.TB) { goldentest.AssertJSON(tb, "lookup", []byte("1"), test.options...) },
			"AssertBytes": func(tb testing.TB) { goldentest.AssertBytes(tb, "lookup", nil, test.options...) },
		} {
			workspace(t)
			setFlag(t, "update", "true")
			tb := tbtest.New("TestLookup")
			assertion(tb)
			if assert.Len(t, tb.Errors(), 1, name) {
				assert.Contains(t, tb.Errors()[0], `golden "lookup": `+test.want)
			}
			assert.Empty(t, files(t))
		}
	}
}
