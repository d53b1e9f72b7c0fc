package probe

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.com/webhookvcr/internal/simulator"
)

// devrevTimeProbes ask about stamps, duplicates, retries and order.
func devrevTimeProbes() []Probe {
	// stamped sends a message whose timestamp is that value; nil leaves it out.
	stamped := func(t *Trial, event string, stamp any) (string, simulator.Attempt) {
		m := t.message(event)
		return m.ID, t.send(t.changed(m, func(envelope map[string]any) {
			if envelope["timestamp"] = stamp; stamp == nil {
				delete(envelope, "timestamp")
			}
		}))
	}
	undated := func(t *Trial, stamps ...any) {
		for _, stamp := range stamps {
			id, a := stamped(t, created, stamp)
			t.rejected(a)
			t.applied(id, 0)
		}
	}
	old := func(age func(*Trial) time.Duration) func(*Trial) {
		return func(t *Trial) {
			for _, more := range []time.Duration{0, time.Hour, 24 * time.Hour, 365 * 24 * time.Hour} {
				past := age(t)
				switch {
				case more > 0 && more < t.Stale:
					continue
				case past > 0:
					past = max(past, more) // to a clock without that unit, it is of now
				default:
					past = min(past, -more)
				}
				for _, event := range []string{created, "verify"} {
					if event == "verify" && t.UnsignedVerify {
						continue // who may forge it may write any stamp
					}
					m := t.message(event)
					m.At = m.At.Add(-past)
					t.refused(t.deliver(m))
					t.applied(m.ID, 0)
					if m.At = time.Now(); past < 0 || event == "verify" {
						continue
					}
					t.done(t.deliver(m), m.ID) // the retry of what was long on its way
				}
			}
		}
	}
	return []Probe{
		{ID: "devrev/T01", Level: Must,
			Sent: "a signed event and a signed verify request of ten minutes, an hour, a day and a year ago, and each event again, of now", Expected: "401, 400 or 403, and no effect; of those of now 200, and one effect",
			Why: "who has seen one delivery could send it again for ever", Source: devrevBoth + "; windmill-labs/windmill#8596",
			ask: old(func(t *Trial) time.Duration { return t.Stale })},
		{ID: "devrev/T02", Level: Should,
			Sent: "a signed event and a signed verify request of ten minutes, an hour, a day and a year ahead", Expected: "401, 400 or 403, and no effect",
			Why: "a stamp of tomorrow makes a copy good until tomorrow", Source: "camunda/connectors#8989",
			ask: old(func(t *Trial) time.Duration { return -t.Stale })},
		{ID: "devrev/T03", Level: Should,
			Sent: "a signed event without a timestamp", Expected: "a status of the 400s, and no effect",
			Why: "the schema does not require the member; without it no age can be judged", Source: devrevAPI + "; linear/linear#1268",
			ask: func(t *Trial) { undated(t, nil) }},
		{ID: "devrev/T04", Level: Should,
			Sent: "a signed event whose timestamp is malformed, empty, null, a number, an object, true", Expected: "a status of the 400s, and no effect",
			Why: "a window that is skipped when the stamp cannot be read is none", Source: "own-pay/OwnPay#296",
			ask: func(t *Trial) {
				undated(t, "yesterday", "", json.RawMessage("null"), time.Now().Unix(), map[string]any{"at": "now"}, true)
			}},
		{ID: "devrev/T05", Level: Must, Clock: true,
			Sent: "events and verify requests whose stamps have 0, 3 and 9 digits of a second, Z and +00:00, are as old as the time limit, two seconds ahead", Expected: "200, and the challenge",
			Why: "the pages show several forms; time on the way and clocks that differ are ordinary", Source: devrevBoth,
			ask: func(t *Trial) {
				time.Sleep(123456789 * time.Nanosecond) // a bubble begins at a whole second
				now := time.Now().UTC()
				for _, stamp := range []string{
					now.Format("2006-01-02T15:04:05Z"), now.Format("2006-01-02T15:04:05.000Z"), now.Format("2006-01-02T15:04:05.000000000Z"),
					now.Format("2006-01-02T15:04:05.000+00:00"), now.Add(-t.Fresh + 100*time.Millisecond).Format(time.RFC3339Nano),
					now.Add(2 * time.Second).Format(time.RFC3339Nano),
				} {
					id, a := stamped(t, created, stamp)
					if t.accepted(a) && t.Applied != nil && t.count(id) > 1 {
						t.fail("one effect", "%s", times(t.count(id)))
					}
					_, a = stamped(t, "verify", stamp)
					t.echoed(a, plain)
				}
			}},
		{ID: "devrev/T06", Level: Must, Clock: true,
			Sent: "an event an hour after the receiver was built", Expected: "200",
			Why: "a receiver that took the time when it began refuses everything soon after", Source: "practice",
			ask: func(t *Trial) {
				time.Sleep(time.Hour)
				t.accepted(t.deliver(t.event()))
			}},
		{ID: "devrev/T07", Level: Must,
			Sent: "each documented type, signed, ten minutes ago", Expected: "401, 400 or 403, and no effect",
			Why: "a window that stands in the branch of one type leaves the others open", Source: devrevBoth,
			ask: func(t *Trial) {
				t.everyType(func(m simulator.Message) *Request {
					m.At = m.At.Add(-t.Stale)
					return t.request(m)
				})
			}},
		{ID: "devrev/D01", Level: Must, Clock: true, Needs: []Hook{Applied},
			Sent: "the same bytes twice", Expected: "200 twice, and one effect",
			Why: "receivers must tolerate duplicates", Source: devrevGuide + "; scalekit-inc/org-brain-workshop#10",
			ask: func(t *Trial) { t.twice(t.event()) }},
		{ID: "devrev/D02", Level: Must, Clock: true, Needs: []Hook{Applied},
			Sent: "the same id 30 seconds later, with a new timestamp and signature", Expected: "200 twice, and one effect",
			Why: "a retry has the time of its sending, so its bytes differ", Source: devrevAPI + "; documenso/documenso#3204",
			ask: func(t *Trial) { t.copied(t.event(), 30*time.Second) }},
		{ID: "devrev/D03", Level: Must, Exact: true, Needs: []Hook{Applied},
			Sent: "eight copies at one time", Expected: "one effect",
			Why: "a receiver may be invoked concurrently; to look first and act then is too late", Source: devrevGuide + "; Devlaner/devlane#332",
			ask: func(t *Trial) {
				m, r := t.sample()
				t.slowly(overlap, func() {
					for _, a := range t.together(slices.Repeat([]*Request{r}, 8)...) {
						if a.Err != nil {
							t.fail("eight answers", "%s", got(a))
						}
					}
					t.applied(m.ID, 1)
				})
			}},
		{ID: "devrev/D04", Level: Should, Clock: true, Needs: []Hook{Applied},
			Sent: "a copy after the whole schedule of retries, and of other events 30 seconds later, when an hour or a day has ended meanwhile, by the stamps or by the clock", Expected: "200 each time, and one effect of each",
			Why: "what is forgotten before the last retry is done again, and so is what is kept by the hour or the day", Source: devrevGuide,
			ask: func(t *Trial) {
				const later = 30 * time.Second
				m := t.event()
				if midnight := m.At.Truncate(24 * time.Hour); m.At.Sub(midnight) < t.Fresh-time.Second { // as in a bubble, whose clock begins with the year 2000
					m.At = midnight.Add(-time.Millisecond)
					t.copied(m, later)
				}
				t.copied(t.event(), t.whole())
				t.before(later/2, func() { t.copied(t.event(), later) })
			}},
		{ID: "devrev/D05", Level: Must, Needs: []Hook{Applied},
			Sent: "two events about one object, and events whose ids differ in the case of their letters alone, or in one letter at the beginning, in the middle or at the end", Expected: "one effect of each",
			Why: "to remember objects, or a part of an id, or ids in a column that knows no case, in place of events loses events", Source: devrevAPI,
			ask: func(t *Trial) {
				var all []simulator.Message
				if t.acts(t.work("work_updated", "2", "alone", time.Now())) {
					all = append(all, t.work("work_updated", "1", "first", time.Now()), t.work("work_updated", "1", "second", time.Now().Add(time.Millisecond)))
				}
				for _, own := range []string{"U7gbBDxjiWM", "u7gbBDxjiWM", "U7gbBDxjiWm", "u7gbbdxjiwm", "U7GBBDXJIWM", "V7gbBDxjiWM", "U7gbBExjiWM", "U7gbBDxjiWN", "U7gbBDxjiW"} {
					m := t.event()
					m.ID = m.Webhook + ":webhook_event/" + t.run + own
					all = append(all, m)
				}
				var ids []string
				var events []*Request
				for _, m := range all {
					ids, events = append(ids, m.ID), append(events, t.request(m))
				}
				t.several(events, 1, func(_ int, a simulator.Attempt) { t.accepted(a) })
				t.each(ids)
			}},
		{ID: "devrev/D06", Level: Info, Clock: true, Needs: []Hook{Applied},
			Sent: "the same id for another webhook_id", Expected: "no expectation: two webhooks may lead to one URL",
			Why: "it tells what the receiver takes for the same event", Source: devrevAPI,
			ask: func(t *Trial) {
				m := t.event()
				t.accepted(t.deliver(m))
				m.Webhook += "2"
				t.accepted(t.deliver(m))
				t.Settle()
				t.note("an event that comes from two webhooks has %s", times(t.count(m.ID)))
			}},
		{ID: "devrev/D07", Level: Should, Exact: true, Needs: []Hook{Applied},
			Sent: "an event, a hundred others, and a copy of the first", Expected: "200 each time, and one effect of each",
			Why: "a memory of the last few events loses them in a burst, and a retry comes after it", Source: devrevGuide,
			ask: (*Trial).remembered},
		{ID: "devrev/D08", Level: Must, Clock: true, Needs: []Hook{Applied},
			Sent: "an event of each documented type, and the same bytes again", Expected: "200 each time, and one effect of each that has any",
			Why: "a memory that stands in the branch of one type, or of one object, knows no copies of the others", Source: devrevGuide,
			ask: func(t *Trial) { t.acted(t.twice) }},
		{ID: "devrev/R01", Level: Must, Clock: true, Needs: []Hook{Applied, FailNext},
			Sent: "an event whose effect fails once, and one whose effect fails four times, with the retries that follow", Expected: "another status than 2xx, then 200, and one effect; of the second one effect, if it is acknowledged",
			Why: "what is acknowledged or remembered before it is done is lost when it fails, or fails more often than the receiver tries", Source: devrevGuide + "; aashutoshkumarbhardwaj/CreatorOs#984",
			skip: unretried,
			ask: func(t *Trial) {
				t.recovers(t.event())
				t.failing(4)
			}},
		{ID: "devrev/R02", Level: Must, Clock: true, Needs: []Hook{SlowBy},
			Sent: "three events whose effects take ten seconds, with the retries that follow", Expected: "an answer within the three seconds, 200 in the end, and one effect of each",
			Why: "an attempt without an answer is aborted and made again", Source: devrevGuide + "; tramlinehq/tramline#128",
			skip: unretried,
			ask: func(t *Trial) {
				t.SlowBy(10 * time.Second)
				var ids []string
				for range 3 { // the second may find the worker busy
					if m := t.event(); t.prompt(m) {
						ids = append(ids, m.ID)
					}
				}
				t.quickly()
				if t.Applied != nil {
					t.each(ids)
				}
			}},
		{ID: "devrev/R03", Level: Must, Clock: true, Needs: []Hook{Applied, SlowBy},
			Sent: "an event whose effect takes four seconds, three times, as if each answer were lost", Expected: "one effect",
			Why: "the work goes on after the sender has hung up, and the retry comes", Source: devrevGuide,
			ask: func(t *Trial) {
				t.SlowBy(4 * time.Second)
				m := t.event()
				next := t.again(m)
				t.once(next())
				for _, w := range t.Settings.Waits {
					time.Sleep(w)
					t.once(next())
				}
				t.applied(m.ID, 1)
			}},
		{ID: "devrev/R04", Level: Must, Clock: true, Needs: []Hook{Applied, SlowBy},
			Sent: "an event whose effect takes two seconds; a look a minute later", Expected: "one effect",
			Why: "work that goes on after the answer must not use the request's context", Source: "sipeed/picoclaw#914; mark3labs/mcp-go#248",
			ask: func(t *Trial) {
				t.SlowBy(2 * time.Second)
				m := t.event()
				t.done(t.deliver(m), m.ID)
			}},
		{ID: "devrev/R06", Level: Must, Clock: true, Needs: []Hook{Applied, SlowBy},
			Sent: "a hundred events, eight at a time, whose effects take a fiftieth of a second", Expected: "one effect of each that is acknowledged",
			Why: "a queue that is full must say so: what is acknowledged is never sent again", Source: devrevGuide,
			ask: (*Trial).kept},
		{ID: "devrev/R07", Level: Must, Clock: true, Needs: []Hook{Applied, FailNext, SlowBy},
			Sent: "an event whose effect takes so long that a retry comes while it is at work, and then fails, and the retries that follow", Expected: "one effect",
			Why: "who acknowledges a retry because the first is at work loses the event when that fails", Source: devrevGuide,
			skip: unretried, ask: (*Trial).meanwhile},
		{ID: "devrev/R08", Level: Must, Clock: true, Needs: []Hook{Applied, FailNext},
			Sent: "an event of each documented type that the receiver acts on, whose effect fails once, with the retries that follow", Expected: "another status than 2xx, then 200, and one effect",
			Why: "what stands in the branch of one type leaves the others to be lost", Source: devrevGuide,
			skip: unretried, ask: func(t *Trial) { t.acted(t.recovers) }},
		{ID: "devrev/R09", Level: Must, Clock: true, Needs: []Hook{Applied, SlowBy},
			Sent: "an event of each documented type that the receiver acts on, whose effect takes ten seconds, with the retries that follow", Expected: "an answer within the three seconds, 200 in the end, and one effect",
			Why: "what works before it answers in the branch of one type gets its events again", Source: devrevGuide,
			skip: unretried,
			ask: func(t *Trial) {
				t.acted(func(m simulator.Message) {
					t.SlowBy(10 * time.Second)
					if t.prompt(m) {
						t.applied(m.ID, 1)
					}
					t.SlowBy(0)
				})
			}},
		{ID: "devrev/R05", Level: Info, Clock: true,
			Sent: "an attempt after each of the waits, with the stamp of the event", Expected: "no expectation: the pages disagree about the stamp of a retry",
			Why: "it tells which retries would be lost if the stamp is the event's", Source: devrevBoth,
			ask: func(t *Trial) {
				begun := time.Now()
				for i := 0; ; i++ {
					m := t.event()
					m.At = begun
					t.note("%v after the event: %s", time.Since(begun), got(t.deliver(m)))
					if i == len(t.Settings.Waits) {
						return
					}
					time.Sleep(t.Settings.Waits[i])
				}
			}},
		{ID: "devrev/O01", Level: Should, Clock: true, Needs: []Hook{State},
			Sent: "of a work item, and of an object of each kind that has events of updates, a newer update, then an older one; and an update of another work item", Expected: "200 each time, the newer state of what the receiver holds stays, and the work items are there",
			Why: "events come in an order that is nearly that of the changes", Source: devrevGuide + "; google/go-github#2706",
			ask: func(t *Trial) {
				at := time.Now()
				before := at.Add(-time.Second)
				o := t.objects()
				o.tell("1", "updated", "newer", at, at, t.accepted)
				t.Settle()
				newer, unknown := o.states("1"), o.states("unknown")
				t.accepted(t.deliver(t.work("work_updated", "2", "another", before)))
				o.tell("1", "updated", "older", before, before, t.accepted)
				o.stay(newer, "", func(kind string) bool { return newer[kind] != unknown[kind] })
				if newer["work"] == unknown["work"] {
					t.fail("a state of the object that was updated", "%q, as of one that is unknown", newer["work"])
				}
				if t.State(object("2")) == unknown["work"] {
					t.fail("the other object", "nothing")
				}
				t.deliver(t.work("work_updated", "1", "tie", at))
				t.Settle()
				t.note("of two updates with one modified_date, the later to come counts: %v", t.State(object("1")) != newer["work"])
			}},
		{ID: "devrev/O02", Level: Should, Clock: true, Needs: []Hook{State},
			Sent: "of a work item, and of an object of each kind, a creation, a deletion, then an update from before it, and again after the last retry", Expected: "200 each time, and what was deleted stays so",
			Why: "a late update must not bring back what is gone", Source: devrevGuide,
			ask: func(t *Trial) {
				at := time.Now()
				o := t.objects("created", "deleted")
				for _, number := range []string{"1", "2"} {
					o.tell(number, "created", "title", at.Add(-2*time.Second), at.Add(-2*time.Second), t.accepted)
				}
				o.tell("1", "deleted", "", at, at, t.accepted)
				t.Settle()
				before, there, unknown := o.states("1"), o.states("2"), o.states("unknown")
				for _, later := range []time.Duration{0, t.whole()} {
					time.Sleep(later)
					stamp := at.Add(-time.Second)
					if later > 0 {
						stamp = time.Now() // of its sending
					}
					o.tell("1", "updated", "late", at.Add(-time.Second), stamp, t.accepted)
					because := fmt.Sprintf(": a KIND_deleted with the timestamp %s came before this KIND_updated, whose modified_date %s is older, whatever its timestamp; to remember what was deleted is enough", stampOf(at), stampOf(at.Add(-time.Second)))
					// Of the other kinds a receiver may hold nothing, or ignore deletions.
					o.stay(before, because, func(kind string) bool {
						return kind == "work" || before[kind] == unknown[kind] && there[kind] != unknown[kind]
					})
				}
			}},
		{ID: "devrev/O03", Level: Should, Clock: true, Needs: []Hook{State},
			Sent: "of a work item, and of an object of each kind, an update before the creation", Expected: "no status of the 500s, and the work item, and what the receiver holds of the others, is there with the state of the update",
			Why: "an update may come first", Source: devrevGuide,
			ask: func(t *Trial) {
				at := time.Now()
				before := at.Add(-time.Second)
				o := t.objects("created")
				o.tell("1", "updated", "newer", at, at, t.healthy)
				t.Settle()
				updated, unknown := o.states("1"), o.states("unknown")
				o.tell("1", "created", "older", before, before, t.healthy)
				// What waits for the creation has no state before it.
				o.stay(updated, "", func(kind string) bool { return updated[kind] != unknown[kind] })
				if t.State(object("1")) == unknown["work"] {
					t.fail("the object", "nothing")
				}
			}},
	}
}

