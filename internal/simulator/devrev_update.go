package simulator

import (
	"encoding/json"
	"slices"
)

// update is webhooks.update. Nothing changes unless every member is right.
func (s *DevRev) update(in devrevInput) (any, error) {
	i, err := s.find(in, devrevField{"action", "string", false}, devrevField{"event_types", "object", false},
		devrevField{"headers", "object", false}, devrevField{"secret", "string", false}, devrevField{"url", "string", false})
	if err != nil {
		return nil, err
	}
	w := s.webhooks[i]
	if err := w.act(in); err != nil {
		return nil, err
	}
	if w.EventTypes, err = in.changedTypes(w.EventTypes); err != nil {
		return nil, err
	}
	if w.Headers, err = in.changedHeaders(w.Headers); err != nil {
		return nil, err
	}
	secret, given, err := in.secret()
	if err != nil {
		return nil, err
	}
	if given && secret == "" {
		secret = s.newSecret()
	}
	target, moved := in.text("url")
	changed := given && secret != w.Secret || moved && target != w.URL
	if given {
		w.Secret = secret
	}
	if moved {
		w.URL = target
	}
	// What is documented: a new url or secret takes an active webhook back to
	// unverified. The action counts first, so that activating a webhook and
	// moving it in one call does not skip the verification.
	if changed && w.Status == statusActive {
		w.Status = statusUnverified
	}
	w.ModifiedBy, w.ModifiedDate = s.user(), s.date()
	life := s.life(w.ID)
	if changed {
		life.verified = false
		life.version++ // what is under way was meant for another receiver
	}
	if s.Receivers != nil && w.Status == statusActive && !life.verified {
		w.Status = statusUnverified // nobody has answered for what is activated
	}
	s.webhooks[i] = w
	if action, _ := in.text("action"); w.Status == statusUnverified && (changed || action == "activate") {
		s.verifyAgain(w.ID, "")
	}
	s.stir.now()
	return devrevOne{w}, nil
}

// act follows the member action. Activating an unverified webhook leaves it
// unverified: only the receiver's answer to a verify request makes it active.
func (w *DevRevWebhook) act(in devrevInput) error {
	action, ok := in.text("action")
	switch {
	case !ok:
	case action == "deactivate":
		w.Status = statusInactive
	case action == "activate":
		if w.Status == statusInactive {
			w.Status = statusActive
		}
	default:
		return invalidValue("action", action, []string{"activate", "deactivate"})
	}
	return nil
}

// change reads a member that says what to add to a list, remove from it or put in
// its place; nil when it is not there.
func (in devrevInput) change(name string) (devrevInput, error) {
	raw, ok := in[name]
	if !ok {
		return nil, nil
	}
	change := devrevInput{}
	if err := json.Unmarshal(raw, &change); err != nil {
		return nil, devrevBadRequest("parse_error")
	}
	return change, change.check(name+".", devrevField{"add", "array", false}, devrevField{"remove", "array", false}, devrevField{"set", "array", false})
}

// changedTypes applies the member event_types to a list without changing it.
// The names of the inner members carry a dot in errors; how DevRev writes a
// nested name is not published.
func (in devrevInput) changedTypes(list []string) ([]string, error) {
	const prefix = "event_types."
	change, err := in.change("event_types")
	if change == nil || err != nil {
		return list, err
	}
	words := func(name string) (list []string) {
		if err == nil {
			list, err = change.words(prefix, name, devrevEventTypes())
		}
		return list
	}
	add, remove, set := words("add"), words("remove"), words("set")
	if err != nil {
		return nil, err
	}
	if set != nil {
		if add != nil || remove != nil {
			// Only the prose forbids the combination; no error is named for it.
			return nil, devrevBadRequest("bad_request")
		}
		return set, nil
	}
	var changed []string
	for _, t := range slices.Concat(list, add) {
		if !slices.Contains(remove, t) && !slices.Contains(changed, t) {
			changed = append(changed, t)
		}
	}
	return changed, nil
}
