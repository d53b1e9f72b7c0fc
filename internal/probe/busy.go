package probe

import (
	"encoding/json"
	"strings"

	"example.com/webhookvcr/internal/simulator"
)

// ordinary is something that an event of a busy tenant has, and that breaks receivers
// which were tried with plain texts and small numbers.
type ordinary struct {
	what string
	set  func(object map[string]any)
}

// put sets a member of an object.
func put(name string, value any) func(map[string]any) {
	return func(object map[string]any) { object[name] = value }
}

// texts are what a member holds that people write.
func texts(member string) []ordinary {
	return []ordinary{
		{"a " + member + " with letters outside of ASCII", put(member, "Prüfung für Zoë: 契約を更新")},
		{"a " + member + " with letters outside of the BMP", put(member, "Ship it 🚀 𝒏𝒐𝒘")},
		{"a " + member + " of 300 letters", put(member, strings.Repeat("letters ", 38)[:300])},
	}
}

// deep is an object within objects and arrays, that many in all.
func deep(levels int) (value any) {
	value = "the innermost"
	for i := range levels {
		if i%2 == 0 {
			value = map[string]any{"inner": value}
		} else {
			value = []any{value}
		}
	}
	return value
}

// busyWork are changes of a work item that DevRev's schema allows. long is the length of
// a text that must be accepted.
func busyWork(long int) []ordinary {
	user := func(number string) any {
		return map[string]any{"type": "dev_user", "id": "don:identity:dvrv-us-1:devo/example:devu/" + number}
	}
	tag := func(number string) any {
		return map[string]any{"tag": map[string]any{"id": "don:core:dvrv-us-1:devo/example:tag/" + number, "name": "name"}}
	}
	priority := func(id, ordinal string) any {
		return map[string]any{"id": json.Number(id), "label": "P1", "ordinal": json.Number(ordinal)}
	}
	custom := func(value any) func(map[string]any) { return put("custom_fields", map[string]any{"tnt__field": value}) }
	return append(texts("title"),
		ordinary{`a title with \u0000`, put("title", "before\x00after")},
		ordinary{"a body of many lines", put("body", strings.Repeat("A \"line\".\r\n", 1+long/10)[:long])},
		ordinary{"an integer above 2^53", put("priority_v2", priority("9007199254740993", "9223372036854775807"))},
		ordinary{"a negative integer", put("priority_v2", priority("-9007199254740993", "-1"))},
		ordinary{"a number with a fraction", put("estimated_effort", json.Number("2.5"))},
		ordinary{"a number with an exponent", put("estimated_effort", json.Number("1e-7"))},
		ordinary{"a custom field that is an integer", custom(json.Number("9007199254740993"))},
		ordinary{"a custom field that is a number with a fraction", custom(json.Number("0.5"))},
		ordinary{"a custom field that is true", custom(true)},
		ordinary{"a custom field that is null", custom(nil)},
		ordinary{"a custom field that is an array of two", custom([]any{"one", "two"})},
		ordinary{"a custom field that is an object", custom(map[string]any{"id": "1", "count": 2})},
		ordinary{"custom fields nested twenty deep", custom(deep(20))},
		ordinary{"two owners", put("owned_by", []any{user("1"), user("2")})},
		ordinary{"two tags", put("tags", []any{tag("1"), tag("2")})},
		ordinary{"an unknown word as the priority", put("priority", "p7")},
	)
}

// busyDocument are changes of an event about a document, of the members that d.velop
// documents.
func busyDocument() []ordinary {
	of := func(object string, set func(map[string]any)) func(map[string]any) {
		return func(event map[string]any) {
			if o, ok := event[object].(map[string]any); ok {
				set(o)
			}
		}
	}
	var all []ordinary
	for _, o := range texts("name") {
		all = append(all, ordinary{"a category with " + o.what, of("docType", o.set)})
	}
	return append(all,
		ordinary{"a document of 3 GiB", of("doc", put("size", json.Number("3221225472")))},
		ordinary{"a document of no bytes", of("doc", put("size", 0))},
		ordinary{"an extension in capitals", of("doc", put("fileExtension", "PDF"))},
	)
}

// busy delivers an event with each of the changes, and expects that it is taken on.
func (t *Trial) busy(all []ordinary, event func(set func(map[string]any)) simulator.Message) {
	var ids []string
	var events []*Request
	for _, o := range all {
		m := event(o.set)
		ids, events = append(ids, m.ID), append(events, t.signed(m.Event, t.body(m)))
	}
	t.several(events, t.inOrder(), func(i int, a simulator.Attempt) {
		switch {
		case !t.acknowledged(a):
			t.fail("status 200 for "+all[i].what, "%s", got(a))
		case t.Applied != nil:
			t.await(ids[i], 1)
			t.rest()
			if n := t.count(ids[i]); n != 1 {
				t.fail("one effect of "+all[i].what, "%s", times(n))
			}
		}
	})
}
