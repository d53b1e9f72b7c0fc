package record

import (
	"encoding/json"
	"fmt"
	"net/url"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"example.com/webhookvcr/internal/cassette"
	"example.com/webhookvcr/internal/contract"
	"example.com/webhookvcr/internal/placeholder"
	"example.com/webhookvcr/internal/provider"
)

// leaks is the gate: every token of every captured exchange must have an account
// (account.go). It shares no code with the replacing of values, so that a fault
// there is found here. The hint says what to do about the reasons.
func (r *Recording) leaks() (reasons []string, hint string) {
	// The table is asked, not the tenant: what counts is whether the search knows the credential.
	if r.Tenant.Token == "" || r.Tenant.Token != provider.Token && !r.table.Known(provider.Token) {
		return []string{"no credential was registered, so nothing could be searched for"}, "name a credential of the tenant's"
	}
	hint = "change what the test sends"
	known := r.knowledge()
	for i, found := range r.unaccounted(known) {
		if found.answered {
			hint = "report it as a new field of the vendor"
			if redact := r.Spell("Redact", ""); redact != "" {
				hint = "name the member in " + redact + ", or " + hint
			}
		}
		if len(found.reasons) > 0 {
			place := r.placeOf(i, known)
			for _, reason := range found.reasons {
				reasons = append(reasons, place+": "+reason)
			}
		}
	}
	return reasons, hint
}

// finding is what one exchange holds that nothing accounts for: by place, never by
// value, and whether a part of it stands in the answer.
type finding struct {
	reasons  []string
	answered bool
}

// unaccounted examines all captured exchanges, on as many processors as there are: a
// test that records waits for it.
func (r *Recording) unaccounted(known *knowledge) []finding {
	all := make([]finding, len(r.captured))
	var next atomic.Int64
	var workers sync.WaitGroup
	for range min(len(all), runtime.GOMAXPROCS(0)) {
		workers.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(all); i = int(next.Add(1)) - 1 {
				all[i] = r.unaccountedIn(i, known)
			}
		})
	}
	workers.Wait()
	return all
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

// audit is one exchange of a recording under examination.
type audit struct {
	r   *Recording
	i   int
	ia  *cassette.Interaction
	url *url.URL
	// answer is the answer as it was read when it came.
	answer contract.Response
	*knowledge
	// plain remembers which names of members are plain.
	plain map[string]bool
	// ownURL, ownBody say that a shipped scenario sends this very URL, this body.
	ownURL, ownBody bool
}

// unaccountedIn examines one captured exchange. It shares no code with the replacing of values.
func (r *Recording) unaccountedIn(i int, known *knowledge) (found finding) {
	e, err := r.examine(i, known)
	if err != nil {
		return finding{reasons: []string{err.Error()}}
	}
	seen := map[string]bool{}
	unnamed := map[string]bool{} // pointers that end in a name which must not be shown
	hidden := map[string]bool{}
	e.walk(func(t token) {
		account := e.account(t)
		if t.sort == headerName && account == NoAccount {
			hidden[t.in+t.value] = true
		}
		if t.sort == headerValue && hidden[t.in+t.at] {
			return
		}
		for end := 1; end <= len(t.at) && len(unnamed) > 0; end++ {
			if (end == len(t.at) || t.at[end] == '/') && unnamed[t.at[:end]] {
				t.at = t.at[:strings.LastIndexByte(t.at[:end], '/')] + "/…"
				break
			}
		}
		if t.sort == memberToken && (account == NoAccount || account == OpenWord && len(e.late(t)) > 0) {
			unnamed[t.role] = true
		}
		before := len(found.reasons)
		switch {
		case account == NoAccount:
			if reason := t.place() + " has no account: " + t.missing(); !seen[reason] {
				seen[reason] = true
				found.reasons = append(found.reasons, reason)
			}
		case account >= OpenWord: // the others are closed forms: what equals a value there does so by chance
			found.reasons = append(found.reasons, e.late(t)...)
		}
		found.answered = found.answered || len(found.reasons) > before && t.in == "answer"
	})
	return found
}

