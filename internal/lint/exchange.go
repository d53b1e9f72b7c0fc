package lint

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"example.com/webhookvcr/internal/contract"
	"example.com/webhookvcr/internal/jsontext"
	"example.com/webhookvcr/internal/pattern"
	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/say"
)

// exchanges holds the interactions with known providers to their contracts.
func (s *structure) exchanges() {
	named := provider.ByName(s.c.header.provider)
	var scenario *provider.Scenario
	if named != nil {
		scenario = named.Asked(s.c.header.scenario)
	}
	for i, copied := range s.c.interactions {
		ia := &copied // what is read of its bodies ends with it: trees are large
		u, err := url.Parse(ia.request.url.value)
		if err != nil || ia.request.url.value == "" || ia.answer.code == 0 {
			continue
		}
		def := named
		if def == nil {
			def = byHost(u)
		}
		if def == nil {
			continue
		}
		if named != nil && s.c.header.received != "" {
			s.delivery(i, ia, def)
			continue
		}
		ask := contract.Request{Method: ia.request.method.value, URL: u, Header: valuesOf(ia.request.headers), Body: []byte(ia.request.body.value), Reading: ia.request.read()}
		got := contract.Response{Status: ia.answer.code, Header: valuesOf(ia.answer.headers), Body: []byte(ia.answer.body.value), Reading: ia.answer.read()}
		if _, documented := def.Find(ask.Method, u); !documented {
			// Whoever talks to a vendor calls more than its webhooks. The documented answer
			// to an unknown route is fine.
			if named != nil && !def.LeadsToLogin(u) && len(contract.CheckResponse(def, ask, got, false)) > 0 {
				s.add(ruleNews, ia.request.url.line, i, "request URL", "is no documented operation of %s", def.Title)
			}
			continue
		}
		s.credentials(i, &ia.request, contract.RequestClasses(def, ask))
		s.credentials(i, &ia.answer, contract.ResponseClasses(def, ask, got))
		for _, p := range slices.Concat(contract.CheckRequest(def, ask), contract.CheckResponse(def, ask, got, false)) {
			if s.excused(scenario, p) {
				continue
			}
			s.problem(i, ia, def, p)
		}
	}
}

// delivery holds what a vendor has sent to a receiver to its contract.
func (s *structure) delivery(i int, ia *interaction, def *provider.Definition) {
	problems, err := contract.CheckDelivery(def, []byte(ia.request.body.value))
	if err != nil {
		s.add(ruleNews, ia.line, i, "request", "%v", err)
		return
	}
	for _, p := range problems {
		if !p.Accepted(s.c.header.accepted) {
			s.problem(i, ia, def, p)
		}
	}
}

// credentials finds the members that the contract calls a key, whatever their
// names tell: the value of a header that goes with deliveries is called value. One
// that stands twice is looked at both times, since readers differ in which they take.
func (s *structure) credentials(i int, m *message, class func(pointer string) provider.Class) {
	var look func(pointer string, n *jsontext.Node)
	look = func(pointer string, n *jsontext.Node) {
		if n.Kind == jsontext.String && class(pointer).Kind == provider.Key && !s.secrets.harmless(pointer[strings.LastIndexByte(pointer, '/')+1:], n.Text) {
			s.addValue(n.Text, ruleName, m.lineOf(n), i, m.name()+" body "+safePointer(pointer), "holds %s that %s no placeholder", say.Count(len(n.Text), "byte"), isAre(len(n.Text)))
		}
		for _, child := range n.Children {
			token := child.Name
			if n.Kind == jsontext.BeginArray {
				token = strconv.Itoa(int(child.Index))
			}
			look(jsontext.Child(pointer, token), child)
		}
	}
	if root := m.read().Tree(); root != nil {
		look("", root)
	}
}

// excused reports whether a problem is one that the scenario demonstrates, with its
// request whatever came back, or that the cassette lists as accepted.
func (s *structure) excused(scenario *provider.Scenario, p contract.Problem) bool {
	return scenario != nil && (p.In == "request" || scenario.Name == s.c.header.scenario) && slices.Contains(scenario.Expects, provider.ExpectedProblem{In: p.In, Pointer: p.Pointer}) ||
		p.Accepted(s.c.header.accepted)
}

func (s *structure) problem(i int, ia *interaction, def *provider.Definition, p contract.Problem) {
	m := &ia.request
	if p.In == "answer" {
		m = &ia.answer
	}
	rule, place, line := ruleNews, p.In, m.body.line
	if p.Fails() {
		rule = ruleContract
	}
	switch {
	case strings.HasPrefix(p.Pointer, "/"):
		place += " body " + safePointer(p.Pointer)
		line = m.lineAt(p.Pointer)
	case p.Pointer != "":
		place += " " + safeName(p.Pointer)
		line = max(m.line, 1)
	}
	if line == 0 {
		line = ia.line
	}
	s.add(rule, line, i, place, "%s (%s)", public(def, p).Message(), def.Title)
}

var media = pattern.New(`^(?:application|text|image|multipart)/[a-z.+-]{1,24}$`)

// public leaves out what a problem quotes of the cassette: the contract's own
// words stay. A short word in the place of an enumerated value may be a password
// that stands in the wrong member.
func public(def *provider.Definition, p contract.Problem) contract.Problem {
	if word, err := strconv.Unquote(p.Found); err == nil && !contract.IsWord(def, word) && !media.MatchString(word) {
		p.Found = "another value"
	}
	return p
}

// safePointer leaves out the members whose names could be data.
func safePointer(pointer string) string {
	segments := strings.Split(pointer, "/")
	for i, segment := range segments {
		if segment != "" {
			segments[i] = safeName(segment)
		}
	}
	return strings.Join(segments, "/")
}

// byHost is the provider whose API a URL addresses, a real tenant's included.
func byHost(u *url.URL) *provider.Definition {
	host := strings.ToLower(u.Hostname())
	for _, def := range provider.All() {
		base, err := url.Parse(def.BaseURL)
		if err != nil {
			continue
		}
		if host == base.Hostname() {
			return def
		}
		// Every tenant has a host of its own where there is no default.
		if _, domain, _ := strings.Cut(base.Hostname(), "."); def.BaseDefault == "" && strings.HasSuffix(host, "."+domain) {
			return def
		}
	}
	return nil
}
