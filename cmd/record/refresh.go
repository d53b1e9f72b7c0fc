package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/vcr"
)

type refresh struct {
	simulate, acceptDrift, force bool
	out                          string
	maxWait, pace                time.Duration
	getenv                       func(string) string
	stderr                       io.Writer
}

func refreshCommand(getenv func(string) string) *cobra.Command {
	r := &refresh{getenv: getenv}
	c := &cobra.Command{
		Use:   "refresh [flags] [PROVIDER[/SCENARIO]...]",
		Short: "Record scenarios, against the tenant in the environment or the simulator",
		Long:  refreshHelp(),
		Example: `  record refresh --simulate
  record refresh --out testdata/cassettes devrev
  record refresh --out testdata/cassettes devrev/webhooks.get/200 dvelop/GetWebHook`,
		RunE: func(c *cobra.Command, args []string) error {
			r.stderr = c.ErrOrStderr()
			return r.run(c.Context(), args, c.OutOrStdout())
		},
	}
	c.Flags().BoolVar(&r.simulate, "simulate", false, "record the built-in simulator instead of a tenant")
	c.Flags().StringVar(&r.out, "out", "", "write DIR/PROVIDER/SCENARIO.yaml (default: cassettes, in a checkout of this module)")
	c.Flags().BoolVar(&r.acceptDrift, "accept-drift", false, "write answers that break the published contract, and list the breaches in the cassette")
	c.Flags().BoolVar(&r.force, "force", false, "let a simulated cassette take the place of a live one")
	c.Flags().DurationVar(&r.maxWait, "max-wait", 2*time.Minute, "how long to wait in all when the tenant answers 429 with Retry-After")
	c.Flags().DurationVar(&r.pace, "pace", 200*time.Millisecond, "how long to wait between two scenarios of a live tenant")
	return c
}

func refreshHelp() string {
	var b strings.Builder
	b.WriteString("refresh sends the requests of the scenarios and writes their cassettes. Without\narguments it takes every scenario of every provider that the environment has\ncredentials for.\n\nOnly read calls are made. Errors that no read call provokes (429, 500, 503 and\nthe like) are never provoked on a tenant: their simulated cassettes stay.\n\nA cassette is written when the answer is the one that the scenario is about, it\nmeets the published contract, every value of the tenant in it has been replaced,\nand it replays itself. Otherwise the old file stays as it was.\n\nEnvironment:\n")
	table := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, def := range provider.All() {
		base := "base URL of the tenant, such as " + strings.Replace(def.BaseURL, "sample-api", "acme", 1)
		if def.BaseDefault != "" {
			base = "base URL (default " + def.BaseDefault + ")"
		}
		fmt.Fprintf(table, "  %s\tcredential for %s\n  %s\t%s\n", def.TokenVar, def.Title, def.BaseVar, base)
		for _, s := range def.Seeds {
			what := "stands behind " + s.Placeholder
			if s.Lookup != nil {
				what += " (default: " + s.Lookup.What + ")"
			}
			fmt.Fprintf(table, "  %s\t%s\n", s.Var, what)
		}
	}
	table.Flush()
	return b.String() + "\n" + exitHelp
}

// target is one scenario to record.
type target struct {
	def      *provider.Definition
	scenario *provider.Scenario
}

func (t target) name() string { return t.def.Name + "/" + t.scenario.Name }

func (r *refresh) run(ctx context.Context, args []string, stdout io.Writer) error {
	targets, err := choose(args)
	if err != nil {
		return err
	}
	if r.out == "" {
		if _, err := os.Stat("cassettes/cassettes.go"); err != nil {
			return exit(exitUsage, "this is no checkout of the module, so there is no cassettes directory to refresh; name one of your own with --out DIR")
		}
		r.out = "cassettes"
	}
	tenants, err := r.tenants(targets, len(args) > 0)
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "SCENARIO\tSTATUS\tSOURCE\tVERDICT\tREMARK")
	var failures []error
	stopped := map[*provider.Definition]error{}
	for _, t := range targets {
		tenant, ok := tenants[t.def]
		if !ok {
			continue
		}
		if why := stopped[t.def]; why != nil {
			fmt.Fprintf(table, "%s\t%d\t%s\tskipped\tsee above\n", t.name(), t.scenario.Status, tenant.Source)
			continue
		}
		row, err := r.scenario(ctx, t, tenant)
		fmt.Fprintf(table, "%s\t%d\t%s\t%s\t%s\n", t.name(), t.scenario.Status, row.source, row.verdict, row.remark)
		if err != nil {
			fmt.Fprintf(r.stderr, "%v\n", err)
			failures = append(failures, err)
			var e *exitError
			if errors.As(err, &e) && e.code != exitFailed {
				// A refused credential or a dead host is the same for every scenario.
				stopped[t.def] = err
			}
		}
		if ctx.Err() != nil {
			break
		}
	}
	if err := table.Flush(); err != nil {
		return exit(exitFailed, "%v", err)
	}
	return summary(ctx, failures)
}