func (r *Recording) examine(i int, known *knowledge) (*audit, error) {
	ia := r.captured[i]
	u, err := url.Parse(ia.Request.URL)
	if err != nil {
		return nil, fmt.Errorf("the request's URL cannot be read")
	}
	e := &audit{r: r, i: i, ia: ia, url: u, knowledge: known, plain: map[string]bool{}}
	if i < len(r.answers) {
		e.answer = r.answers[i]
	}
	if s := r.Scenario; s != nil {
		e.ownURL = ia.Request.URL == r.Definition.BaseURL+s.Request.Target
		e.ownBody = ia.Request.Body == s.Request.Body
	}
	return e, nil
}

// knowledge is what the examinations of all exchanges share.
type knowledge struct {
	// sent are the words that the caller sent in the open, with the exchange in which
	// it did so first.
	sent map[string]int
	// events are the events that the caller names in the paths of all exchanges.
	events map[string]bool
	// parts are the parts of names, addresses and hosts that the table replaces.
	parts map[string]bool
	// searching is held while the table is searched: it learns what it has to look for
	// when it first does so.
	searching sync.Mutex
	// texts are the exchanges as a message searches them; nil until one does.
	texts []string
}

// sentBefore says whether the caller had sent a word when this exchange's answer came.
func (e *audit) sentBefore(word string) bool {
	first, ok := e.sent[word]
	return ok && first <= e.i
}

func (r *Recording) knowledge() *knowledge {
	k := &knowledge{sent: map[string]int{}, events: map[string]bool{}, parts: map[string]bool{}}
	for i, ia := range r.captured {
		for _, word := range openWords(ia) {
			if _, known := k.sent[word]; !known {
				k.sent[word] = i
			}
		}
		if u, err := url.Parse(ia.Request.URL); err == nil {
			k.events[r.Definition.Variables(u.EscapedPath())[r.Definition.EventBinding().Variable]] = true
		}
	}
	for real := range r.table.Reals(provider.Name, provider.Mail, provider.DisplayID) {
		for part := range strings.FieldsFuncSeq(strings.ToLower(real), func(c rune) bool { return !(c >= 'a' && c <= 'z' || c >= 0x80) }) {
			if len(part) >= minPart && !contract.IsWord(r.Definition, part) && !harmlessPart[part] {
				k.parts[part] = true
			}
		}
	}
	return k
}

// minPart is the shortest part of a name or an address that is looked for inside
// the names of members.
const minPart = 5

// late finds the tenant's values, and what looks like somebody's, in a token that stands open.
func (e *audit) late(t token) (reasons []string) {
	e.searching.Lock()
	defer e.searching.Unlock()
	if p, late := e.r.table.Escaped([]byte(t.value)); late && !e.openURL(t) || late && e.r.table.ToTenantText(p) != t.value {
		reason := fmt.Sprintf("%s shows a value that %q stands for", t.place(), p)
		if e.texts == nil {
			for _, ia := range e.r.captured {
				e.texts = append(e.texts, cassette.Text(ia))
			}
		}
		if j := slices.IndexFunc(e.texts, func(text string) bool { return strings.Contains(text, p) }); j >= 0 {
			reason += fmt.Sprintf(" in exchange #%d", j)
		}
		if t.class.Kept && t.in == "request" {
			reason += "; what " + e.r.Spell("Keep", "") + " lets a test send must be kept where the answer repeats it as well"
		}
		reasons = append(reasons, reason)
	}
	if rule := suspicious(t.value); rule != "" {
		reasons = append(reasons, fmt.Sprintf("%s holds a value that looks like a credential or a person's (rule %s)", t.place(), rule))
	}
	return reasons
}

// harmlessPart are parts of addresses that name nobody.
var harmlessPart = map[string]bool{"https": true, "cloud": true, "localhost": true}

// openWords are the header values, names and words of a request that the vendor may repeat.
func openWords(ia *cassette.Interaction) []string {
	var words []string
	for _, values := range ia.Request.Headers {
		words = append(words, values...)
	}
	d := json.NewDecoder(strings.NewReader(ia.Request.Body))
	for {
		t, err := d.Token()
		if err != nil {
			break
		}
		if s, ok := t.(string); ok {
			words = append(words, s)
		}
	}
	if u, err := url.Parse(ia.Request.URL); err == nil {
		for name, values := range u.Query() {
			words = append(append(words, name), values...)
		}
	}
	return words
}