// whole is how long the retries go on.
func (t *Trial) whole() (d time.Duration) {
	for _, w := range t.Settings.Waits {
		d += w
	}
	return d
}

// others is how many events come between one and its copy.
const others = 100

// inOrder is how many of many deliveries are on their way at a time where the order of
// their effects counts: one where time costs nothing.
func (t *Trial) inOrder() int {
	if t.Settle != nil {
		return 1
	}
	return atOnce
}

// burst delivers that many events and returns their ids.
func (t *Trial) burst(atOnce int, judge func(id string, a simulator.Attempt)) (ids []string) {
	var all []*Request
	for range others {
		m, r := t.sample()
		ids, all = append(ids, m.ID), append(all, r)
	}
	t.several(all, atOnce, func(i int, a simulator.Attempt) { judge(ids[i], a) })
	return ids
}

// each expects one effect of each of the ids; the first that has another number fails.
func (t *Trial) each(ids []string) {
	for _, id := range ids {
		if !t.await(id, 1) {
			break
		}
	}
	t.rest()
	for _, id := range ids {
		if n := t.count(id); n != 1 {
			t.fail("one effect of each", "%s of %s", times(n), id)
			return
		}
	}
}

// kept delivers many events whose effects take time, and expects that those come which
// were acknowledged: what is full says so.
func (t *Trial) kept() {
	t.SlowBy(20 * time.Millisecond)
	var taken []string
	t.burst(atOnce, func(id string, a simulator.Attempt) {
		if a.Err == nil && a.Status/100 == 2 {
			taken = append(taken, id)
		}
	})
	if len(taken) == 0 {
		t.fail("some of a hundred events acknowledged", "none")
	}
	t.each(taken)
}

