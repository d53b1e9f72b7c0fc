package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path"
	"slices"
	"strings"
	"time"

	"example.com/webhookvcr/internal/exit"

	"github.com/spf13/cobra"

	"example.com/webhookvcr/internal/cassette"
	"example.com/webhookvcr/internal/contract"
	"example.com/webhookvcr/internal/drift"
	"example.com/webhookvcr/internal/placeholder"
	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/record"
)

type check struct {
	recorder
	dir      string
	stored   stored
	outcomes []*outcome
}

// outcome is what became of a scenario: a comparison, or why there is none.
type outcome struct {
	// given is the answer; of two, the one that is in doubt.
	given
	// with is the scenario whose cassette the answer was compared with, and report what
	// has changed; nil when nothing was compared.
	with   string
	report *drift.Report
	// rewritten says that a recording of the answer takes the place of the cassette.
	rewritten bool
	// breach says that the answer breaks the contract, which a recording refuses.
	breach bool
	// idle are the recordings of other answers than those that came.
	idle []string
	// named are the pointers that a recording of the answer needs.
	named                  []record.Named
	verdict, reason, cause string
	// err is why it failed, and skipped why it would have failed as well.
	err, skipped error
}

func (o *outcome) leave(verdict, cause, reason string) {
	o.verdict, o.cause, o.reason = verdict, cause, reason
}

func checkCommand(getenv func(string) string, clock clock) *cobra.Command {
	k := &check{recorder: recorder{getenv: getenv, clock: clock, undone: "not checked", lenient: true}}
	var h threshold
	var form format
	c := &cobra.Command{
		Use:   "check [flags] [PROVIDER[/SCENARIO]...]",
		Short: "Compare the vendor's answers of today with the stored cassettes; write nothing",
		Long:  checkIntroduction + environmentHelp(),
		Example: `  record check --simulate
  record check --cassettes testdata/cassettes devrev
  record check --format github --cassettes testdata/cassettes devrev
  record check --json --fail-on additive devrev/webhooks.get > drift.json`,
		DisableFlagsInUseLine: true,
		ValidArgsFunction:     completeScenario,
		RunE: func(c *cobra.Command, args []string) error {
			if err := cmp.Or(h.check(), form.check()); err != nil {
				return err
			}
			exit.NotesRecording(c.Context())
			r, failed := k.run(c.Context(), args, c.ErrOrStderr())
			if r == nil {
				return failed
			}
			if err := form.writeReport(c, r, getenv, h.fails); err != nil {
				return err
			}
			return cmp.Or(failed, r.err(c.Context().Err() != nil, h.fails), k.pointers.idle())
		},
	}
	f := c.Flags()
	f.BoolVar(&k.simulate, "simulate", false, "ask the built-in simulator instead of a tenant")
	form.flags(c, f)
	h.flags(c)
	f.StringVar(&k.dir, "cassettes", "", "compare with `DIR`/PROVIDER/SCENARIO.yaml (default: cassettes in a checkout of this module, else those of this build)")
	recorderFlags(f, &k.recorder, time.Second, "request")
	c.MarkFlagDirname("cassettes")
	return c
}

// writeReport writes what check or diff has found; fails says which drift fails the
// command.
func (f *format) writeReport(c *cobra.Command, r *checkReport, getenv func(string) string, fails func(drift.Class) bool) error {
	return f.write(c.OutOrStdout(), r.writeText, r.writeJSON, func(w io.Writer) error {
		j := r.judged(c.Name(), fails)
		j.Version = version()
		return j.Write(w, f.name, getenv)
	})
}

// thresholds are the values of --fail-on, the most lenient last.
var thresholds = []string{"any", "additive", "breaking", "none"}

// threshold is --fail-on.
type threshold struct{ failOn string }

func (h *threshold) flags(c *cobra.Command) {
	c.Flags().StringVar(&h.failOn, "fail-on", "breaking", "the least `CLASS` of drift that gives exit status 3: breaking, additive, any or none")
	c.RegisterFlagCompletionFunc("fail-on", cobra.FixedCompletions(thresholds, cobra.ShellCompDirectiveNoFileComp))
}

