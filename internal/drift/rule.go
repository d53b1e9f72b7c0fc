package drift

// Class says how much a change means to a client of the vendor.
type Class string

// The classes of changes, the worst first.
const (
	Breaking Class = "breaking" // a client written to the contract or to the stored recording may fail
	Additive Class = "additive" // something is there that was not; a tolerant client does not notice
	Cosmetic Class = "cosmetic" // what may change at any time
)

// Classes returns the classes, the worst first.
func Classes() []Class { return []Class{Breaking, Additive, Cosmetic} }

// Rule is the stable name of what finds a change.
type Rule string

// The rules; the package documentation says what each is about.
const (
	Contract         Rule = "contract"
	UnlistedValue    Rule = "unlisted-value"
	ExchangeGone     Rule = "exchange-gone"
	ExchangeNew      Rule = "exchange-new"
	StatusChanged    Rule = "status-changed"
	MediaTypeChanged Rule = "media-type-changed"
	HeaderGone       Rule = "header-gone"
	HeaderChanged    Rule = "header-changed"
	BodyGone         Rule = "body-gone"
	BodyFormChanged  Rule = "body-form-changed"
	TypeChanged      Rule = "type-changed"
	MemberGone       Rule = "member-gone"
	ErrorChanged     Rule = "error-changed"

	MemberNew          Rule = "member-new"
	MemberUndocumented Rule = "member-undocumented"
	ValueNew           Rule = "value-new"
	ItemsNew           Rule = "items-new"
	HeaderNew          Rule = "header-new"
	MediaTypeNew       Rule = "media-type-new"
	BodyNew            Rule = "body-new"

	ValueChanged           Rule = "value-changed"
	NullAllowed            Rule = "null-allowed"
	MemberUndocumentedGone Rule = "member-undocumented-gone"
	MemberOfVariantGone    Rule = "member-of-variant-gone"
	MemberInSomeItems      Rule = "member-in-some-items"
	ItemsGone              Rule = "items-gone"
	ItemsChanged           Rule = "items-changed"
	OrderChanged           Rule = "order-changed"
	LayoutChanged          Rule = "layout-changed"
	HeaderValueChanged     Rule = "header-value-changed"
)

// aspect is what of a place a rule looks at. What two fresh recordings disagree
// about is volatile in that aspect only: a number that is another one each time
// may still have become a string.
type aspect string

const (
	never    aspect = ""         // cannot be volatile
	presence aspect = "presence" // whether it is there
	form     aspect = "type"     // what type it has
	content  aspect = "value"    // what it holds
	layout   aspect = "layout"   // how it is written
)

// ruling is a rule's place in the order of things.
type ruling struct {
	rule   Rule
	class  Class
	aspect aspect
}

var rulings = []ruling{
	{Contract, Breaking, never},
	{UnlistedValue, Breaking, never},
	{ExchangeGone, Breaking, presence},
	{ExchangeNew, Breaking, presence},
	{StatusChanged, Breaking, form},
	{MediaTypeChanged, Breaking, form},
	{HeaderGone, Breaking, presence},
	{HeaderChanged, Breaking, content},
	{BodyGone, Breaking, presence},
	{BodyFormChanged, Breaking, form},
	{TypeChanged, Breaking, form},
	{MemberGone, Breaking, presence},
	{ErrorChanged, Breaking, content},

	{MemberNew, Additive, presence},
	{MemberUndocumented, Additive, presence},
	{ValueNew, Additive, form},
	{ItemsNew, Additive, content},
	{HeaderNew, Additive, presence},
	{MediaTypeNew, Additive, form},
	{BodyNew, Additive, presence},

	{ValueChanged, Cosmetic, content},
	{NullAllowed, Cosmetic, form},
	{MemberUndocumentedGone, Cosmetic, presence},
	{MemberOfVariantGone, Cosmetic, presence},
	{MemberInSomeItems, Cosmetic, presence},
	{ItemsGone, Cosmetic, content},
	{ItemsChanged, Cosmetic, content},
	{OrderChanged, Cosmetic, layout},
	{LayoutChanged, Cosmetic, layout},
	{HeaderValueChanged, Cosmetic, content},
}

// Rules returns all rules, those of the worst class first.
func Rules() []Rule {
	all := make([]Rule, len(rulings))
	for i, r := range rulings {
		all[i] = r.rule
	}
	return all
}

// ruling returns the rule's entry; every constant above has one.
func (r Rule) ruling() ruling {
	for _, entry := range rulings {
		if entry.rule == r {
			return entry
		}
	}
	return ruling{r, Breaking, never}
}

// Class returns the class of the changes that the rule finds.
func (r Rule) Class() Class { return r.ruling().class }

// steady reports whether what the rule finds never varies by itself: a vendor that
// shows it in one of two answers has changed some of its servers.
func (r Rule) steady() bool {
	switch r {
	case MediaTypeNew, ErrorChanged:
		return true
	}
	aspect := r.ruling().aspect
	return r.Class() == Breaking && (aspect == never || aspect == form)
}
