package contract

import (
	"fmt"

	"example.com/webhookvcr/internal/jsontext"
	"example.com/webhookvcr/internal/provider"
)

// CheckDelivery returns the problems of the body that a vendor sends to a
// webhook's URL, sorted; nil when it has none. Beside the schema it applies a rule
// that the vendor states in prose: the body holds one payload, and it is the one
// that the event's name calls for. A vendor without documented deliveries is an
// error.
func CheckDelivery(d *provider.Definition, body []byte) ([]Problem, error) {
	if d.Delivery == nil {
		return nil, fmt.Errorf("%s documents no schema of its deliveries", d.Name)
	}
	rep := report{in: "delivery", byHand: true, body: body}
	s := rep.schema(d, d.Delivery.Body)
	if s != nil && rep.parse() {
		rep.validate(s, rep.document)
		rep.payload(d, s)
	}
	return rep.done(), nil
}

// payload holds the payload of a delivery to the name of its event.
func (r *report) payload(d *provider.Definition, s *schema) {
	event, ok := r.document.text(jsontext.Child("", d.Delivery.Tag))
	if !ok {
		return
	}
	described := s.root.Properties
	if !r.document.has(event) && described[event] != nil && isEvent(s, d.Delivery.Tag, event) {
		r.rule("payload", "/"+jsontext.Escape(event), "missing", fmt.Sprintf("%s says that the event is %q", d.Delivery.Tag, event))
	}
	for _, member := range r.document.tree.Counting() {
		if name := member.Name; name != event && described[name] != nil && isEvent(s, d.Delivery.Tag, name) {
			r.rule("other-payload", "/"+jsontext.Escape(name), "", d.Delivery.Tag+" says")
		}
	}
}

// isEvent reports whether a described member is the payload of an event: the
// envelope's own members have a JSON type, while payloads refer to a schema. The
// tag, an enumeration, does so too.
func isEvent(s *schema, tag, name string) bool {
	return name != tag && len(s.root.Properties[name].Types) == 0
}