func (h *threshold) check() error {
	if !slices.Contains(thresholds, h.failOn) {
		return exit.Errorf(exit.Usage, "--fail-on %q is no class of drift; %s", h.failOn, exit.Suggestion(h.failOn, thresholds, "expected breaking, additive, any or none"))
	}
	return nil
}

// fails reports whether drift of that class fails the command.
func (h *threshold) fails(worst drift.Class) bool {
	failing := len(thresholds) - 1 - slices.Index(thresholds, h.failOn) // so many classes
	return slices.Contains(drift.Classes()[:failing], worst)
}

// run asks for what the arguments name and compares it. When there is a report and an
// error, the credentials are missing and nobody was asked.
func (k *check) run(ctx context.Context, args []string, stderr io.Writer) (*checkReport, error) {
	err := k.begin(args, stderr)
	if exit.Code(err) == exit.Missing {
		return k.unasked(args), err
	}
	if err != nil {
		return nil, err
	}
	if k.stored, err = openStored(k.dir); err != nil {
		return nil, err
	}
	k.expect(k.stored.has)
	k.each(ctx, func(t target) error {
		o := &outcome{given: given{target: t}}
		k.outcomes = append(k.outcomes, o)
		o.err = k.scenario(ctx, o)
		return o.err
	})
	r := k.report()
	k.say()
	return r, nil
}

// report enters what became of the scenarios. When nobody has seen the vendor, no
// comparison counts, not even one in which nothing differs.
func (k *check) report() *checkReport {
	r := newReport(k.stored.name, k.stored.dir)
	for _, o := range k.outcomes {
		if o.report != nil && o.err == nil && o.session.absent != nil {
			k.conclude(o, o.session.absent(o.target))
		}
		switch {
		case o.err != nil:
			r.leave(unchecked{o.def.Name, o.scenario.Name, failed, exit.CauseOf(o.err), k.remark(o.target, o.err), k.message(o.target, o.err)}, o.err)
		case o.report != nil:
			r.add(*o.report)
			if o.with != o.scenario.Name {
				r.Reports[len(r.Reports)-1].Cassette = o.with
			}
		default:
			r.leave(unchecked{o.def.Name, o.scenario.Name, o.verdict, o.cause, o.reason, ""}, o.skipped)
		}
	}
	r.Next = k.next()
	r.Unread = append(k.stored.unread(k.definitions()), k.unread()...)
	return r
}

// unread are the recordings of answers that the tenant does not give any more.
func (k *check) unread() (all []unread) {
	for _, o := range k.outcomes {
		for _, name := range o.idle {
			if o.report != nil && o.err == nil {
				all = append(all, unread{path.Join(k.stored.dir, o.def.Name, name+".yaml"), fmt.Sprintf("the tenant answers %d now; remove it, if that stays so", o.status), o.def.Name})
			}
		}
	}
	return all
}

// definitions are the providers that were asked for.
func (k *check) definitions() []*provider.Definition {
	var targets []target
	for _, o := range k.outcomes {
		targets = append(targets, o.target)
	}
	return definitions(targets)
}

// conclude is about an outcome that has failed after all.
func (k *check) conclude(o *outcome, err error) {
	if o.err = err; err != nil {
		k.complain(o.target, err)
	}
}

// unasked is the report of a check that lacks its credentials.
func (k *check) unasked(args []string) *checkReport {
	targets, _ := choose(args) // begin has found no mistake
	r := newReport(nothing, "")
	for _, t := range targets {
		r.leave(unchecked{t.def.Name, t.scenario.Name, skipped, exit.CauseMissing, exit.Remarks[exit.Missing], ""}, nil)
	}
	return r
}

