// Package check compares what a tenant answers today with stored cassettes, or cassettes
// with one another, and reports the drift.
package check

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"example.com/webhookvcr/cmd/record/internal/exit"
	"example.com/webhookvcr/cmd/record/internal/session"
	"example.com/webhookvcr/internal/cassette"
	"example.com/webhookvcr/internal/contract"
	"example.com/webhookvcr/internal/drift"
	"example.com/webhookvcr/internal/placeholder"
	"example.com/webhookvcr/internal/record"
)

// Check is one comparison. Dir is the directory of the cassettes; when it is empty they are
// those of a checkout, or of this build.
type Check struct {
	session.Recorder
	Dir      string
	stored   stored
	outcomes []*outcome
}

// outcome is what became of a scenario: a comparison, or why there is none.
type outcome struct {
	// Given is the answer; of two, the one that is in doubt.
	session.Given
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

// differ compares answers to one request with the stored ones. The first is that which
// is compared place by place; of the second counts what never varies by itself.
func (o *outcome) differ(files held, answers ...taken) error {
	o.report, o.breach, o.named, o.idle = nil, false, nil, files.variants()
	for i, a := range answers {
		if a.unfit != nil {
			return a.unfit
		}
		g := session.Given{Target: o.Target, Answer: a.Answer}
		if i == 0 || o.Certain() && !g.Certain() {
			o.Answer = a.Answer
		}
		o.named = append(o.named, a.named...)
		o.breach = o.breach || slices.ContainsFunc(a.exchanges, func(e contract.Exchange) bool {
			return slices.ContainsFunc(contract.CheckResponse(o.Def, e.Request, e.Response, false), func(p contract.Problem) bool { return p.In == "answer" && p.Fails() })
		})
	}
	for i, a := range answers {
		file := files.of(session.Given{Target: o.Target, Answer: a.Answer})
		o.idle = slices.DeleteFunc(o.idle, func(name string) bool { return name == file.Header.Scenario })
		var again []contract.Exchange
		for _, other := range answers[i+1:] {
			if files.of(session.Given{Target: o.Target, Answer: other.Answer}) == file {
				again, answers = other.exchanges, answers[:i+1]
			}
		}
		report := drift.Compare(o.Def, file.Exchanges(), a.exchanges, again)
		if file.Header.Source == cassette.Simulated && o.Session.Tenant.Source == cassette.Live {
			report = report.Shown()
		}
		report.Scenario, report.Stored = o.Scenario.Name, file.Header.Source
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

// Run asks for what the arguments name and compares it. When there is a report and an
// error, the credentials are missing and nobody was asked.
func (k *Check) Run(ctx context.Context, args []string, stderr io.Writer) (*Report, error) {
	err := k.Begin(args, stderr)
	if exit.Code(err) == exit.Missing {
		return k.unasked(args), err
	}
	if err != nil {
		return nil, err
	}
	if k.stored, err = openStored(k.Dir); err != nil {
		return nil, err
	}
	k.Expect(k.stored.has)
	k.Each(ctx, func(t session.Target) error {
		o := &outcome{Given: session.Given{Target: t}}
		k.outcomes = append(k.outcomes, o)
		o.err = k.scenario(ctx, o)
		return o.err
	})
	r := k.report()
	k.Say()
	return r, nil
}

// report enters what became of the scenarios. When nobody has seen the vendor, no
// comparison counts, not even one in which nothing differs.
func (k *Check) report() *Report {
	r := NewReport(k.stored.name, k.stored.dir)
	for _, o := range k.outcomes {
		if o.report != nil && o.err == nil && o.Session.Absent != nil {
			o.err = o.Session.Absent(o.Target)
			k.Complain(o.Target, o.err)
		}
		switch {
		case o.err != nil:
			r.Leave(Unchecked{o.Def.Name, o.Scenario.Name, session.Failed, exit.CauseOf(o.err), k.Remark(o.Target, o.err), k.Message(o.Target, o.err)}, o.err)
		case o.report != nil:
			r.Add(*o.report)
			if o.with != o.Scenario.Name {
				r.Reports[len(r.Reports)-1].Cassette = o.with
			}
		default:
			r.Leave(Unchecked{o.Def.Name, o.Scenario.Name, o.verdict, o.cause, o.reason, ""}, o.skipped)
		}
	}
	r.Next = k.next()
	r.Unread = append(k.stored.unread(session.Definitions(k.Targets)), k.unread()...)
	return r
}

// unread are the recordings of answers that the tenant does not give any more.
func (k *Check) unread() (all []Unread) {
	for _, o := range k.outcomes {
		for _, name := range o.idle {
			if o.report != nil && o.err == nil {
				all = append(all, Unread{path.Join(k.stored.dir, o.Def.Name, name+".yaml"), fmt.Sprintf("the tenant answers %d now; remove it, if that stays so", o.Status), o.Def.Name})
			}
		}
	}
	return all
}

// unasked is the report of a check that lacks its credentials.
func (k *Check) unasked(args []string) *Report {
	targets, _ := session.Choose(args) // Begin has found no mistake
	r := NewReport(nothing, "")
	for _, t := range targets {
		r.Leave(Unchecked{t.Def.Name, t.Scenario.Name, session.Skipped, exit.CauseMissing, exit.Remarks[exit.Missing], ""}, nil)
	}
	return r
}

// maxNext bounds the scenarios that the next step names; of more it names the
// providers.
const maxNext = 3

// out is what a command of refresh that writes the stored cassettes is told of them.
func (k *Check) out() string {
	if dir := cmp.Or(k.stored.dir, session.OwnDir); dir != session.ShippedDir {
		return " --out " + record.Quote(dir)
	}
	return ""
}

// next is the command that records what has drifted.
func (k *Check) next() string {
	var drifted []*outcome
	var names, providers []string
	for _, o := range k.outcomes {
		emptied := func(c drift.Change) bool { return c.Rule == drift.ItemsGone } // nobody wants less than there is
		if o.report == nil || o.err != nil || !o.rewritten || slices.ContainsFunc(o.report.Changes, emptied) {
			continue
		}
		drifted, names = append(drifted, o), append(names, o.Name())
		if !slices.Contains(providers, o.Def.Name) {
			providers = append(providers, o.Def.Name)
		}
	}
	if len(names) > maxNext { // what is kept in the others is to stay
		names = providers
		drifted = slices.DeleteFunc(slices.Clone(k.outcomes), func(o *outcome) bool {
			return o.report == nil || o.err != nil || !slices.Contains(names, o.Def.Name)
		})
	}
	breach, otherwise := false, false
	var named []record.Named
	for _, o := range drifted {
		otherwise = otherwise || !o.Fits()
		breach = breach || o.breach
		for _, n := range o.named {
			if !slices.Contains(named, n) && !(k.Simulate && n.Option == "Keep") {
				named = append(named, n)
			}
		}
	}
	if len(names) == 0 {
		return ""
	}
	command := exit.Pasted("record refresh")
	if k.Simulate {
		command += " --simulate"
	}
	if otherwise && !k.Simulate {
		command += " --record-as-answered"
	}
	if breach {
		command += " --accept-drift"
	}
	for _, n := range named {
		command += " " + k.Pointers.Spell(n.Option, n.Place)
	}
	return command + k.out() + " " + strings.Join(names, " ")
}

// scenario compares one scenario, or notes why that makes no sense.
func (k *Check) scenario(ctx context.Context, o *outcome) error {
	t := o.Target
	files, err := k.stored.load(t)
	ended := t.Session.Stopped
	skip := func() { o.leave(session.Skipped, exit.CauseOf(ended), exit.Remarks[ended.Status]); o.skipped = ended }
	switch {
	case t.Asks() && ended != nil && ended.Status == exit.Missing:
		skip()
	case err != nil:
		advice := "; remove the file, or record it again"
		if strings.Contains(err.Error(), "; ") { // it has its own
			advice = ""
		}
		return k.Failed(exit.CauseCassette, t, "%v"+advice, err)
	case len(files) == 0 && t.Exact:
		advice := exit.Pasted("record one with record refresh")
		if t.Scenario.Live && t.Writes() {
			advice += " --write"
		}
		advice += k.out() + " " + t.Name()
		if !t.Asks() && !(t.Scenario.Live && t.Writes()) {
			advice = "no recording makes one: " + t.Scenario.How
		}
		return k.Failed(exit.CauseNoCassette, t, "%s has no cassette of it; %s", k.stored.name, advice)
	case len(files) == 0:
		o.leave(session.NotRecorded, exit.CauseNoCassette, "there is no cassette of it")
	case !t.Asks() && t.Scenario.Live:
		o.leave(session.LeftOut, exit.CauseWrites, "changes the tenant; check makes read calls only")
	case !t.Asks():
		o.leave(session.LeftOut, exit.CauseSimulated, t.Scenario.How)
	case k.Simulate && files.of(o.Given).Header.Source == cassette.Live:
		o.leave(session.LeftOut, exit.CauseLive, "recorded from a tenant; the simulator says nothing of that")
	case ctx.Err() != nil:
		o.leave(session.Skipped, exit.CauseInterrupted, exit.CauseInterrupted)
	case ended != nil:
		skip()
	default:
		return k.compare(ctx, o, files)
	}
	return nil
}

// taken is what came back for one request.
type taken struct {
	session.Answer
	exchanges []contract.Exchange
	// named are the pointers that name something in it, given ones and those that would
	// keep a word of the vendor's.
	named []record.Named
	// unfit is why it could not be recorded.
	unfit error
}

// momentary is the status of an answer of a moment, be it behind a redirect; 0 for none.
func (got taken) momentary(t session.Target) int {
	if (session.Given{Target: t, Answer: got.Answer}).Passing() {
		return got.Status
	}
	for i, e := range got.exchanges {
		if i > 0 && session.Momentary(e.Response.Status) {
			return e.Response.Status
		}
	}
	return 0
}

// compare asks twice, so that what differs from request to request is not taken for
// drift; the simulator answers the same each time. An answer that may be somebody
// else's is asked for again when all others are known.
func (k *Check) compare(ctx context.Context, o *outcome, files held) error {
	tenant, err := o.Tenant()
	if err != nil {
		return k.Fail(exit.Failed, o.Target, "%v", err)
	}
	k.Progress(o.Target)
	once := func() (taken, error) { return k.once(ctx, o.Target, tenant, files) }
	oneMore := func(judge func(taken) error) func() error {
		return func() error {
			got, err := once()
			if err != nil {
				return err
			}
			return judge(got)
		}
	}
	doubt := func(failed error, again func() error) {
		k.Doubt(ctx, session.Doubt{Given: &o.Given, Failed: failed, Again: again, Conclude: func(err error) error { o.err = err; return err }})
	}
	lookup, outage := (*session.LookupError)(nil), (*session.OutageError)(nil)
	doubtful := func(err error, ofOutage func() error) bool {
		switch {
		case errors.As(err, &lookup):
			o.Status = lookup.Status
			doubt(err, func() error { return k.confirmed(o, files, lookup.Status, once) })
		case errors.As(err, &outage):
			doubt(err, ofOutage)
		default:
			return false
		}
		return true
	}
	first, err := once()
	o.Answer = first.Answer
	if doubtful(err, func() error { return k.askedAgain(o, files, once) }) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := o.differ(files, first); err != nil || tenant.Source == cassette.Simulated {
		return err
	}
	if status := first.momentary(o.Target); o.report.Worst() == drift.Breaking && (status != 0 || !o.Certain()) {
		again := oneMore(func(second taken) error { return o.differ(files, second, first) })
		if status != 0 {
			again = func() error { return k.confirmed(o, files, status, once) }
		}
		doubt(nil, again)
		return nil
	}
	second, err := once()
	if errors.As(err, &outage) {
		o.Session.Unsteady = true
	}
	if doubtful(err, oneMore(func(third taken) error { return o.differ(files, first, third) })) {
		return nil
	}
	if err == nil {
		err = o.differ(files, first, second)
	}
	if err != nil {
		return err
	}
	if status := second.momentary(o.Target); o.report.Worst() == drift.Breaking && (status != 0 || !o.Certain()) {
		var again func() error
		if status != 0 {
			again = func() error { return k.confirmed(o, files, status, once) }
		}
		doubt(nil, again)
		return nil
	}
	k.Note(ctx, o.Target, nil)
	return nil
}

// once records the scenario once, in memory. Without a path there is no file that it
// could touch. What the stored cassettes keep is kept, and what they have pinned pinned.
// With an OutageError comes the answer that looks like one.
func (k *Check) once(ctx context.Context, t session.Target, tenant record.Tenant, files held) (got taken, err error) {
	config := record.Config{Tenant: tenant}
	for _, file := range files {
		config.Keep = append(config.Keep, record.KeptWords(t.Def, file.Exchanges())...)
		config.Pinned = append(config.Pinned, file.Header.Pinned...)
	}
	err = k.Attempts(ctx, t, tenant, func() error {
		got = taken{}
		recording, first, err := k.Ask(ctx, t, config)
		if err != nil {
			return err
		}
		got.Answer, got.named = first, k.Pointers.Note(recording)
		for _, n := range recording.News() {
			keep := record.Named{Option: "Keep", Place: n.Pointer}
			clashes := func(given record.Named) bool { return record.Clash(given.Place, n.Pointer) }
			if n.Unlisted && !n.Private && !slices.ContainsFunc(got.named, clashes) {
				got.named = append(got.named, keep)
			}
		}
		var reasons []string
		if got.exchanges, reasons = recording.Exchanges(); len(reasons) > 0 {
			got.unfit = k.Fail(exit.Failed, t, "%s", strings.Join(reasons, "\n\t"))
		}
		return cmp.Or(k.Trouble(t, first), got.unfit)
	})
	return got, err
}

// confirmed asks twice more after an answer that may be one of a moment. These two count,
// and it is only told when they are as they were.
func (k *Check) confirmed(o *outcome, files held, status int, once func() (taken, error)) error {
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
		fmt.Fprintf(k.Stderr, "%s: answered %d once, and not again\n", o.Name(), status)
	}
	return nil
}

// askedAgain asks again, and once more, for what looked like an outage. When it is so each
// time, and the tenant answers others as documented, it is none.
func (k *Check) askedAgain(o *outcome, files held, once func() (taken, error)) error {
	var got []taken
	outage := (*session.OutageError)(nil)
	for range 2 {
		answer, err := once()
		switch {
		case errors.As(err, &outage) && len(got) > 0:
			o.Session.Unsteady = true
		case errors.As(err, &outage):
			o.Answer = answer.Answer
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
		return k.Persists(o.Target, outage, o.Answer)
	}
	return o.differ(files, got...)
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