// remembered delivers an event, many others, and the first again.
func (t *Trial) remembered() {
	m, r := t.sample()
	t.accepted(t.send(r))
	ids := t.burst(t.inOrder(), func(_ string, a simulator.Attempt) { t.accepted(a) })
	t.accepted(t.send(r))
	t.each(append(ids, m.ID))
}

// twice delivers the same bytes two times, which has one effect.
func (t *Trial) twice(m simulator.Message) {
	r := t.request(m)
	t.accepted(t.send(r))
	t.accepted(t.send(r))
	t.applied(m.ID, 1)
}

// copied delivers an event, and a copy of it as a retry would be, later.
func (t *Trial) copied(m simulator.Message, d time.Duration) {
	t.accepted(t.deliver(m))
	time.Sleep(d)
	m.At = time.Now()
	t.accepted(t.deliver(m))
	t.applied(m.ID, 1)
}

// acted calls f with an event of each documented type that has an effect: one that a
// receiver does not act on says nothing. A first one of the type shows which it is.
func (t *Trial) acted(f func(simulator.Message)) {
	for _, event := range t.live.EventTypes() {
		m := t.about(event)
		t.deliver(m)
		if t.Settle(); t.count(m.ID) > 0 {
			f(t.about(event))
		}
	}
}

// acts reports whether the receiver acts on such an event at all: webhooks name the
// events that they are about.
func (t *Trial) acts(m simulator.Message) bool {
	a := t.deliver(m)
	if !t.acknowledged(a) || !t.await(m.ID, 1) {
		t.note("the receiver does not act on %s, so that part was not asked", m.Event)
		return false
	}
	return true
}

