package webhooktest

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"reflect"
	"slices"
	"strings"

	"example.com/webhookvcr/internal/contract"
	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/record"
	"example.com/webhookvcr/internal/say"
)

// The calls that take a provider with options.
const (
	forReplay       = "Replay"
	forReplayServer = "ReplayServer"
	forOpen         = "Open"
	forChecked      = "Checked"
	forValidate     = "Validate"
	forValidateBody = "ValidateBody"
	forSimulate     = "Simulate"
	forReceivers    = "receivertest"
)

// as names the calls that take the options of another one.
var as = map[string]string{forReplayServer: forReplay, forValidateBody: forValidate}

// withoutStep ends the name of a call to which no step is given: nothing answers, and
// unanswered has what has an effect all the same.
const withoutStep = " without a step"

var unanswered = []string{"NoDefaults", "OnRequest"}

// applies says which option is of use in which call. One that is of no use is
// refused there, so that no test relies on what does not happen. The package
// comment shows this table, and a test holds it to what the calls do.
var applies = map[string][]string{
	"AllowUnused":   {forReplay, forOpen, forChecked},
	"AllowProblems": {forReplay, forOpen, forChecked, forValidate, forSimulate},
	"AcceptDrift":   {forOpen},
	"Redact":        {forOpen},
	"Keep":          {forOpen},
	"Varies":        {forOpen},
	"Pinned":        {forOpen},
	"InOrder":       {forReplay, forOpen},
	"Seed":          {forOpen},
	"OwnScenarios":  {forReplay},
	"OnRequest":     {forReplay, forOpen, forSimulate},
	"OnNews":        {forReplay, forOpen, forChecked, forValidate, forSimulate},
	"Transport":     {forOpen},
	"NoDefaults":    {forReplay, forOpen, forSimulate},
	"Strict":        {forReplay, forOpen, forChecked, forValidate},
	"SentBy":        {forSimulate, forReceivers},
	"Verbatim":      {forOpen},
	"Webhooks":      {forSimulate},
}

// ready reports every mistake in a provider and its options before a call uses
// them.
func (p Provider) ready(call string) error {
	if p.def == nil {
		return errNoProvider
	}
	p.options.deliveries = call == forSimulate
	mistakes := slices.Clone(p.options.mistakes)
	base, idle := strings.CutSuffix(call, withoutStep)
	base = cmp.Or(as[base], base)
	for _, name := range p.options.used {
		if calls := applies[name]; !slices.Contains(calls, base) || idle && !slices.Contains(unanswered, name) {
			mistakes = append(mistakes, fmt.Errorf("option %s has no effect on %s, only on %s; leave it out there", name, call, strings.Join(calls, " and ")))
		}
	}
	for _, list := range []struct {
		option   string
		pointers []string
	}{
		{"AllowProblems", p.options.allowProblems}, {"Redact", p.options.redact}, {"Keep", p.options.keep}, {"Varies", p.options.varies}, {"Pinned", p.options.pinned},
	} {
		for _, pointer := range list.pointers {
			mistakes = append(mistakes, p.place(list.option, pointer))
		}
	}
	mistakes = append(mistakes, p.clashes("Redact", p.options.redact), p.clashes("Varies", p.options.varies))
	mistakes = append(mistakes, p.profile(), p.ownSeeds(), p.ownScenarios(), p.ownSender())
	return errors.Join(mistakes...)
}

// profile makes sure that Strict has a schema to apply.
func (p Provider) profile() error {
	if !p.options.strict || p.def.Inferred() {
		return nil
	}
	var others []string
	for _, def := range provider.All() {
		if def.Inferred() {
			others = append(others, def.Title)
		}
	}
	return fmt.Errorf("option Strict has no effect on %s, for which there is no inferred profile, only on %s; leave it out", p.def.Title, strings.Join(others, " and "))
}