// next is the command that records what has drifted.
func (k *check) next() string {
	var drifted []*outcome
	var names []string
	for _, o := range k.outcomes {
		emptied := func(c drift.Change) bool { return c.Rule == drift.ItemsGone } // nobody wants less than there is
		if o.report == nil || o.err != nil || !o.rewritten || slices.ContainsFunc(o.report.Changes, emptied) {
			continue
		}
		drifted, names = append(drifted, o), append(names, o.name())
	}
	if len(names) > maxNext { // what is kept in the others is to stay
		names = providersOf(names)
		drifted = slices.DeleteFunc(slices.Clone(k.outcomes), func(o *outcome) bool {
			return o.report == nil || o.err != nil || !slices.Contains(names, o.def.Name)
		})
	}
	breach, otherwise := false, false
	var named []record.Named
	for _, o := range drifted {
		otherwise = otherwise || !o.fits()
		breach = breach || o.breach
		for _, n := range o.named {
			if !slices.Contains(named, n) && !(k.simulate && n.Option == "Keep") {
				named = append(named, n)
			}
		}
	}
	if len(names) == 0 {
		return ""
	}
	command := exit.Pasted("record refresh")
	if k.simulate {
		command += " --simulate"
	}
	if otherwise && !k.simulate {
		command += " --record-as-answered"
	}
	if breach {
		command += " --accept-drift"
	}
	for _, n := range named {
		command += " " + k.pointers.spell(n.Option, n.Place)
	}
	if dir := cmp.Or(k.stored.dir, defaultOwn); dir != shippedDir {
		command += " --out " + record.Quote(dir)
	}
	return command + " " + strings.Join(names, " ")
}

// maxNext bounds the scenarios that the next step names; of more it names the
// providers.
const maxNext = 3

func providersOf(names []string) (all []string) {
	for _, name := range names {
		if provider, _, _ := strings.Cut(name, "/"); !slices.Contains(all, provider) {
			all = append(all, provider)
		}
	}
	return all
}

// scenario compares one scenario, or notes why that makes no sense.
func (k *check) scenario(ctx context.Context, o *outcome) error {
	t := o.target
	files, err := k.stored.load(t)
	ended := t.session.stopped
	skip := func() { o.leave(skipped, exit.CauseOf(ended), exit.Remarks[ended.Status]); o.skipped = ended }
	switch {
	case t.asks() && ended != nil && ended.Status == exit.Missing:
		skip()
	case err != nil:
		advice := "; remove the file, or record it again"
		if strings.Contains(err.Error(), "; ") { // it has its own
			advice = ""
		}
		return k.failed(exit.CauseCassette, t, "%v"+advice, err)
	case len(files) == 0 && t.exact:
		advice := exit.Pasted("record one with record refresh")
		if t.scenario.Live && t.writes() {
			advice += " --write"
		}
		if dir := cmp.Or(k.stored.dir, defaultOwn); dir != shippedDir {
			advice += " --out " + record.Quote(dir)
		}
		advice += " " + t.name()
		if !t.asks() && !(t.scenario.Live && t.writes()) {
			advice = "no recording makes one: " + t.scenario.How
		}
		return k.failed(exit.CauseNoCassette, t, "%s has no cassette of it; %s", k.stored.name, advice)
	case len(files) == 0:
		o.leave(notRecorded, exit.CauseNoCassette, "there is no cassette of it")
	case !t.asks() && t.scenario.Live:
		o.leave(leftOut, exit.CauseWrites, "changes the tenant; check makes read calls only")
	case !t.asks():
		o.leave(leftOut, exit.CauseSimulated, t.scenario.How)
	case k.simulate && files.of(o.given).Header.Source == cassette.Live:
		o.leave(leftOut, exit.CauseLive, "recorded from a tenant; the simulator says nothing of that")
	case ctx.Err() != nil:
		o.leave(skipped, exit.CauseInterrupted, exit.CauseInterrupted)
	case ended != nil:
		skip()
	default:
		return k.compare(ctx, o, files)
	}
	return nil
}

