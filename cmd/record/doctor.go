package main

import (
	"cmp"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"example.com/webhookvcr/internal/exit"
	"example.com/webhookvcr/internal/screen"

	"github.com/spf13/cobra"

	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/record"
	"example.com/webhookvcr/internal/say"
)

const doctorHelp = `doctor shows the environment as refresh and check see it, and asks each tenant that
it describes for one answer, with a read call, and for more when that is unknown: is it reached, is the credential
accepted, are ids found that no variable gives, does its clock agree with this
one. It writes nothing, and shows whether a variable is set and never its value.
Without arguments it is about every provider. It ends with the status that a
recording would have: record help EXIT.`

// doctor is the command doctor.
type doctor struct {
	recorder
	table screen.Table
	code  int
	// complete says that some provider has the variables that a recording needs.
	complete bool
}

func doctorCommand(getenv func(string) string, clock clock) *cobra.Command {
	d := &doctor{recorder: recorder{getenv: getenv, clock: clock, undone: "not asked"}}
	c := &cobra.Command{
		Use:   "doctor [flags] [PROVIDER...]",
		Short: "Show the environment as a recording sees it, and whether the tenant answers",
		Long:  doctorHelp,
		Example: `  record doctor
  record doctor devrev`,
		DisableFlagsInUseLine: true,
		ValidArgs:             providerNames(),
		RunE: func(c *cobra.Command, args []string) error {
			return d.run(c.Context(), args, c.OutOrStdout(), c.ErrOrStderr())
		},
	}
	c.Flags().DurationVar(&d.timeout, "timeout", 30*time.Second, "how long to wait for the answer of a live tenant")
	return c
}

func (d *doctor) run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	d.stderr = stderr
	if err := d.durations(); err != nil {
		return err
	}
	targets, err := choose(args)
	if err != nil {
		return err
	}
	for _, def := range definitions(targets) {
		d.provider(ctx, def, len(args) > 0)
	}
	d.row("network", "proxy", d.variables(proxyURL, "HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY"))
	d.row("", "authorities", d.variables(authorities, "SSL_CERT_FILE", "SSL_CERT_DIR"))
	if err := d.table.Print(stdout); err != nil {
		return exit.Errorf(exit.Failed, "%v", err)
	}
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

func (d *doctor) row(of, what, finding string) { d.table.Add(of, what, finding) }

// fault is a finding that would let a recording fail.
func (d *doctor) fault(code int, of, what, finding string) {
	d.code = max(d.code, code)
	d.row(of, what, finding)
}

// variables says which of some variables are set, and what is wrong with their
// values.
func (d *doctor) variables(wrong func(name, value string) string, names ...string) string {
	var found []string
	for _, name := range names {
		if value := d.variable(name); value != "" {
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

// variable is the value of a variable that net/http reads in small letters too.
func (r *recorder) variable(name string) string {
	return cmp.Or(r.getenv(name), r.getenv(strings.ToLower(name)))
}

// proxyURL says why net/http takes no notice of a proxy.
func proxyURL(name, value string) string {
	u, err := url.Parse(value)
	if err != nil || u.Host == "" {
		u, err = url.Parse("http://" + value)
	}
	if name != "NO_PROXY" && (err != nil || u.Host == "") {
		return "it is no URL, so no proxy is used"
	}
	return ""
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

// provider shows the variables of a provider, and asks its tenant when there are
// enough of them.
func (d *doctor) provider(ctx context.Context, def *provider.Definition, named bool) {
	lacks, begun := d.lacks(def)
	variable := func(of, name, otherwise string) {
		switch {
		case d.getenv(name) != "":
			d.row(of, name, "set")
		case slices.Contains(lacks, name) && (named || begun):
			d.fault(exit.Missing, of, name, "not set, and a recording needs it")
		default:
			d.row(of, name, "not set"+otherwise)
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
	s, err := d.live(def)
	if err != nil {
		d.fault(exit.Usage, "", "variables", err.Error())
		return
	}
	d.tenant(ctx, def, s)
}

// tenant asks for one answer.
func (d *doctor) tenant(ctx context.Context, def *provider.Definition, s *session) {
	i := slices.IndexFunc(def.Scenarios, func(s provider.Scenario) bool {
		t := target{def: def, scenario: &s}
		return s.Live && s.Status == http.StatusOK && s.Request.Credential == provider.Valid && !t.writes()
	})
	if i < 0 {
		return
	}
	t := target{def: def, scenario: &def.Scenarios[i], session: s}
	recording, first, err := d.ask(ctx, t, record.Config{Tenant: s.tenant})
	if err == nil {
		recording.Release()
		g := given{t, first}
		err = cmp.Or(d.trouble(t, first), d.refused(g))
		here := first.recognised
		if err == nil && !here && first.status == t.scenario.Status { // drift, should others be the vendor's
			here, _ = d.present(ctx, t)
		}
		switch {
		case err != nil:
		case !here:
			err = d.notVendor(t)
		case first.status != t.scenario.Status:
			err = d.unknown(g)
		}
	}
	said := func(err error) string { return d.message(t, err) }
	var busy *busyError
	switch code := exit.Code(err); {
	case errors.As(err, &busy) && busy.outage != "":
		d.fault(exit.Outage, "", "tenant", said(err))
	case errors.As(err, &busy):
		d.fault(exit.Throttled, "", "tenant", said(err)+"; try again later")
	case code == exit.Unreachable:
		d.fault(code, "", "tenant", said(err))
	case code == exit.Refused || code == exit.Login:
		d.row("", "tenant", "reached")
		d.fault(code, "", "credential", said(err))
	case err != nil:
		d.row("", "tenant", "reached")
		d.fault(code, "", "answer", said(err))
	case first.status != t.scenario.Status:
		d.row("", "tenant", "reached")
		d.fault(exit.Failed, "", "answer", fmt.Sprintf("a %d to %s; check the ids in the variables", first.status, t.scenario.Name))
	default:
		scheme, _, _ := strings.Cut(s.tenant.BaseURL, ":")
		d.row("", "tenant", "reached, over "+scheme)
		d.row("", "credential", "accepted")
		d.row("", "ids", "found, by "+t.scenario.Name)
	}
	if date := s.date(); !date.IsZero() {
		if off := date.Sub(d.clock.now()).Abs().Round(time.Second); off > time.Minute {
			d.row("", "clock", fmt.Sprintf("%v apart from the tenant's; Retry-After with a date is misread", off))
		} else {
			d.row("", "clock", "agrees with the tenant's")
		}
	}
}
