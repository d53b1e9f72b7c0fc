package setup

import (
	"cmp"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"example.com/webhookvcr/cmd/record/internal/exit"
	"example.com/webhookvcr/cmd/record/internal/screen"
	"example.com/webhookvcr/cmd/record/internal/session"
	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/record"
	"example.com/webhookvcr/internal/say"
)

// Doctor is the command doctor.
type Doctor struct {
	session.Recorder
	table screen.Table
	code  int
	// complete says that some provider has the variables that a recording needs.
	complete bool
}

// Run prints what the environment has, and whether the tenants answer. The error has the
// status that a recording would end with.
func (d *Doctor) Run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	d.Stderr = stderr
	if err := d.Durations(); err != nil {
		return err
	}
	targets, err := session.Choose(args)
	if err != nil {
		return err
	}
	for _, def := range session.Definitions(targets) {
		d.provider(ctx, def, len(args) > 0)
	}
	d.table.Add("network", "proxy", d.variables(session.ProxyURL, "HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY"))
	d.table.Add("", "authorities", d.variables(authorities, "SSL_CERT_FILE", "SSL_CERT_DIR"))
	io.WriteString(stdout, d.table.Text(screen.Width(stdout)))
	switch {
	case ctx.Err() != nil:
		return exit.Errorf(exit.Failed, "interrupted before the end")
	case d.code == exit.Done && !d.complete:
		return exit.Errorf(exit.Missing, "a recording would fail: no provider has the variables that it needs")
	case d.code != exit.Done:
		return exit.Errorf(d.code, "a recording would fail; the table says why")
	}
	return nil
}

// fault is a finding that would let a recording fail.
func (d *Doctor) fault(code int, of, what, finding string) {
	d.code = max(d.code, code)
	d.table.Add(of, what, finding)
}

// variables says which of some variables are set, and what is wrong with their
// values.
func (d *Doctor) variables(wrong func(name, value string) string, names ...string) string {
	var found []string
	for _, name := range names {
		if value := d.Variable(name); value != "" {
			if why := wrong(name, value); why != "" {
				name += " (" + why + ")"
			}
			found = append(found, name)
		}
	}
	if len(found) == 0 {
		return "none set (" + strings.Join(names, ", ") + ")"
	}
	return "set: " + strings.Join(found, ", ")
}

// provider shows the variables of a provider, and asks its tenant when there are
// enough of them.
func (d *Doctor) provider(ctx context.Context, def *provider.Definition, named bool) {
	lacks, begun := d.Lacks(def)
	variable := func(of, name, otherwise string) {
		switch {
		case d.Getenv(name) != "":
			d.table.Add(of, name, "set")
		case slices.Contains(lacks, name) && (named || begun):
			d.fault(exit.Missing, of, name, "not set, and a recording needs it")
		default:
			d.table.Add(of, name, "not set"+otherwise)
		}
	}
	variable(def.Name, def.TokenVar, "")
	base := ""
	if def.BaseDefault != "" {
		base = ": " + def.BaseDefault
	}
	variable("", def.BaseVar, base)
	for _, b := range def.Bindings {
		otherwise := ""
		if b.Lookup != nil {
			otherwise = ": " + b.Lookup.What
		}
		variable("", b.Var, otherwise)
	}
	if len(lacks) > 0 {
		return
	}
	d.complete = true
	s, err := d.Live(def)
	if err != nil {
		d.fault(exit.Usage, "", "variables", err.Error())
		return
	}
	d.tenant(ctx, def, s)
}

// tenant asks for one answer.
func (d *Doctor) tenant(ctx context.Context, def *provider.Definition, s *session.Session) {
	i := slices.IndexFunc(def.Scenarios, func(s provider.Scenario) bool {
		t := session.Target{Def: def, Scenario: &s}
		return s.Live && s.Status == http.StatusOK && s.Request.Credential == provider.Valid && !t.Writes()
	})
	if i < 0 {
		return
	}
	t := session.Target{Def: def, Scenario: &def.Scenarios[i], Session: s}
	recording, first, err := d.Ask(ctx, t, record.Config{Tenant: s.Tenant})
	if err == nil {
		recording.Release()
		g := session.Given{Target: t, Answer: first}
		err = cmp.Or(d.Trouble(t, first), d.Refused(g))
		here := first.Recognised
		if err == nil && !here && first.Status == t.Scenario.Status { // drift, should others be the vendor's
			here, _ = d.Present(ctx, t)
		}
		switch {
		case err != nil:
		case !here:
			err = d.NotVendor(t)
		case first.Status != t.Scenario.Status:
			err = d.Unknown(g)
		}
	}
	said := func(err error) string { return d.Message(t, err) }
	var busy *session.BusyError
	switch code := exit.Code(err); {
	case errors.As(err, &busy) && busy.Outage != "":
		d.fault(exit.Outage, "", "tenant", said(err))
	case errors.As(err, &busy):
		d.fault(exit.Throttled, "", "tenant", said(err)+"; try again later")
	case code == exit.Unreachable:
		d.fault(code, "", "tenant", said(err))
	case code == exit.Refused || code == exit.Login:
		d.table.Add("", "tenant", "reached")
		d.fault(code, "", "credential", said(err))
	case err != nil:
		d.table.Add("", "tenant", "reached")
		d.fault(code, "", "answer", said(err))
	case first.Status != t.Scenario.Status:
		d.table.Add("", "tenant", "reached")
		d.fault(exit.Failed, "", "answer", fmt.Sprintf("a %d to %s; check the ids in the variables", first.Status, t.Scenario.Name))
	default:
		scheme, _, _ := strings.Cut(s.Tenant.BaseURL, ":")
		d.table.Add("", "tenant", "reached, over "+scheme)
		d.table.Add("", "credential", "accepted")
		d.table.Add("", "ids", "found, by "+t.Scenario.Name)
	}
	if date := s.Date(); !date.IsZero() {
		if off := date.Sub(d.Clock.Now()).Abs().Round(time.Second); off > time.Minute {
			d.table.Add("", "clock", fmt.Sprintf("%v apart from the tenant's; Retry-After with a date is misread", off))
		} else {
			d.table.Add("", "clock", "agrees with the tenant's")
		}
	}
}

// authorities says why crypto/x509 finds no certificate.
func authorities(name, value string) string {
	info, err := os.Stat(value)
	switch {
	case name == "SSL_CERT_DIR":
		return "" // a list, of which not each must be there
	case err != nil:
		return say.Reason(err).Error()
	case info.IsDir():
		return "it is a directory"
	}
	data, err := os.ReadFile(value)
	if err == nil && !x509.NewCertPool().AppendCertsFromPEM(data) {
		return "it holds no certificate in PEM"
	}
	return ""
}