// taken is what came back for one request.
type taken struct {
	answer
	exchanges []contract.Exchange
	// named are the pointers that name something in it, given ones and those that would
	// keep a word of the vendor's.
	named []record.Named
	// unfit is why it could not be recorded.
	unfit error
}

// compare asks twice, so that what differs from request to request is not taken for
// drift; the simulator answers the same each time. An answer that may be somebody
// else's is asked for again when all others are known.
func (k *check) compare(ctx context.Context, o *outcome, files held) error {
	tenant, err := o.tenant()
	if err != nil {
		return k.fail(exit.Failed, o.target, "%v", err)
	}
	k.progress(o.target)
	once := func() (taken, error) { return k.once(ctx, o.target, tenant, files) }
	doubt := func(failed error, again func() error) {
		k.doubt(ctx, doubt{&o.given, failed, again, func(err error) { k.conclude(o, err) }})
	}
	first, err := once()
	o.answer = first.answer
	lookup, outage := (*lookupError)(nil), (*outageError)(nil)
	switch {
	case errors.As(err, &lookup):
		o.status = lookup.status
		doubt(err, func() error { return k.confirmed(o, files, lookup.status, once) })
		return nil
	case errors.As(err, &outage):
		doubt(err, func() error { return k.askedAgain(o, files, once) })
		return nil
	case err != nil:
		return err
	}
	if err := o.differ(files, first); err != nil || tenant.Source == cassette.Simulated {
		return err
	}
	if status := first.momentary(o.target); o.report.Worst() == drift.Breaking && (status != 0 || !o.certain()) {
		doubt(nil, func() error {
			if status != 0 {
				return k.confirmed(o, files, status, once)
			}
			second, err := once()
			if err != nil {
				return err
			}
			return o.differ(files, second, first)
		})
		return nil
	}
	second, err := once()
	switch {
	case errors.As(err, &outage):
		o.session.unsteady = true
		doubt(err, func() error {
			third, err := once()
			if err != nil {
				return err
			}
			return o.differ(files, first, third)
		})
		return nil
	case errors.As(err, &lookup):
		o.status = lookup.status
		doubt(err, func() error { return k.confirmed(o, files, lookup.status, once) })
		return nil
	case err == nil:
		err = o.differ(files, first, second)
	}
	if err != nil {
		return err
	}
	if status := second.momentary(o.target); o.report.Worst() == drift.Breaking && (status != 0 || !o.certain()) {
		var again func() error
		if status != 0 {
			again = func() error { return k.confirmed(o, files, status, once) }
		}
		doubt(nil, again)
		return nil
	}
	k.note(ctx, o.target, nil)
	return nil
}

// passing reports whether an answer may be one of a moment, while a credential spreads or
// one server of many knows less than the others.
func (g given) passing() bool { return momentary(g.status) && !g.certain() }

func momentary(status int) bool {
	return status == http.StatusUnauthorized || status == http.StatusForbidden || status == http.StatusNotFound
}

// momentary is the status of an answer of a moment, be it behind a redirect; 0 for none.
func (got taken) momentary(t target) int {
	if (given{t, got.answer}).passing() {
		return got.status
	}
	for i, e := range got.exchanges {
		if i > 0 && momentary(e.Response.Status) {
			return e.Response.Status
		}
	}
	return 0
}

// confirmed asks twice more after an answer that may be one of a moment. These two count,
// and it is only told when they are as they were.
func (k *check) confirmed(o *outcome, files held, status int, once func() (taken, error)) error {
	second, err := once()
	if err != nil {
		return err
	}
	third, err := once()
	if err != nil {
		return err
	}
	if err := o.differ(files, second, third); err != nil {
		return err
	}
	if o.report.Worst() != drift.Breaking {
		fmt.Fprintf(k.stderr, "%s: answered %d once, and not again\n", o.name(), status)
	}
	return nil
}