// ownSender makes sure that what SentBy says is the vendor's to do.
func (p Provider) ownSender() error {
	s := p.options.sender
	s.Waits, s.Timeout, s.Acknowledged = nil, 0, nil
	if p.def.Delivery != nil || reflect.ValueOf(s).IsZero() {
		return nil
	}
	var idle []string
	for i, v := 0, reflect.ValueOf(s); i < v.NumField(); i++ {
		if !v.Field(i).IsZero() {
			idle = append(idle, v.Type().Field(i).Name)
		}
	}
	return fmt.Errorf("SentBy: %s of Sender has no effect on %s; leave it out", strings.Join(idle, ", "), p.def.Title)
}

// place checks what an option names.
func (p Provider) place(option, pointer string) error {
	if option == "AllowProblems" && !strings.Contains(pointer, "/") {
		return p.named(pointer)
	}
	wish := contract.Wish{
		Closed:     p.options.acceptDrift || len(p.options.allowProblems) > 0,
		Deliveries: option == "AllowProblems" && p.options.deliveries,
	}
	if err := record.CheckPointer(p.def, option, pointer, wish); err != nil {
		return fmt.Errorf("%s(%q): %w", option, pointer, err)
	}
	return nil
}

// clashes reports pointers of Keep and of another option that claim the same
// member with the same right. Of others the narrower one counts.
func (p Provider) clashes(option string, pointers []string) error {
	for _, a := range pointers {
		for _, b := range p.options.keep {
			if record.Clash(a, b) {
				return fmt.Errorf("%s(%q) and Keep(%q) name the same member, and only one of them can hold; leave the other out", option, a, b)
			}
		}
	}
	return nil
}

// ownScenarios makes sure that the file system of OwnScenarios holds some, and that
// each has a name by which a step can ask for it.
func (p Provider) ownScenarios() error {
	own := p.options.scenarios
	if own == nil {
		return nil
	}
	var found []string
	for _, depth := range []string{"/*", "/*/*", "/*/*/*"} {
		for _, extension := range []string{extension, ".yml"} {
			files, err := fs.Glob(own, p.def.Name+depth+extension)
			if err != nil {
				return fmt.Errorf("OwnScenarios: %w", err)
			}
			found = append(found, files...)
		}
	}
	found = slices.DeleteFunc(found, func(file string) bool {
		return strings.HasPrefix(path.Base(file), ".") || strings.HasSuffix(file, ".rejected"+extension)
	})
	if len(found) > 0 {
		return p.misnamed(found)
	}
	where := "the file system"
	if v := reflect.ValueOf(own); v.Kind() == reflect.String {
		where = fmt.Sprintf("directory %q", v.String()) // os.DirFS
	}
	if _, err := fs.Stat(own, "."); errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("OwnScenarios: %s does not exist; record refresh --out makes it", where)
	}
	return fmt.Errorf("OwnScenarios: %s holds no cassette of %s; expected %s/OPERATION/SCENARIO.yaml, as record refresh --out writes them", where, p.def.Title, p.def.Name)
}

// maxMisnamed bounds the files that an error names.
const maxMisnamed = 3

// misnamed names the files that no step can ask for.
func (p Provider) misnamed(files []string) error {
	var names []string
	for _, added := range p.scenarioLibrary().Added() {
		names = append(names, p.def.Name+"/"+added+extension)
	}
	for _, s := range p.def.Scenarios {
		names = append(names, p.def.Name+"/"+s.Name+extension)
	}
	files = slices.DeleteFunc(files, func(file string) bool { return slices.Contains(names, file) })
	slices.Sort(files)
	var mistakes []error
	for i, file := range files {
		if i == maxMisnamed {
			mistakes = append(mistakes, fmt.Errorf("OwnScenarios: and %s more", say.Count(len(files)-i, "file")))
			break
		}
		hint := p.scenarioLibrary().Words.List
		if near := say.Nearest(file, names); len(near) > 0 {
			hint = fmt.Sprintf("did you mean %q?", near[0])
		}
		mistakes = append(mistakes, fmt.Errorf("OwnScenarios: %q has no scenario's name, so that nothing replays it; expected OPERATION/STATUS.yaml or OPERATION/STATUS-WORD.yaml below %s; %s", file, p.def.Name, hint))
	}
	return errors.Join(mistakes...)
}
