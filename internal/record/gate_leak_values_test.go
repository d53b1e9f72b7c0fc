package record_test

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// plants makes values that look like a customer's and remembers every one: none
// may be found afterwards.
type plants struct {
	random *rand.Rand
	values []planted

	index map[string][]hit
	size  int
}

// planted is one value. search is the part of it that belongs to the customer
// alone; around a mail address or an id there may be words of the vendor.
type planted struct{ kind, value, search string }

func newPlants(seed uint64) *plants { return &plants{random: rand.New(rand.NewPCG(seed, 7))} }

const alphanumeric = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

func (p *plants) letters(n int, from string) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = from[p.random.IntN(len(from))]
	}
	return string(b)
}

// word is a pronounceable text, as names are.
func (p *plants) word() string {
	var b strings.Builder
	for range 3 {
		b.WriteString(p.letters(1, "bdfghklmnprstvwz") + p.letters(1, "aeiou"))
	}
	w := b.String() + p.letters(1, "lmnrs")
	return strings.ToUpper(w[:1]) + w[1:]
}

func (p *plants) add(kind, value, search string) string {
	p.values = append(p.values, planted{kind, value, search})
	return value
}

func (p *plants) token() string {
	v := "pat-" + p.letters(30, alphanumeric) + "7"
	return p.add("token", v, v)
}

func (p *plants) key() string {
	v := p.letters(18, alphanumeric) + "+/" + p.letters(12, alphanumeric) + "9="
	return p.add("key", v, v)
}

func (p *plants) secret() string {
	raw := make([]byte, 24)
	for i := range raw {
		raw[i] = byte(p.random.IntN(256))
	}
	v := base64.StdEncoding.EncodeToString(raw)
	return p.add("secret", v, v)
}

func (p *plants) guid() string {
	h := p.letters(32, "0123456789abcdef")
	v := h[:8] + "-" + h[8:12] + "-4" + h[13:16] + "-9" + h[17:20] + "-" + h[20:]
	return p.add("GUID", v, v)
}

func (p *plants) don(kind string) string {
	id := p.letters(9, alphanumeric) + "3"
	return p.add("DON", "don:identity:dvrv-us-1:devo/2kQx9Zr4:"+kind+"/"+id, id)
}

// donV1 is the older form of an id, which every real user carries.
func (p *plants) donV1() string {
	id := p.letters(9, alphanumeric) + "3"
	return p.add("DON", "don:DEV-2kQx9Zr4:dev_user:DEVU-"+id, id)
}

func (p *plants) mail() string {
	v := strings.ToLower(p.word()+"."+p.word()+"@"+p.word()) + ".example"
	return p.add("mail", v, v)
}

func (p *plants) name() string {
	v := p.word() + " " + p.word()
	return p.add("name", v, v)
}

func (p *plants) phone() string {
	v := "+49 1" + p.letters(2, "567") + " " + p.letters(8, "123456789")
	return p.add("phone", v, v)
}

func (p *plants) digits() string {
	v := "491" + p.letters(11, "123456789")
	return p.add("number", v, v)
}

func (p *plants) host() string {
	v := strings.ToLower(p.word()+"-"+p.word()) + ".intern.example"
	return p.add("host", v, v)
}

func (p *plants) url() string {
	path := p.letters(12, alphanumeric)
	return p.add("URL", "https://"+p.host()+"/in/"+path, path)
}

func (p *plants) jwt() string {
	part := func(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }
	payload := part(`{"sub":"` + p.letters(16, alphanumeric) + `"}`)
	return p.add("JWT", part(`{"alg":"HS256","typ":"JWT"}`)+"."+payload+"."+p.letters(43, alphanumeric), payload)
}

// coded is base64 of a value: whoever decodes it has the value.
func (p *plants) coded() string {
	return base64.StdEncoding.EncodeToString([]byte("user=" + p.mail()))
}

// text mentions people in a sentence, and in JSON inside the text.
func (p *plants) text() string {
	return fmt.Sprintf(`Call %s (%s, %s) about %s; raw: {"mail":"%s","don":"%s"}`, p.name(), p.mail(), p.phone(), p.url(), p.mail(), p.don("devu"))
}

