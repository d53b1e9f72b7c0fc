package drift

import (
	"cmp"
	"fmt"
	"slices"

	"example.com/webhookvcr/internal/contract"
	"example.com/webhookvcr/internal/provider"
)

// finding is a change before it is known to be drift.
type finding struct {
	rule    Rule
	pointer string
	key     string // the pointer with all items of an array alike
	message string
	value   string // tells two breaches of one place apart, and is for no one's eyes
	body    bool   // about a place in the body
	// before and after are what stands there, see Change.
	before, after string
	// unless is the rule whose finding makes this one superfluous.
	unless Rule
	// once says that one of two fresh answers alone has it.
	once bool
}

// Compare reports what a client of the vendor would notice between a stored
// recording and a fresh one. again is a second fresh recording, made a moment
// later with the same requests; with none nothing is known to be volatile. What is
// never volatile counts whichever of the two has it.
//
// Two equal recordings have no drift, whatever they hold.
func Compare(d *provider.Definition, stored, fresh, again []contract.Exchange) Report {
	r := Report{Provider: d.Name, Changes: []Change{}, Volatile: []Volatile{}}
	met := pair(stored, fresh)
	twins, storedTwins := pairing{}, pairing{}
	if len(again) > 0 {
		twins, storedTwins = pair(fresh, again), pair(stored, again)
	}
	for i, s := range stored {
		j, ok := met.other[i]
		if !ok {
			if _, flaps := storedTwins.other[i]; flaps {
				r.volatile(i, finding{rule: ExchangeGone})
				continue
			}
			r.change(i, finding{rule: ExchangeGone, message: fmt.Sprintf("this %s of the stored recording is no longer made: a client goes through fewer steps than before", describeRequest(s.Request))})
			continue
		}
		k, twice := twins.other[j]
		if !twice {
			r.exchange(i, findings(d, s, fresh[j]), nil)
			continue
		}
		// The body is compared with that of the answer that has the stored status.
		main, other := fresh[j], again[k]
		if main.Response.Status != s.Response.Status && other.Response.Status == s.Response.Status {
			main, other = other, main
		}
		r.exchange(i, either(findings(d, s, main), findings(d, s, other)), differences(d, fresh[j], again[k]))
	}
	for _, j := range met.extra {
		if _, ok := twins.other[j]; !ok && len(again) > 0 {
			r.volatile(j, finding{rule: ExchangeNew})
			continue
		}
		r.change(j, finding{rule: ExchangeNew, message: fmt.Sprintf("this %s of the fresh recording is made in addition: a client goes through more steps than before", describeRequest(fresh[j].Request))})
	}
	r.sort()
	return r
}

// findings are what has changed from a stored answer to a fresh one.
func findings(d *provider.Definition, stored, fresh contract.Exchange) []finding {
	found := slices.Concat(differences(d, stored, fresh), breaches(d, stored, fresh))
	illustrate(d, stored, fresh, found)
	return found
}

// either joins what was found in two fresh answers. Of the second counts what is never volatile.
func either(main, other []finding) []finding {
	has := func(all []finding, f finding) bool {
		return slices.ContainsFunc(all, func(g finding) bool { return g.rule == f.rule && g.key == f.key && g.value == f.value })
	}
	all := slices.Clone(main)
	for i, f := range all {
		all[i].once = f.rule.steady() && !has(other, f)
	}
	for _, f := range other {
		if f.rule.steady() && !has(main, f) {
			f.once = true
			all = append(all, f)
		}
	}
	return all
}

