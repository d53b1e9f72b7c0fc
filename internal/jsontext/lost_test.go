package jsontext_test

import (
	"errors"
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"example.com/webhookvcr/internal/jsontext"
)

func TestLost(t *testing.T) {
	type hidden struct{ _ int }
	type embedded struct {
		*hidden
		B string
	}
	type left struct {
		A int `json:"-"`
	}
	type without struct{ *left }
	failure, around := errors.New("x"), &again{B: "\xff"}
	around.again = around
	for name, tt := range map[string]struct {
		value any
		want  []jsontext.Loss
	}{
		"nil":              {},
		"what JSON shows":  {value: map[string]any{"a": []any{1, "é", nil, time.Time{}, struct{}{}}}},
		"a text":           {"\xff", []jsontext.Loss{{}}},
		"a text in places": {map[string]any{"b": []string{"", "\xff"}, "a": &embedded{nil, "\xff"}}, []jsontext.Loss{{Path: `["a"].B`}, {Path: `["b"][1]`}}},
		"a key":            {[]map[string]int{{"\xff": 1}}, []jsontext.Loss{{Path: "[0]", Key: "\xff"}}},
		"a struct":         {[]any{hidden{}}, []jsontext.Loss{{Path: "[0]", Type: reflect.TypeFor[hidden]()}}},
		"a struct inside":  {without{}, []jsontext.Loss{{Type: reflect.TypeFor[without]()}}},
		"in itself":        {around, []jsontext.Loss{{Path: ".B"}}},
		"no key":           {value: map[*key]int{nil: 1}},
		"an error":         {failure, []jsontext.Loss{{Type: reflect.TypeOf(failure)}}},
		"an empty error":   {empty{}, []jsontext.Loss{{Type: reflect.TypeFor[empty]()}}},
		"zero, left out": {value: struct {
			A hidden `json:",omitzero"`
		}{}},
		"two at most": {[]string{"\xff", "\xff", "\xff"}, []jsontext.Loss{{Path: "[0]"}, {Path: "[1]"}}},
	} {
		assert.Equal(t, tt.want, jsontext.Lost(tt.value, 2), name)
	}
}

type empty struct{}

func (empty) Error() string { return "" }

type again struct {
	*again
	B string
}

type key struct{ text string }

func (k *key) MarshalText() ([]byte, error) { return []byte(k.text), nil }