// about is an event about an object of its own, which is there.
func (t *Trial) about(event string) simulator.Message {
	object, _, _ := strings.Cut(event, "_updated")
	object, _, _ = strings.Cut(object, "_deleted")
	n := t.made
	of := func(event string) simulator.Message {
		m := t.message(event)
		m.Payload = json.RawMessage(strings.ReplaceAll(string(text(m.Payload)), `:id/1"`, fmt.Sprintf(`:id/%d"`, n)))
		return m
	}
	if object != event {
		t.deliver(of(object + "_created"))
		t.Settle()
	}
	return of(event)
}

// object is the id of a work item.
func object(number string) string { return "don:core:dvrv-us-1:devo/example:issue/" + number }

// stampOf is a time as DevRev's pages show it.
func stampOf(at time.Time) string { return at.UTC().Format("2006-01-02T15:04:05.000Z") }

func (t *Trial) work(event, number, title string, modified time.Time) simulator.Message {
	m := t.message(event)
	m.At = modified
	if event == "work_deleted" {
		m.Payload = map[string]any{"id": object(number)}
		return m
	}
	m.Payload = map[string]any{"work": map[string]any{
		"type": "issue", "id": object(number), "owned_by": []any{}, "title": title,
		"modified_date": stampOf(modified),
	}}
	return m
}

