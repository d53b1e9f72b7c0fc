package drift

import "slices"

// Change is one difference that a client may notice.
type Change struct {
	Class Class `json:"class"`
	Rule  Rule  `json:"rule"`
	// Exchange is the place of the exchange in the stored recording, counted from
	// 0; with the rule exchange-new it is the place in the fresh one.
	Exchange int `json:"exchange"`
	// Pointer is the JSON pointer into the fresh body, or a header's name; empty
	// when the whole is meant. What is gone is reported where it would stand.
	Pointer string `json:"pointer"`
	// Before and After say what stood there and what stands there now: a word of the
	// contract as a JSON string, any other value by its JSON type, and "absent".
	// Both are empty when the whole exchange is meant.
	Before string `json:"before"`
	After  string `json:"after"`
	// Message is one sentence of why it matters.
	Message string `json:"message"`
}

// Volatile is a place that differs between two requests a moment apart.
type Volatile struct {
	Exchange int    `json:"exchange"`
	Pointer  string `json:"pointer"`
	Message  string `json:"message"`
}

// Report is the drift of one recording. The zero value has none.
type Report struct {
	// Provider is the vendor's name.
	Provider string
	// Scenario is the recording's name; Compare does not know it.
	Scenario string
	// Stored is where the stored recording comes from: "live", "simulated", or
	// empty when that is not known. Drift against a simulated one may be the
	// simulator's; Compare does not know it.
	Stored string
	// Changes are sorted: the worst class first, then by exchange and pointer.
	Changes  []Change
	Volatile []Volatile
	// More and MoreVolatile count what was left out of lists that would be too
	// long; of the changes the worst are listed.
	More, MoreVolatile int
}

// Worst returns the worst class that occurs, or "" when there is no drift.
func (r Report) Worst() Class {
	if len(r.Changes) == 0 {
		return ""
	}
	return r.Changes[0].Class
}

// Shown returns the report of a comparison with a cassette that shows what may
// come, and not what came: a simulated one. That an optional member or a header is
// not there is no drift against it; the absence of a required member is a breach of
// the contract, and stays.
func (r Report) Shown() Report {
	r.Changes = slices.DeleteFunc(slices.Clone(r.Changes), func(c Change) bool {
		return c.Rule == MemberGone || c.Rule == MemberOfVariantGone || c.Rule == HeaderGone || c.Rule == ItemsGone
	})
	return r
}

// Counts returns how many of the listed changes each class has.
func (r Report) Counts() map[Class]int {
	counts := map[Class]int{Breaking: 0, Additive: 0, Cosmetic: 0}
	for _, c := range r.Changes {
		counts[c.Class]++
	}
	return counts
}

// Reports is the outcome of a check of several recordings.
type Reports []Report

// Worst returns the worst class that occurs, or "" when there is no drift.
func (all Reports) Worst() Class {
	for _, class := range Classes() {
		if slices.ContainsFunc(all, func(r Report) bool { return r.Worst() == class }) {
			return class
		}
	}
	return ""
}
