package vcr

import (
	"fmt"

	"example.com/webhookvcr/internal/placeholder"
	"example.com/webhookvcr/internal/provider"
)

// leaks is the gate: every token of every captured exchange must have an account
// (account.go). It shares no code with the replacing of values, so that a fault
// there is found here. The hint says what to do about the reasons.
func (r *Recording) leaks() (reasons []string, hint string) {
	// The table is asked, not the tenant: what counts is whether the search knows
	// the credential.
	if r.Tenant.Token == "" || r.Tenant.Token != provider.Token && !r.table.Known(provider.Token) {
		return []string{"no credential was registered, so nothing could be searched for"}, "name a credential of the tenant's"
	}
	hint = "change what the test sends"
	known := r.knowledge()
	for i := range r.captured {
		if found, answered := r.unaccounted(i, known); len(found) > 0 {
			if answered {
				hint = "name the member in Redact, or report it as a new field of the vendor"
			}
			place := r.placeOf(i, known)
			for _, reason := range found {
				reasons = append(reasons, place+": "+reason)
			}
		}
	}
	return reasons, hint
}

// place is how messages call a captured exchange. A URL or a method that shows
// what it should not is left out of them as well.
func (r *Recording) place(i int) string { return r.placeOf(i, r.knowledge()) }

func (r *Recording) placeOf(i int, known *knowledge) string {
	e, err := r.examine(i, known)
	if err != nil {
		return fmt.Sprintf("exchange #%d", i)
	}
	sound := true
	e.walk(func(t token) {
		if t.sort <= queryValue && t.in == "request" && sound && (t.sort != rootToken || t.at == "base URL" || t.at == "fragment") {
			account := e.account(t)
			sound = account != NoAccount && (account < OpenWord || len(e.late(t)) == 0)
		}
	})
	if !sound {
		return fmt.Sprintf("exchange #%d", i)
	}
	return fmt.Sprintf("exchange #%d (%s %s)", i, e.ia.Request.Method, e.ia.Request.URL)
}

// suspicious returns the rule by which a text looks like a credential or a
// personal datum; empty when none does.
func suspicious(text string) string {
	if found := placeholder.Credentials([]byte(text)); len(found) > 0 {
		return found[0].Rule
	}
	return ""
}
