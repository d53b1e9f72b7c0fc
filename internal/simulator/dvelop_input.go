package simulator

import (
	"encoding/json"
	"math"
	"net/http"
	"strconv"
)

// dvelopInput are the members of a JSON body. Names are compared with their
// case, which a struct would not do.
type dvelopInput map[string]json.RawMessage

// object reads the request's body, which both media types may carry.
func (c dvelopCall) object() (dvelopInput, error) {
	in := dvelopInput{}
	if !c.complete || jsonKind(c.body) != "object" || json.Unmarshal(c.body, &in) != nil {
		return nil, dvelopError{http.StatusBadRequest}
	}
	return in, nil
}

// webhook reads the webhook object of a request. It refuses what the documented
// schema refuses and nothing else: no member is documented as required, and
// other members pass, id and HAL links among them. keyGiven says whether apiKey
// was there.
func (c dvelopCall) webhook() (w DVelopWebhook, keyGiven bool, err error) {
	in, err := c.object()
	if err != nil {
		return DVelopWebhook{}, false, err
	}
	// The documented defaults.
	w = DVelopWebhook{Retry: new(true), Timeout: new(int32(300))}
	ok := in.read("apiKey", &w.APIKey) &&
		in.requiredText("description", &w.Description) &&
		in.present("enabled", &w.Enabled) &&
		in.requiredText("handleResponse", &w.HandleResponse) &&
		in.restrictions(&w.Restrictions) &&
		in.read("retry", &w.Retry) &&
		in.nullableInteger("timeout", &w.Timeout) &&
		in.requiredText("uri", &w.URI)
	if !ok {
		return DVelopWebhook{}, false, dvelopError{http.StatusBadRequest}
	}
	_, keyGiven = in["apiKey"]
	return w, keyGiven, nil
}

// read reads a member, if it is there, into a value whose type has room for it.
func (in dvelopInput) read(name string, v any) bool {
	raw, ok := in[name]
	return !ok || json.Unmarshal(raw, v) == nil
}

// present reads a member that is not null.
func (in dvelopInput) present(name string, v any) bool {
	return jsonKind(in[name]) != "null" && in.read(name, v)
}

// requiredText reads a member that may be missing but, when it is there, must be
// a text that is not empty.
func (in dvelopInput) requiredText(name string, v *string) bool {
	_, ok := in[name]
	return in.present(name, v) && (!ok || *v != "")
}

// nullableInteger reads a 32-bit integer in any spelling that JSON Schema counts
// as one: 300, 300.0, 3e2.
func (in dvelopInput) nullableInteger(name string, v **int32) bool {
	raw, ok := in[name]
	if !ok {
		return true
	}
	if jsonKind(raw) == "null" {
		*v = nil
		return true
	}
	f, err := strconv.ParseFloat(string(raw), 64)
	if jsonKind(raw) != "number" || err != nil || f != math.Trunc(f) || f < math.MinInt32 || f > math.MaxInt32 {
		return false
	}
	*v = new(int32(f))
	return true
}

// restrictions reads the category filter, whose entries are closed objects.
func (in dvelopInput) restrictions(v *[]DVelopRestriction) bool {
	raw, ok := in["restrictions"]
	if !ok || jsonKind(raw) == "null" {
		return true
	}
	var items []json.RawMessage
	if json.Unmarshal(raw, &items) != nil {
		return false
	}
	list := make([]DVelopRestriction, 0, len(items))
	for _, item := range items {
		members := dvelopInput{}
		if jsonKind(item) != "object" || json.Unmarshal(item, &members) != nil {
			return false
		}
		var r DVelopRestriction
		if !members.read("key", &r.Key) || !members.read("value", &r.Value) {
			return false
		}
		delete(members, "key")
		delete(members, "value")
		if len(members) > 0 {
			return false
		}
		list = append(list, r)
	}
	*v = list
	return true
}
