package probe

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"example.com/webhookvcr/internal/simulator"
)

// titles are the members by which people know an object of DevRev's, by its kind: of those
// kinds that have one and whose events are documented.
var titles = map[string]string{
	"account": "display_name", "article": "title", "conversation": "title", "dev_user": "display_name", "group": "name", "incident": "title",
	"part": "name", "rev_org": "display_name", "rev_user": "display_name", "survey": "name", "tag": "name", "widget": "title",
}

// objects are an object of each kind, and what was told of it last.
type objects struct {
	*Trial
	kinds []string // as the names of their events begin; work is the first
	told  map[string]*Request
}

// objects are those of the kinds of which all of that can be told.
func (t *Trial) objects(happened ...string) *objects {
	o := &objects{t, []string{"work"}, map[string]*Request{}}
	documented := t.live.EventTypes()
	for _, event := range documented {
		kind, is := strings.CutSuffix(event, "_updated")
		payload, _ := t.live.Payload(event) // without one nothing says which object it is
		if !is || kind == "work" || payload == nil || slices.ContainsFunc(happened, func(h string) bool { return !slices.Contains(documented, kind+"_"+h) }) {
			continue
		}
		o.kinds = append(o.kinds, kind)
	}
	return o
}

func (o *objects) id(kind, number string) string {
	if kind == "work" {
		return object(number)
	}
	return "don:core:dvrv-us-1:devo/example:" + kind + "/" + number
}

// event tells what happened to the object of a kind and a number.
func (o *objects) event(kind, number, happened, title string, at time.Time) simulator.Message {
	if kind == "work" {
		return o.work("work_"+happened, number, title, at)
	}
	m := o.message(kind + "_" + happened)
	m.At = at
	payload, _ := m.Payload.(map[string]any)
	if happened == "deleted" {
		payload["id"] = o.id(kind, number)
		return m
	}
	for _, member := range payload { // the only one that is required
		if object, is := member.(map[string]any); is {
			object["id"], object["modified_date"] = o.id(kind, number), stampOf(at)
			if titles[kind] != "" {
				object[titles[kind]] = title
			}
		}
	}
	return m
}

// tell delivers what happened to the object of each kind at a time; the events are stamped
// with another, that of their sending.
func (o *objects) tell(number, happened, title string, at, stamp time.Time, judge func(simulator.Attempt) bool) {
	for _, kind := range o.kinds {
		m := o.event(kind, number, happened, title, at)
		m.At = stamp
		o.told[kind] = o.signed(m.Event, o.body(m))
		judge(o.send(o.told[kind]))
	}
}

// states are what the receiver holds now of the object of each kind.
func (o *objects) states(number string) map[string]string {
	states := map[string]string{}
	for _, kind := range o.kinds {
		states[kind] = o.State(o.id(kind, number))
	}
	return states
}

// stay expects that the first objects of the kinds still have their states.
func (o *objects) stay(before map[string]string, because string, concerned func(kind string) bool) {
	o.Settle()
	now := o.states("1")
	for _, kind := range o.kinds {
		if concerned(kind) && now[kind] != before[kind] {
			o.failed(o.told[kind], fmt.Sprintf("the state %q%s", before[kind], strings.ReplaceAll(because, "KIND", kind)), fmt.Sprintf("%q", now[kind]))
		}
	}
}