// askedAgain asks again, and once more, for what looked like an outage. When it is so each
// time, and the tenant answers others as documented, it is none.
func (k *check) askedAgain(o *outcome, files held, once func() (taken, error)) error {
	var got []taken
	outage := (*outageError)(nil)
	for range 2 {
		answer, err := once()
		switch {
		case errors.As(err, &outage) && len(got) > 0:
			o.session.unsteady = true
		case errors.As(err, &outage):
			o.answer = answer.answer
			if err := o.differ(files, answer); err != nil {
				return err
			}
		case err != nil:
			return err
		default:
			got = append(got, answer)
		}
	}
	if len(got) == 0 {
		return k.persists(o.target, outage, o.answer)
	}
	return o.differ(files, got...)
}

// differ compares answers to one request with the stored ones. The first is that which
// is compared place by place; of the second counts what never varies by itself.
func (o *outcome) differ(files held, answers ...taken) error {
	o.report, o.breach, o.named, o.idle = nil, false, nil, files.variants()
	for i, a := range answers {
		if a.unfit != nil {
			return a.unfit
		}
		g := given{o.target, a.answer}
		if i == 0 || o.certain() && !g.certain() {
			o.answer = a.answer
		}
		o.named = append(o.named, a.named...)
		o.breach = o.breach || slices.ContainsFunc(a.exchanges, func(e contract.Exchange) bool {
			return slices.ContainsFunc(contract.CheckResponse(o.def, e.Request, e.Response, false), func(p contract.Problem) bool { return p.In == "answer" && p.Fails() })
		})
	}
	for i, a := range answers {
		file := files.of(given{o.target, a.answer})
		o.idle = slices.DeleteFunc(o.idle, func(name string) bool { return name == file.Header.Scenario })
		var again []contract.Exchange
		for _, other := range answers[i+1:] {
			if files.of(given{o.target, other.answer}) == file {
				again, answers = other.exchanges, answers[:i+1]
			}
		}
		report := drift.Compare(o.def, file.Exchanges(), a.exchanges, again)
		if file.Header.Source == cassette.Simulated && o.session.tenant.Source == cassette.Live {
			report = report.Shown()
		}
		report.Scenario, report.Stored = o.scenario.Name, file.Header.Source
		if o.report == nil || o.report.Worst() == "" {
			o.report, o.with = &report, file.Header.Scenario
			o.rewritten = rewrites(report, file.Exchanges(), a.exchanges)
		}
		if again != nil {
			break
		}
	}
	return nil
}

// rewrites reports whether refresh replaces a cassette that a report is about: it leaves
// one that says the same in another layout, or with its members in another order.
func rewrites(report drift.Report, stored, fresh []contract.Exchange) bool {
	arranged := func(c drift.Change) bool { return c.Rule == drift.LayoutChanged || c.Rule == drift.OrderChanged }
	if len(report.Changes) == 0 {
		return false
	}
	if report.More > 0 || len(stored) != len(fresh) || slices.ContainsFunc(report.Changes, func(c drift.Change) bool { return !arranged(c) }) {
		return true
	}
	says := func(e contract.Exchange) string {
		return placeholder.MaskNumbers(cassette.CanonicalBody(e.Response.Body))
	}
	return !slices.EqualFunc(stored, fresh, func(a, b contract.Exchange) bool { return says(a) == says(b) })
}

// once records the scenario once, in memory. Without a path there is no file that it
// could touch. What the stored cassettes keep is kept, and what they have pinned pinned.
// With an outageError comes the answer that looks like one.
func (k *check) once(ctx context.Context, t target, tenant record.Tenant, files held) (got taken, err error) {
	config := record.Config{Tenant: tenant}
	for _, file := range files {
		config.Keep = append(config.Keep, record.KeptWords(t.def, file.Exchanges())...)
		config.Pinned = append(config.Pinned, file.Header.Pinned...)
	}
	err = k.attempts(ctx, t, tenant, func() error {
		got = taken{}
		recording, first, err := k.ask(ctx, t, config)
		if err != nil {
			return err
		}
		got.answer, got.named = first, k.pointers.note(recording)
		for _, n := range recording.News() {
			keep := record.Named{Option: "Keep", Place: n.Pointer}
			clashes := func(given record.Named) bool { return record.Clash(given.Place, n.Pointer) }
			if n.Unlisted && !n.Private && !slices.ContainsFunc(got.named, clashes) {
				got.named = append(got.named, keep)
			}
		}
		var reasons []string
		if got.exchanges, reasons = recording.Exchanges(); len(reasons) > 0 {
			got.unfit = k.fail(exit.Failed, t, "%s", strings.Join(reasons, "\n\t"))
		}
		return cmp.Or(k.trouble(t, first), got.unfit)
	})
	return got, err
}

