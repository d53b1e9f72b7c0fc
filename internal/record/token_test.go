package record

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/provider"
)

// The examination finds the tokens that the standard library finds, in its order and
// at their pointers.
func FuzzAudit_body(f *testing.F) {
	for _, body := range []string{`{"a":[1.0,-0,1e5,"\ud800","\ud83d\ude00",null,true,false, {}],"a":{"~/":[]}}`, "\"\xff\\u00e9\"", `[[[]]]`, " 1 ", `{"a\u0062":"c\\","":{"":"\""}}`, "{", "", "[1 2]", strings.Repeat("[", 1002) + strings.Repeat("]", 1002)} {
		f.Add(body)
	}
	e := &audit{}
	f.Fuzz(func(t *testing.T, body string) {
		var got, want []string
		e.body("answer", body, func(string) provider.Class { return provider.Class{} }, func(tok token) {
			got = append(got, fmt.Sprint(tok.sort, tok.at, tok.role, tok.value))
		})
		if text, err := tokensOf(body); err == nil {
			want = text
		} else {
			want = []string{fmt.Sprint(bodyToken, "", "", body)}
		}
		require.Equal(t, want, got)
	})
}

// What stands twice in an object has no class, nor has what is in it; the same name
// in the next object has one.
func TestAudit_body_twice(t *testing.T) {
	var many []string
	for i := range 102 { // more than are remembered
		many = append(many, fmt.Sprintf(`"n%d":0`, i))
	}
	body := `{"a":1,"a":{"b":[2]},"c":[{"d":3,"d":4},{"d":5},{` + strings.Join(many, ",") + `},{"n7":6},{"n8":7,"n8":8}]}`
	var open []string
	e := &audit{}
	e.body("answer", body, func(string) provider.Class { return provider.Class{Kept: true} }, func(tok token) {
		if !tok.class.Kept {
			open = append(open, tok.at+" "+tok.value)
		}
	})
	assert.Equal(t, []string{
		" a", "/a 1", " a", "/a b", "/a/b/0 2", "/c/0 d", "/c/0/d 3", "/c/0 d", "/c/0/d 4", "/c/4 n8", "/c/4/n8 7", "/c/4 n8", "/c/4/n8 8",
	}, open)
}

// tokensOf reads the tokens of a text with the standard library.
func tokensOf(body string) (tokens []string, err error) {
	if !json.Valid([]byte(body)) {
		return nil, fmt.Errorf("no JSON")
	}
	d := json.NewDecoder(strings.NewReader(body))
	d.UseNumber()
	var read func(pointer string, depth int) error
	read = func(pointer string, depth int) error {
		t, err := d.Token()
		if err != nil || depth > maxNesting {
			return fmt.Errorf("unreadable: %w", err)
		}
		switch v := t.(type) {
		case json.Delim:
			for i := 0; d.More(); i++ {
				next := pointer + "/" + strconv.Itoa(i)
				if v == '{' {
					name, err := d.Token()
					if err != nil {
						return err
					}
					next = pointer + "/" + strings.ReplaceAll(strings.ReplaceAll(name.(string), "~", "~0"), "/", "~1")
					tokens = append(tokens, fmt.Sprint(memberToken, pointer, next, name))
				}
				if err := read(next, depth+1); err != nil {
					return err
				}
			}
			_, err := d.Token()
			return err
		case string:
			tokens = append(tokens, fmt.Sprint(stringToken, pointer, "", v))
		case json.Number:
			tokens = append(tokens, fmt.Sprint(numberToken, pointer, "", v))
		case nil:
			tokens = append(tokens, fmt.Sprint(literalToken, pointer, "", "null"))
		default:
			tokens = append(tokens, fmt.Sprint(literalToken, pointer, "", v))
		}
		return nil
	}
	err = read("", 0)
	return tokens, err
}