// devrevFormProbes ask about types, forms, methods and sizes.
func devrevFormProbes() []Probe {
	type envelope = map[string]any
	sent := func(t *Trial, change func(envelope)) (string, simulator.Attempt) {
		m := t.event()
		return m.ID, t.send(t.changed(m, change))
	}
	return []Probe{
		{ID: "devrev/U01", Level: Must,
			Sent: "a type that no page lists", Expected: "200",
			Why: "the list grows; other answers count as failures, and sustained failures stop all events", Source: devrevAPI + "; mattermost/mattermost-plugin-zoom#257",
			ask: func(t *Trial) {
				m := t.message("comet_observed")
				m.Payload = envelope{"comet": envelope{"id": object("9")}}
				t.accepted(t.deliver(m))
			}},
		{ID: "devrev/U02", Level: Must,
			Sent: "members that no page lists", Expected: "200, and one effect",
			Why: "the vendor's own samples have some; strict decoders refuse them", Source: devrevAPI,
			ask: func(t *Trial) {
				id, a := sent(t, func(e envelope) {
					e["unique_key"] = "ISS-1"
					e[created].(envelope)["work"].(envelope)["unique_key"] = "ISS-1"
				})
				t.done(a, id)
			}},
		{ID: "devrev/U03", Level: Should,
			Sent: "an event without a type", Expected: "no status of the 500s, no panic",
			Why: "the schema does not require the member", Source: devrevAPI,
			ask: func(t *Trial) {
				_, a := sent(t, func(e envelope) { delete(e, "type") })
				t.healthy(a)
			}},
		{ID: "devrev/U04", Level: Should,
			Sent: "a type without its payload, with null, with an empty one", Expected: "no status of the 500s, no panic",
			Why: "the schema allows it, and a missing object is a nil pointer in Go", Source: devrevAPI + "; runatlantis/atlantis#150; apache/devlake#5681",
			ask: func(t *Trial) {
				for _, payload := range []any{"none", nil, envelope{}, envelope{"work": nil}} {
					_, a := sent(t, func(e envelope) {
						if e[created] = payload; payload == "none" {
							delete(e, created)
						}
					})
					t.healthy(a)
				}
				_, a := sent(t, func(e envelope) { e["type"] = "verify"; delete(e, created) })
				t.healthy(a)
			}},
		{ID: "devrev/U05", Level: Should,
			Sent: "each documented type with the smallest payload that its schema allows, creations and deletions last", Expected: "no status of the 500s, no panic",
			Why: "most of the types were never tried", Source: devrevAPI,
			ask: func(t *Trial) {
				var ends, others []*Request
				for _, event := range t.live.EventTypes() {
					r := t.request(t.message(event))
					if strings.HasSuffix(event, "_created") || strings.HasSuffix(event, "_deleted") {
						ends = append(ends, r)
					} else {
						others = append(others, r)
					}
				}
				for _, wave := range [][]*Request{others, ends} { // so that it is certain what comes about an object that is unknown
					t.several(wave, atOnce, func(_ int, a simulator.Attempt) { t.healthy(a) })
				}
			}},
		{ID: "devrev/U06", Level: Should, Exact: true,
			Sent: "events as a busy tenant has them, one for each: titles " + written + ", and with \\u0000; a long body, integers above 2^53 and below zero, fractions, custom fields of each type of JSON and nested twenty deep, two owners, two tags, an unknown word as the priority, a stage, a part, an artifact, who has created, changed and reported it, and dates with 0, 1, 3, 6 and 9 digits of a second", Expected: "200, and one effect of each",
			Why: "columns of a database, and types of a program, are often narrower than what the schema allows", Source: devrevAPI + "; practice",
			ask: func(t *Trial) {
				t.busy(busyWork(min(70_000, t.Accept/2)), func(set func(map[string]any)) simulator.Message {
					m := t.work(created, strconv.Itoa(t.made), "title", time.Now())
					set(m.Payload.(envelope)["work"].(envelope))
					return m
				})
			}},
		{ID: "devrev/U07", Level: Should,
			Sent: "a work item of an unknown type", Expected: "200",
			Why: "enumerations grow as the list of events does", Source: devrevAPI,
			ask: func(t *Trial) {
				m := t.work(created, "1", "title", time.Now())
				m.Payload.(envelope)["work"].(envelope)["type"] = "epic"
				t.accepted(t.deliver(m))
			}},
		{ID: "devrev/J01", Level: Should,
			Sent: "signed bodies that are no event: empty, {, null, [], a string, bad UTF-8, 20,000 brackets, two documents, a byte order mark, a doubled type", Expected: "a status of the 400s, or 200 for legal JSON; no panic",
			Why: "a correct signature says nothing about the form", Source: "practice",
			ask: (*Trial).malformed},
		{ID: "devrev/M01", Level: Should,
			Sent: "GET, HEAD, PUT, DELETE, OPTIONS and PATCH with a valid signature", Expected: "no effect, and no status of the 500s; 405 is best",
			Why: "probes and crawlers send them", Source: "mattermost/mattermost-plugin-apps#389; adnanh/webhook#423",
			ask: (*Trial).methods},
		{ID: "devrev/C01", Level: Should,
			Sent: "an event and a verify request with Content-Type: application/json; charset=utf-8", Expected: "200, one effect, and the challenge",
			Why: "a comparison with the bare media type loses the body", Source: "airqo-platform/AirQo-api#6616",
			ask: func(t *Trial) {
				with := func(m simulator.Message) simulator.Attempt {
					return t.send(t.request(m).with("Content-Type", "application/json; charset=utf-8"))
				}
				m := t.event()
				t.done(with(m), m.ID)
				t.echoed(with(t.message("verify")), plain)
			}},
		{ID: "devrev/B01", Level: Should, Needs: []Hook{InProcess},
			Sent: "an unsigned body of 32 MiB", Expected: "a refusal after 4 MiB at most; 413 is best",
			Why: "everybody can fill the memory of a receiver that reads without a limit", Source: "adnanh/webhook#756; monetr/monetr#3093",
			ask: func(t *Trial) { t.flood(t.signed(created, nil).with(devrevHeader, "wrong")) }},
		{ID: "devrev/B02", Level: Should, Exact: true,
			Sent: "a valid event of 300 KiB", Expected: "200, and one effect",
			Why: "objects with custom fields are large", Source: "rotki/rotki.com#622",
			ask: func(t *Trial) {
				id, a := sent(t, func(e envelope) {
					e[created].(envelope)["work"].(envelope)["custom_fields"] = envelope{"note": strings.Repeat("x", t.Accept)}
				})
				t.done(a, id)
			}},
		{ID: "devrev/B03", Level: Info, Clock: true, Needs: []Hook{InProcess},
			Sent: "a body that trickles", Expected: "no expectation: a deadline of the server's is out of sight here",
			Why: "slow senders hold connections", Source: "practice",
			ask: func(t *Trial) { t.trickle(t.signed(created, nil)) }},
	}
}
