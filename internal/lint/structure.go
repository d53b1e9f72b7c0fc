package lint

import (
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"example.com/webhookvcr/internal/cassette"
	"example.com/webhookvcr/internal/say"
)

// structure judges what go-vcr makes of a cassette that loads.
type structure struct {
	*findings
	c       *file
	secrets *secrets
}

func (s *structure) check(v1 bool) {
	if len(s.c.interactions) == 0 {
		s.add(ruleEmpty, 0, -1, "", "holds no interactions")
		return
	}
	if !v1 {
		s.ids()
	}
	unread := map[int]bool{}
	for _, f := range s.all {
		if f.Rule == ruleLoad && f.Interaction != nil {
			unread[*f.Interaction] = true
		}
	}
	for i := range s.c.interactions {
		ia := &s.c.interactions[i]
		if ia.request.line == 0 && ia.answer.line == 0 {
			if !v1 && ia.line > 0 && !unread[i] {
				s.add(ruleIncomplete, ia.line, i, "", "has neither request nor response")
			}
			continue
		}
		s.complete(i, ia)
		s.form(i, &ia.request)
		for _, m := range []*message{&ia.request, &ia.answer} {
			s.survives(i, m)
			s.headerNames(i, m)
			if !v1 {
				s.length(i, ia, m)
			}
		}
	}
	s.frozen()
	if !s.c.header.present {
		s.ambiguous()
	}
}

func (s *structure) ids() {
	first := map[int]int{}
	missing, line := 0, 0
	for i, ia := range s.c.interactions {
		switch {
		case ia.request.line == 0 && ia.answer.line == 0 && ia.id == nil:
			// A null entry has a finding of its own.
		case ia.id == nil:
			if missing == 0 {
				line = ia.line
			}
			missing++
		default:
			if at, double := first[*ia.id]; double {
				s.add(ruleIDs, ia.line, i, "id", "is the one of #%d too", at)
				continue
			}
			first[*ia.id] = i
		}
	}
	if missing > 0 {
		s.add(ruleIDs, line, -1, "", "has no id in %d of %s", missing, say.Count(len(s.c.interactions), "interaction"))
	}
}

func (s *structure) complete(i int, ia *interaction) {
	if ia.request.method.value == "" {
		s.add(ruleIncomplete, ia.line, i, "request method", "is missing")
	}
	if ia.request.url.value == "" {
		s.add(ruleIncomplete, ia.line, i, "request url", "is missing")
	} else if _, err := url.Parse(ia.request.url.value); err != nil {
		s.add(ruleIncomplete, ia.request.url.line, i, "request url", "does not parse, and go-vcr fails to replay it")
	}
	if ia.answer.code < 100 || ia.answer.code > 599 {
		s.add(ruleIncomplete, max(ia.line, ia.answer.codeLine), i, "answer code", "is %d; expected 100 to 599", ia.answer.code)
	}
}

// risky says whether a body can be one that go-vcr's encoder loses: the trial itself is slow.
func risky(body string) bool {
	return body != "" && (body[0] <= ' ' || body[len(body)-1] <= ' ' && body[len(body)-1] != '\n' ||
		strings.ContainsAny(body, "\r\u0085\u2028\u2029\ufeff"))
}

// survives saves the body as go-vcr does and reads it back.
func (s *structure) survives(i int, m *message) {
	if !risky(m.body.value) {
		return
	}
	type saved struct {
		Interactions []struct{ Request struct{ Body string } }
	}
	var before, after saved
	before.Interactions = make([]struct{ Request struct{ Body string } }, 1)
	before.Interactions[0].Request.Body = m.body.value
	data, err := yaml.Marshal(before)
	if err == nil {
		err = yaml.Unmarshal(data, &after)
	}
	switch {
	case err != nil:
		s.add(ruleBodySave, m.body.line, i, m.name()+" body", "would no longer load after go-vcr saved it")
	case after.Interactions[0].Request.Body != m.body.value:
		s.add(ruleBodySave, m.body.line, i, m.name()+" body", "would have %s instead of %d after go-vcr saved it", say.Count(len(after.Interactions[0].Request.Body), "byte"), len(m.body.value))
	}
}

