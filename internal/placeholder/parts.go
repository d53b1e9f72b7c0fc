package placeholder

import (
	"strconv"
	"strings"

	"example.com/webhookvcr/internal/provider"
)

// aliasGUID returns the placeholder of a GUID, in the GUID's own case.
func (t *Table) aliasGUID(guid string) string {
	key := lower(guid)
	if p, ok := t.seeded[guid]; ok {
		return p // as the environment spells it
	}
	if p, ok := t.guids[key]; ok {
		return mirrorCase(guid, p)
	}
	if key == nilGUID || t.madeUp(key) || t.hiddenGUID(key) {
		return guid
	}
	p := key
	if !looksNumberedGUID(key) {
		for {
			t.guidNumber++
			p = numberedGUID(t.guidNumber)
			if _, isReal := t.guids[p]; !isReal && !t.hiddenGUID(p) {
				break
			}
		}
	}
	t.enterGUID(key, p)
	return mirrorCase(guid, p)
}

func (t *Table) enterGUID(key, p string) {
	t.guids[key], t.guidsR[lower(p)] = p, key
	if key == p {
		return
	}
	for _, spelling := range []string{key, strings.ToUpper(key)} {
		for _, form := range []string{spelling, dashless(spelling)} {
			t.hidden.addEncoded(needle{text: form, replacement: p, kind: provider.ID, placeholder: p})
		}
	}
}

// hiddenGUID says whether a lower-case GUID is a placeholder.
func (t *Table) hiddenGUID(key string) bool {
	_, ok := t.guidsR[key]
	return ok || t.issued(key)
}

// aliasPart returns the placeholder of a part of a DON, type/id; a partition has
// no type.
func (t *Table) aliasPart(key string) string {
	if p, ok := t.parts[key]; ok {
		return p
	}
	kind, id, _ := strings.Cut(key, "/")
	if t.made[id] {
		return key
	}
	p, first := key, t.firsts[kind]
	switch {
	case t.partFree(key) && (id == first || looksNumberedPart(kind, id)):
	case first != "" && t.partFree(kind+"/"+first):
		p = kind + "/" + first
	default:
		if first != "" && t.partNumbers[kind] == 0 {
			t.partNumbers[kind] = 1
		}
		for {
			t.partNumbers[kind]++
			p = kind + "/" + partName(kind) + "-" + strconv.Itoa(t.partNumbers[kind])
			if _, isReal := t.parts[p]; !isReal && t.partFree(p) {
				break
			}
		}
	}
	t.enterPart(key, p)
	return p
}

func (t *Table) partFree(p string) bool { _, taken := t.partsR[p]; return !taken }

func (t *Table) enterPart(key, p string) {
	t.parts[key], t.partsR[p] = p, key
	kind, id, _ := strings.Cut(key, "/")
	if key != p {
		t.learn(provider.ID, id)
	}
	if key == p || kind == "" || !t.distinctive(provider.ID, id) {
		return
	}
	// The id by itself, outside a DON, gets a placeholder of its own once it
	// shows; the search has to know it from now on.
	_, short, _ := strings.Cut(p, "/")
	t.hidden.addForms(needle{text: id, replacement: "id:" + short, kind: provider.ID, placeholder: p, whole: true, joins: "_-"})
	t.shown.addForms(needle{text: "id:" + short, replacement: id, kind: provider.ID, placeholder: p, whole: true, joins: "_-"})
}

// partName is what the placeholders of a type are called before their number.
func partName(kind string) string {
	if name, ok := resources().Names[kind]; ok {
		return name
	}
	return kind
}

func looksNumberedPart(kind, id string) bool {
	digits, ok := strings.CutPrefix(id, partName(kind)+"-")
	n, err := strconv.Atoi(digits)
	return ok && err == nil && n > 0 && n < reserved && strconv.Itoa(n) == digits
}

// aliasDON returns the DON with each part exchanged. One whose parts are all
// placeholders already stays.
func (t *Table) aliasDON(s string, d don) string {
	text := s[d.start:d.end]
	if t.hiddenDON(s, d) {
		return text
	}
	p := d.exchange(s, func(p string) string {
		return strings.TrimPrefix(t.aliasPart("/"+p), "/")
	}, t.aliasPart)
	if text != p && !t.dons[text] {
		t.dons[text] = true
		t.hidden.addEncoded(needle{text: text, replacement: p, kind: provider.ID, placeholder: rawDON(p)})
	}
	return p
}

// hiddenDON says whether every part of a DON is a placeholder or made up.
func (t *Table) hiddenDON(s string, d don) bool {
	if !t.hiddenPart("/" + d.partition.in(s)) {
		return false
	}
	for _, p := range d.parts {
		if !t.hiddenPart(p.key(s)) {
			return false
		}
	}
	return true
}

func (t *Table) hiddenPart(key string) bool {
	kind, id, _ := strings.Cut(key, "/")
	return !t.partFree(key) || id == t.firsts[kind] || t.made[id]
}

func (t *Table) revealDON(s string, d don) string {
	return d.exchange(s, func(p string) string {
		if real, ok := t.partsR["/"+p]; ok {
			return strings.TrimPrefix(real, "/")
		}
		return p
	}, func(key string) string {
		if real, ok := t.partsR[key]; ok {
			return real
		}
		return key
	})
}
