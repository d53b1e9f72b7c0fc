package probe

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"example.com/webhookvcr/internal/simulator"
)

// ordinary is something that an event of a busy tenant has, and that breaks receivers
// which were tried with plain texts and small numbers.
type ordinary struct {
	what string
	set  func(object map[string]any)
	// write is how the text of the event is written otherwise; nil leaves it as it is.
	write func(body string) string
}

func put(name string, value any) func(map[string]any) {
	return func(object map[string]any) { object[name] = value }
}

// written is how texts are, in words.
const written = "of 300 letters, with letters outside of ASCII and of the BMP, accents of their own, apostrophes, double quotes, percent signs, a line break, a tab, <, & and >, commas and semicolons, backslashes, blanks at both ends, and with \\u in place of letters"

// texts are what a member holds that people write.
func texts(member string) (all []ordinary) {
	for _, text := range []struct{ what, text string }{
		{"letters outside of ASCII", "Prüfung für Zoë: 契約を更新"},
		{"letters outside of the BMP", "Ship it 🚀 𝒏𝒐𝒘"},
		{"300 letters", strings.Repeat("letters ", 38)[:300]},
		{"accents of their own", "Pru\u0308fung fu\u0308r Ame\u0301lie"},
		{"apostrophes", "Don't renew O'Brien's contract"},
		{"double quotes", `Renew the "old" contract`},
		{"percent signs", "100% of %s and %20"},
		{"a line break", "Renew\r\nthe contract\nnow"},
		{"a tab", "Renew\tthe contract"},
		{"<, & and >", "Q&A: is <b>1</b> > 0?"},
		{"commas and semicolons", "Renew, sign; done"},
		{"backslashes", `C:\new\table`},
		{"blanks at both ends", "  Renew  "},
	} {
		all = append(all, ordinary{"a " + member + " with " + text.what, put(member, text.text), nil})
	}
	return append(all,
		ordinary{"a " + member + " with <, & and > that are not escaped", put(member, "Q&A: is <b>1</b> > 0?"), strings.NewReplacer(`\u003c`, "<", `\u003e`, ">", `\u0026`, "&").Replace},
		ordinary{"a " + member + ` with \u before the digits of each letter outside of ASCII`, put(member, "Prüfung 🚀"), escaped},
	)
}

// escaped is a text of JSON in ASCII alone.
func escaped(body string) string {
	var b strings.Builder
	for _, unit := range utf16.Encode([]rune(body)) {
		if unit < utf8.RuneSelf {
			b.WriteByte(byte(unit))
		} else {
			fmt.Fprintf(&b, `\u%04x`, unit)
		}
	}
	return b.String()
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
	atom := func(kind string) map[string]any {
		return map[string]any{"id": "don:core:dvrv-us-1:devo/example:" + kind + "/1", "display_id": strings.ToUpper(kind) + "-1"}
	}
	named := func(kind, name string) map[string]any {
		object := atom(kind)
		object["name"] = name
		return object
	}
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
	all := texts("title")
	add := func(what string, set func(map[string]any)) { all = append(all, ordinary{what, set, nil}) }
	add(`a title with \u0000`, put("title", "before\x00after"))
	add("a body of many lines", put("body", strings.Repeat("A \"line\".\r\n", 1+long/10)[:long]))
	add("an integer above 2^53", put("priority_v2", priority("9007199254740993", "9223372036854775807")))
	add("a negative integer", put("priority_v2", priority("-9007199254740993", "-1")))
	add("a number with a fraction", put("estimated_effort", json.Number("2.5")))
	add("a number with an exponent", put("estimated_effort", json.Number("1e-7")))
	add("a custom field that is an integer", custom(json.Number("9007199254740993")))
	add("a custom field that is a number with a fraction", custom(json.Number("0.5")))
	add("a custom field that is true", custom(true))
	add("a custom field that is null", custom(nil))
	add("a custom field that is an array of two", custom([]any{"one", "two"}))
	add("a custom field that is an object", custom(map[string]any{"id": "1", "count": 2}))
	add("custom fields nested twenty deep", custom(deep(20)))
	add("two owners", put("owned_by", []any{user("1"), user("2")}))
	add("two tags", put("tags", []any{tag("1"), tag("2")}))
	add("an unknown word as the priority", put("priority", "p7"))
	add("a stage", put("stage", map[string]any{
		"name": "queued", "ordinal": 1, "stage": named("custom_stage", "queued"), "state": named("custom_state", "open"),
	}))
	part := named("product", "Product")
	part["type"], part["owned_by"] = "product", []any{user("1")}
	add("a part", put("applies_to_part", part))
	add("who has created it", put("created_by", user("1")))
	add("who has changed it", put("modified_by", user("2")))
	add("who has reported it", put("reported_by", []any{user("1")}))
	artifact := atom("artifact")
	artifact["file"] = map[string]any{"type": "image/png", "name": "screen.png", "size": 1024}
	add("an artifact", put("artifacts", []any{artifact}))
	for _, digits := range []string{"", ".0", ".000", ".000000", ".000000000"} {
		at := time.Now().UTC().Format("2006-01-02T15:04:05" + digits + "Z")
		add(fmt.Sprintf("dates with %d digits of a second", max(0, len(digits)-1)), func(work map[string]any) {
			for _, date := range []string{"created_date", "modified_date", "target_close_date"} {
				work[date] = at
			}
		})
	}
	return all
}

// busyDocument are changes of an event about a document, of the members that d.velop documents.
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
		all = append(all, ordinary{"a category with " + o.what, of("docType", o.set), o.write})
	}
	return append(all,
		ordinary{"a document of 3 GiB", of("doc", put("size", json.Number("3221225472"))), nil},
		ordinary{"a document of no bytes", of("doc", put("size", 0)), nil},
		ordinary{"an extension in capitals", of("doc", put("fileExtension", "PDF")), nil},
	)
}

// busy delivers an event with each of the changes, and expects that it is taken on.
func (t *Trial) busy(all []ordinary, event func(set func(map[string]any)) simulator.Message) {
	var ids []string
	var events []*Request
	for _, o := range all {
		m := event(o.set)
		body := t.body(m)
		if o.write != nil {
			body = []byte(o.write(string(body)))
		}
		ids, events = append(ids, m.ID), append(events, t.signed(m.Event, body))
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