func (s *structure) length(i int, ia *interaction, m *message) {
	size := int64(len(m.body.value))
	bodiless := m.isAnswer && (ia.request.method.value == http.MethodHead || m.code == http.StatusNotModified || m.code == http.StatusNoContent)
	if bodiless && size == 0 {
		return
	}
	if m.hasLength && m.lengthValue >= 0 && m.lengthValue != size {
		s.add(ruleLength, m.length.line, i, m.name()+" content_length", "is %d, and the body has %s", m.lengthValue, say.Count(len(m.body.value), "byte"))
	}
	if m.uncompressed {
		return
	}
	for _, f := range m.headers {
		if http.CanonicalHeaderKey(f.name) != "Content-Length" {
			continue
		}
		for _, v := range f.values {
			n, err := strconv.ParseInt(strings.TrimSpace(v.value), 10, 64)
			switch {
			case err != nil:
				s.add(ruleLength, v.line, i, m.name()+" header Content-Length", "is no number")
			case n != size:
				s.add(ruleLength, v.line, i, m.name()+" header Content-Length", "is %d, and the body has %s", n, say.Count(len(m.body.value), "byte"))
			}
		}
	}
}

// headerNames looks for names that net/http never writes.
func (s *structure) headerNames(i int, m *message) {
	for _, f := range m.headers {
		if canonical := http.CanonicalHeaderKey(f.name); canonical != f.name {
			s.add(ruleHeaderNames, f.line, i, m.name()+" header "+safeName(f.name), "is %s to net/http", safeName(canonical))
		}
	}
}

// form compares a form with the body that go-vcr made it of.
func (s *structure) form(i int, m *message) {
	media, _, _ := mime.ParseMediaType(m.mediaType())
	if media != "application/x-www-form-urlencoded" || m.body.value == "" {
		return
	}
	// What the standard library refuses, go-vcr could not have recorded.
	fromBody, err := url.ParseQuery(m.body.value)
	if err != nil {
		return
	}
	form := url.Values{}
	for _, f := range m.form {
		for _, v := range f.values {
			form.Add(f.name, v.value)
		}
	}
	var differ []string
	for name := range maps.Keys(fromBody) {
		if !slices.Equal(fromBody[name], form[name]) {
			differ = append(differ, safeName(name))
		}
	}
	for name := range form {
		if _, ok := fromBody[name]; !ok {
			differ = append(differ, safeName(name))
		}
	}
	if len(differ) == 0 {
		return
	}
	slices.Sort(differ)
	s.add(ruleForm, m.body.line, i, "request form", "and body differ in %s", list(slices.Compact(differ)))
}

// maxListed bounds the names in one message.
const maxListed = 5

func list(names []string) string {
	if len(names) > maxListed {
		return strings.Join(names[:maxListed], ", ") + " and others"
	}
	return strings.Join(names, ", ")
}

func (s *structure) frozen() {
	code := s.c.interactions[0].answer.code
	if code != http.StatusUnauthorized && code < 500 || code > 599 {
		return
	}
	// A scenario OPERATION/STATUS[-VARIANT] is about its status.
	_, status, _ := strings.Cut(s.c.header.scenario, "/")
	if strings.HasPrefix(status, strconv.Itoa(code)) {
		return
	}
	s.add(ruleFrozen, s.c.interactions[0].answer.codeLine, 0, "answer code", "is %d at the start of the cassette", code)
}

// ambiguous looks for what go-vcr's default matcher confuses. The same request
// twice is a sequence and fine.
func (s *structure) ambiguous() {
	groups := map[[2]string][]int{}
	var keys [][2]string
	for i := range s.c.interactions {
		r := &s.c.interactions[i].request
		if r.url.value == "" {
			continue
		}
		k := [2]string{r.method.value, r.url.value}
		if groups[k] == nil {
			keys = append(keys, k)
		}
		groups[k] = append(groups[k], i)
	}
	for _, k := range keys {
		members := groups[k]
		first := s.c.interactions[members[0]].request.body.value
		for _, i := range members[1:] {
			r := &s.c.interactions[i].request
			if r.body.value != first && cassette.CanonicalBody([]byte(r.body.value)) != cassette.CanonicalBody([]byte(first)) {
				s.add(ruleAmbiguous, r.url.line, i, "request", "has method and URL of #%d and another body: go-vcr's default matcher cannot tell the %d of them apart", members[0], len(members))
				break
			}
		}
	}
}