func summary(ctx context.Context, failures []error) error {
	if ctx.Err() != nil {
		return exit(exitFailed, "interrupted; every cassette is whole, the table shows what was done")
	}
	if len(failures) == 0 {
		return nil
	}
	code := exitFailed
	var e *exitError
	for _, err := range failures {
		if errors.As(err, &e) && e.code != exitFailed {
			code = e.code
		}
	}
	if len(failures) == 1 {
		return exit(code, "1 scenario was not recorded")
	}
	return exit(code, "%d scenarios were not recorded", len(failures))
}

// choose turns the arguments into scenarios; every mistake is reported at once.
func choose(args []string) ([]target, error) {
	var targets []target
	var mistakes []string
	seen := map[*provider.Scenario]bool{}
	add := func(def *provider.Definition, fits func(string) bool) (found bool) {
		for i := range def.Scenarios {
			if s := &def.Scenarios[i]; fits(s.Name) {
				found = true
				if !seen[s] {
					seen[s] = true
					targets = append(targets, target{def, s})
				}
			}
		}
		return found
	}
	if len(args) == 0 {
		for _, def := range provider.All() {
			add(def, func(string) bool { return true })
		}
	}
	for _, arg := range args {
		name, scenario, _ := strings.Cut(arg, "/")
		def := provider.ByName(name)
		if def == nil {
			mistakes = append(mistakes, fmt.Sprintf("there is no provider %q; there are %s", name, strings.Join(providerNames(), " and ")))
			continue
		}
		if !add(def, func(s string) bool { return scenario == "" || s == scenario || strings.HasPrefix(s, scenario+"/") }) {
			names := make([]string, len(def.Scenarios))
			for i, s := range def.Scenarios {
				names[i] = s.Name
			}
			hint := "record list shows those that there are"
			if near := provider.Nearest(scenario, names); len(near) > 0 {
				hint = fmt.Sprintf("did you mean %q?", near[0])
			}
			mistakes = append(mistakes, fmt.Sprintf("%s has no scenario %q; %s", name, scenario, hint))
		}
	}
	if len(mistakes) > 0 {
		return nil, exit(exitUsage, "%s", strings.Join(mistakes, "\n"))
	}
	return targets, nil
}

func providerNames() []string {
	var names []string
	for _, def := range provider.All() {
		names = append(names, def.Name)
	}
	return names
}

// tenants finds where each provider is recorded. A provider that the command
// line names must have credentials; otherwise those without are left out.
func (r *refresh) tenants(targets []target, named bool) (map[*provider.Definition]vcr.Tenant, error) {
	tenants := map[*provider.Definition]vcr.Tenant{}
	tried := map[*provider.Definition]bool{}
	var missing []string
	for _, t := range targets {
		if tried[t.def] {
			continue
		}
		tried[t.def] = true
		if r.simulate {
			tenants[t.def] = vcr.Tenant{Source: vcr.Simulated}
			continue
		}
		tenant, err := vcr.LiveTenant(t.def, r.getenv, time.Now().UTC().Format(time.DateOnly))
		var lacks *vcr.MissingError
		switch {
		case errors.As(err, &lacks):
			missing = append(missing, fmt.Sprintf("%s: %s not set", t.def.Name, strings.Join(lacks.Vars, " and ")))
		case err != nil:
			return nil, exit(exitUsage, "%v", err)
		default:
			tenants[t.def] = tenant
		}
	}
	if len(missing) > 0 && (named || len(tenants) == 0) {
		return nil, exit(exitMissing, "no credentials to record with\n\t%s\nset them to your tenant's, or record the built-in simulator with --simulate", strings.Join(missing, "\n\t"))
	}
	for _, m := range missing {
		fmt.Fprintf(r.stderr, "left out: %s\n", m)
	}
	return tenants, nil
}

func (r *refresh) path(t target) string {
	return filepath.Join(r.out, t.def.Name, filepath.FromSlash(t.scenario.Name)+".yaml")
}