const checkIntroduction = `check asks the tenant what refresh would record, compares the answers with the
stored cassettes, and writes nothing. It is for a nightly job: the day on which
the vendor changes its API is the day on which the job fails.

Only read calls are made, each of them at least twice, so that a value or an optional
member that differs from one request to the next is reported as volatile and not as
drift; a status, a media type, a type or a breach of the contract that one of the two
answers has is drift. With --simulate the simulator is compared with the simulated cassettes, which needs no credential.

Everything is compared in placeholders; the report holds no value of the tenant.
Each change is of one class:

  breaking  a client written to the contract or to the cassette may fail: a
            breach of the contract, a documented member gone, another type,
            status or media type, a value that the contract does not list
  additive  something is there that was not; a tolerant client does not notice
  cosmetic  what may change at any time: values, order, layout

A simulated cassette shows what may come: that an optional member does not come is
no drift against it. An answer that was recorded as it came (refresh
--record-as-answered) is compared with that recording.

Every scenario is asked for, and then each answer is judged with all that the run
has seen of the tenant:

  outage      5xx, 408, a temporary redirect and a page of HTML say nothing of the
              contract. They are asked again as long as --max-wait allows in the whole
              run. One that comes each time to one kind of request, while others are
              answered as documented, is drift.
  skipped     when two scenarios in a row get no answer, a read call of each operation
              is asked; when these get none either, the rest is skipped. A tenant that
              throttles for longer is left alone.
  the vendor  an answer is recognised when its body is what the contract says of its
              status, a success by one documented member. When the run has none, or
              errors of one status only, nothing is checked: what stands at the base
              URL is not the vendor.
  drift       any other answer is asked for again at the end, and counts when the
              vendor still answers as documented after that: else it has ceased to.
  once        a 401, 403 or 404 that does not come again at the end is only told.
  credential  401 and 403 are its fault, unless a read call of the same operation is
              answered with it after that.
  ids         404 is the fault of the variable that gives the id, unless another
              request with it had success, or the route answers so without it.
              When that success has become 404 too, what it names has been removed.
  path        when every read call is answered 404, the base URL is wrong, and nothing
              is checked.

--fail-on breaking (the default) gives exit status 3 for breaking changes,
additive for these as well, any for all three, none for none.

record help RULES lists what finds a change, record help FORMATS what --format and
--json write, record help EXIT the exit statuses.

Environment, read unless --simulate is given:
`

const checkMembers = `
  against   what was compared with
  worst     "" when nothing has changed
  cassette  the recording of another answer that it was compared with; absent when
            that was the scenario's own
  exchange  counted from 0; more than one with a redirect that is followed
  pointer   a JSON pointer into the body, a header's name, or "" for the whole
  before    what stood there, and after what stands there now: a word of the
            contract, any other value by its type, or "absent"
  more      how many changes, or volatile places, are not listed
  verdict   "left out", "not recorded" (no stored cassette, and not asked for by
            name), "failed" or "skipped" (not asked for, for
            it would have failed as others had)
  cause     ` + causesHelp + `
  reason    why, in short
  message   of what failed: why, and what to do about it; absent otherwise
  next      the command that takes the answers as they are; absent when nothing has
            drifted
  unread    cassettes that nothing is compared with: their heads name a scenario, and
            they lie elsewhere, or they hold another answer than what the tenant gives
            now; absent when there is none
`
