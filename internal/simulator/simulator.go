// Package simulator is the vendors' servers, as plain http.Handlers that follow
// the published contract. Recordings that no live tenant backs are made from it.
//
// A request passes through these steps; the first that objects answers:
//
//  1. the body is read, up to 1 MiB;
//  2. the credential is checked;
//  3. what the vendor asks of every request is checked: d.velop's Origin header,
//     DevRev's rate limit and API version;
//  4. a failure that the handler is set to is answered;
//  5. the route, then the media type asked for, then each member of the input;
//  6. the operation reads or changes the webhooks, and answers with them.
//
// Answers depend on nothing but the handler's fields and the requests before:
// ids and secrets of new webhooks come from a counter, and the clock stands
// still unless one is given. The default tenant's ids, names, mail addresses and
// secrets look like a customer's, and none is one of the placeholders of package
// provider, so that a recording made from them shows whether every value was
// replaced. What is the same for every customer is the same here: DevRev's host
// and d.velop's event ids.
//
// The package knows no more than the vendors' public pages. Where those are
// silent or disagree, a field decides, or the comment beside the code says what
// was chosen; texts for people (message, detail, reason) are this package's own.
// It shows no user interface, and proves nothing about how a vendor's servers
// really behave.
//
// A [Live] tenant also calls receivers: it verifies them, delivers events to them
// and tries again, on the clock of the synctest bubble that it was made in. The
// handlers of New deliver nothing.
package simulator

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"example.com/webhookvcr/internal/provider"
)

// vendor is what New and Tenant need to know about one vendor.
type vendor struct {
	base, token string
	// seeds are the real values by environment variable.
	seeds map[string]string
	// states builds the handler of each Scenario.Switch.
	states map[string]func() http.Handler
	// wire is how the vendor delivers; a vendor that the simulator does not deliver
	// for has neither it nor live.
	wire Wire
	// live makes a tenant of the placeholder world.
	live func(settings Settings, receivers http.RoundTripper, webhooks int) Live
}

// vendors are filled in by the file of each vendor. They are no field of the
// definitions, which package provider keeps free of servers: one that was set from
// here would be missing wherever this package is not linked.
var vendors = map[*provider.Definition]func() vendor{}

func vendorOf(d *provider.Definition) (vendor, error) {
	if d == nil {
		return vendor{}, errors.New("no provider given, expected one of package provider")
	}
	make, ok := vendors[d]
	if !ok {
		return vendor{}, fmt.Errorf("no simulator for provider %q; add one to package simulator", d.Name)
	}
	return make(), nil
}

// New returns a handler for the vendor in the state that a scenario's Switch
// names; the empty name is the ordinary state. Each call returns a handler with
// webhooks of its own. A vendor or a state that the simulator does not have is
// an error.
func New(d *provider.Definition, sw string) (http.Handler, error) {
	v, err := vendorOf(d)
	if err != nil {
		return nil, err
	}
	state, ok := v.states[sw]
	if !ok {
		names := make([]string, 0, len(v.states))
		for _, name := range slices.Sorted(maps.Keys(v.states)) {
			names = append(names, fmt.Sprintf("%q", name))
		}
		return nil, fmt.Errorf("the simulator of %s has no state %q; expected one of %s", d.Name, sw, strings.Join(names, ", "))
	}
	return state(), nil
}

// Tenant returns the values that stand for a live tenant's: its base URL, its
// credential, and the real value of every seed by environment variable. The
// handlers of New accept exactly these. All three are empty for a vendor that
// the simulator does not have.
func Tenant(d *provider.Definition) (base, token string, env map[string]string) {
	v, _ := vendorOf(d)
	return v.base, v.token, v.seeds
}