// exchange enters what was found in one exchange, but for what two fresh recordings disagree about.
func (r *Report) exchange(i int, found, unsteady []finding) {
	type place struct {
		key    string
		aspect aspect
	}
	flapping := map[place]bool{}
	for _, f := range unsteady {
		if f.rule.steady() {
			continue
		}
		flapping[place{f.key, f.rule.ruling().aspect}] = true
		r.volatile(i, f)
	}
	steady := slices.DeleteFunc(found, func(f finding) bool {
		return !f.rule.steady() && flapping[place{f.key, f.rule.ruling().aspect}]
	})
	// A breach says more about a place than a difference does.
	breached, ruled := map[string]bool{}, map[Rule]bool{}
	for _, f := range steady {
		ruled[f.rule] = true
		if f.rule.ruling().aspect == never {
			breached[f.key] = true
		}
	}
	type entry struct {
		key, message string
		rule         Rule
	}
	listed := map[entry]bool{}
	for _, f := range steady {
		difference := f.rule.ruling().aspect != never
		switch e := (entry{f.key, f.message, f.rule}); {
		case difference && f.body && breached[f.key], f.rule == LayoutChanged && len(breached) > 0:
		case f.unless != "" && ruled[f.unless]:
		case listed[e]: // the items of an array share one line
		default:
			listed[e] = true
			r.change(i, f)
		}
	}
}

func (r *Report) change(exchange int, f finding) {
	if f.once {
		f.message += " (so it is in one of two answers made a moment apart)"
	}
	r.Changes = append(r.Changes, Change{Class: f.rule.Class(), Rule: f.rule, Exchange: exchange, Pointer: f.pointer, Before: f.before, After: f.after, Message: f.message})
}

func (r *Report) volatile(exchange int, f finding) {
	message := "the " + string(f.rule.ruling().aspect) + " differs between two recordings made a moment apart"
	switch f.rule.ruling().aspect {
	case presence:
		message = "it is there in one of two recordings made a moment apart only"
	case layout:
		message = "it is written differently in two recordings made a moment apart"
	}
	r.Volatile = append(r.Volatile, Volatile{Exchange: exchange, Pointer: f.pointer, Message: message})
}

// maxListed bounds what is listed of an answer that differs in thousands of
// places; the worst are listed first.
const maxListed = 200

func (r *Report) sort() {
	rank := func(c Class) int { return slices.Index(Classes(), c) }
	slices.SortFunc(r.Changes, func(a, b Change) int {
		return cmp.Or(cmp.Compare(rank(a.Class), rank(b.Class)), cmp.Compare(a.Exchange, b.Exchange),
			cmp.Compare(a.Pointer, b.Pointer), cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Message, b.Message))
	})
	r.Changes = slices.Compact(r.Changes)
	slices.SortFunc(r.Volatile, func(a, b Volatile) int {
		return cmp.Or(cmp.Compare(a.Exchange, b.Exchange), cmp.Compare(a.Pointer, b.Pointer), cmp.Compare(a.Message, b.Message))
	})
	r.Volatile = slices.Compact(r.Volatile)
	if n := len(r.Changes) - maxListed; n > 0 {
		r.Changes, r.More = r.Changes[:maxListed:maxListed], n
	}
	if n := len(r.Volatile) - maxListed; n > 0 {
		r.Volatile, r.MoreVolatile = r.Volatile[:maxListed:maxListed], n
	}
}

// differences compares two answers to the same request.
func differences(d *provider.Definition, a, b contract.Exchange) []finding {
	if a.Response.Status != b.Response.Status {
		return []finding{changedStatus(d, a, b)}
	}
	return slices.Concat(headers(d, a, b), bodies(d, a, b))
}

func changedStatus(d *provider.Definition, a, b contract.Exchange) finding {
	f := finding{rule: StatusChanged, message: fmt.Sprintf("the HTTP status was %d and is %d: a client takes another branch than before", a.Response.Status, b.Response.Status)}
	if !documented(d, b) {
		f.message = fmt.Sprintf("the HTTP status was %d and is %d, which the contract does not list for this operation: a client has no branch for it", a.Response.Status, b.Response.Status)
	}
	return f
}

// documented reports whether the contract lists the answer's status for the operation.
func documented(d *provider.Definition, e contract.Exchange) bool {
	if e.Request.URL == nil {
		return false
	}
	route, ok := d.Find(e.Request.Method, e.Request.URL)
	return ok && route.Operation.Response(e.Response.Status) != nil
}
