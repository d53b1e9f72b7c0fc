package record

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"example.com/webhookvcr/internal/cassette"
	"example.com/webhookvcr/internal/provider"
)

// Tenant is what a recording talks to.
type Tenant struct {
	BaseURL string
	Token   string
	// Getenv gives the real values of the provider's seeds.
	Getenv func(string) string
	// Transport sends; nil is http.DefaultTransport.
	Transport http.RoundTripper
	// Source is Live or Simulated.
	Source string
	// Day is the day of a live recording, as YYYY-MM-DD.
	Day string
}

// MissingError says which environment variables a live recording lacks.
type MissingError struct {
	Provider string
	Vars     []string
}

func (e *MissingError) Error() string {
	verb := "is"
	if len(e.Vars) > 1 {
		verb = "are"
	}
	return fmt.Sprintf("%s cannot be recorded: %s %s not set; set %s to your tenant's, or replay",
		e.Provider, strings.Join(e.Vars, " and "), verb, map[bool]string{true: "them", false: "it"}[len(e.Vars) > 1])
}

// LiveTenant reads a tenant from the environment.
func LiveTenant(def *provider.Definition, getenv func(string) string, day string) (Tenant, error) {
	t := Tenant{BaseURL: getenv(def.BaseVar), Token: getenv(def.TokenVar), Getenv: getenv, Source: cassette.Live, Day: day}
	var missing []string
	if t.BaseURL == "" {
		t.BaseURL = def.BaseDefault
	}
	if t.BaseURL == "" {
		missing = append(missing, def.BaseVar)
	}
	if t.Token == "" {
		missing = append(missing, def.TokenVar)
	}
	if len(missing) > 0 {
		return Tenant{}, &MissingError{def.Name, missing}
	}
	u, err := url.Parse(t.BaseURL)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return Tenant{}, fmt.Errorf("%s is no base URL; expected http:// or https:// and a host, without user, query and fragment", def.BaseVar)
	}
	t.BaseURL = strings.TrimRight(t.BaseURL, "/")
	if t.Token == provider.Token || t.Token == provider.WrongToken {
		return Tenant{}, fmt.Errorf("%s is %q, which stands for a tenant's credential and is none; set it to your tenant's, or replay", def.TokenVar, t.Token)
	}
	if strings.TrimSpace(t.Token) != t.Token || strings.ContainsAny(t.Token, "\r\n") {
		return Tenant{}, fmt.Errorf("%s holds a line break, or white space at an end; check how it was copied", def.TokenVar)
	}
	if scheme, _, ok := strings.Cut(t.Token, " "); ok && strings.EqualFold(scheme, "Bearer") {
		return Tenant{}, fmt.Errorf("%s begins with %q; set it to the token alone", def.TokenVar, scheme)
	}
	return t, nil
}