// everything has one value of each kind as the members of an object, in a list,
// and as the names of members.
func (p *plants) everything() map[string]any {
	number := json.Number(p.digits())
	return map[string]any{
		"token": p.token(), "key": p.key(), "secret": p.secret(), "guid": p.guid(), "GUID": strings.ToUpper(p.guid()),
		"don": p.don("devu"), "v1": p.donV1(),
		"mail": p.mail(), "name": p.name(), "phone": p.phone(), "number": number, "host": p.host(), "url": p.url(), "jwt": p.jwt(),
		"coded": p.coded(), "text": p.text(), "list": []any{p.name(), p.mail(), map[string]any{"deep": p.token()}},
		p.mail(): p.name(), p.guid(): true, p.don("devu"): nil, p.phone(): 1, p.token(): p.guid(), p.name(): []any{},
	}
}

// forms are the spellings in which a value is searched for.
func forms(value string) map[string]string {
	all := map[string]string{
		"raw": value, "upper case": strings.ToUpper(value), "lower case": strings.ToLower(value),
		"percent": url.QueryEscape(value), "percent (path)": url.PathEscape(value),
		"JSON": strings.ReplaceAll(value, "/", `\/`),
		"hex":  hex.EncodeToString([]byte(value)), "HEX": strings.ToUpper(hex.EncodeToString([]byte(value))),
	}
	all["percent (lower)"] = strings.ToLower(all["percent"])
	quoted, _ := json.Marshal(value)
	all["JSON string"] = string(quoted[1 : len(quoted)-1])
	var percent, escaped strings.Builder
	for _, b := range []byte(value) {
		fmt.Fprintf(&percent, "%%%02x", b)
		fmt.Fprintf(&escaped, `\u%04x`, b)
	}
	all["every byte percent"], all["EVERY BYTE PERCENT"] = percent.String(), strings.ToUpper(percent.String())
	all["every letter \\u"] = escaped.String()
	for name, e := range map[string]*base64.Encoding{"base64": base64.StdEncoding, "base64url": base64.URLEncoding} {
		for shift := range 3 {
			text := e.EncodeToString([]byte(strings.Repeat("\x00", shift) + value))
			from, to := (8*shift+5)/6, 8*(shift+len(value))/6
			all[fmt.Sprintf("%s at %d", name, shift)] = text[from:to]
		}
	}
	return all
}

// window is how many bytes of a spelling the index knows it by.
const window = 8

// hit is a spelling of a planted value.
type hit struct {
	planted
	form, spelling string
}

// indexed returns every spelling of every planted value by its first bytes.
func (p *plants) indexed() map[string][]hit {
	if p.index == nil || p.size != len(p.values) {
		p.index, p.size = map[string][]hit{}, len(p.values)
		for _, v := range p.values {
			for form, spelling := range forms(v.search) {
				p.index[spelling[:window]] = append(p.index[spelling[:window]], hit{v, form, spelling})
			}
		}
	}
	return p.index
}

// find counts the planted values that stand in a text, in any form, and reports
// each.
func (p *plants) find(t *testing.T, what, text string) int {
	t.Helper()
	return p.search(text, func(h hit, i int) {
		assert.Fail(t, "a planted value was found", "%s %q, %s, in %s: …%s…", h.kind, h.search, h.form, what, text[max(0, i-120):min(len(text), i+len(h.spelling)+40)])
	})
}

func (p *plants) hits(text string) int { return p.search(text, func(hit, int) {}) }

func (p *plants) search(text string, report func(hit, int)) int {
	found := map[string]bool{}
	index := p.indexed()
	for i := 0; i+window <= len(text); i++ {
		for _, h := range index[text[i:i+window]] {
			if !found[h.search] && strings.HasPrefix(text[i:], h.spelling) {
				found[h.search] = true
				report(h, i)
			}
		}
	}
	return len(found)
}

// count is the number of distinct values.
func (p *plants) count() int {
	var all []string
	for _, v := range p.values {
		all = append(all, v.search)
	}
	slices.Sort(all)
	return len(slices.Compact(all))
}

// The search itself finds what it is meant to find.
func TestPlants_search(t *testing.T) {
	p := newPlants(1)
	value := p.token() + "/ä\""
	p.values[0].search = value
	for form, spelling := range forms(value) {
		assert.Positive(t, p.hits("x"+spelling+"y"), form)
	}
	for shift := range 4 {
		long := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("z", shift) + value + "tail"))
		assert.Positive(t, p.hits(long), "base64 behind %d bytes", shift)
	}
	assert.Zero(t, p.hits("nothing of the kind"))
}
