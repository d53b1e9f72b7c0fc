package simulator

import (
	"cmp"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
)

// DVelopEvent is an event of a repository. Order holds the ids of its webhooks
// in the sequence in which they are called; nil is null in answers.
type DVelopEvent struct {
	ID       string
	Order    []string
	Webhooks []DVelopWebhook
}

// findEvent compares the repository's id without regard to case and the event's with it.
func (s *DVelop) findEvent(c dvelopCall) (*DVelopEvent, error) {
	if err := s.checkRepository(c); err != nil {
		return nil, err
	}
	i := slices.IndexFunc(s.events, func(e DVelopEvent) bool { return e.ID == c.route.Variables["id"] })
	if i < 0 {
		return nil, dvelopError{http.StatusNotFound}
	}
	return &s.events[i], nil
}

func (s *DVelop) checkRepository(c dvelopCall) error {
	if !strings.EqualFold(c.route.Variables["repoId"], cmp.Or(s.RepositoryID, dvelopRepositoryID)) {
		return dvelopError{http.StatusNotFound}
	}
	return nil
}

// embedded are the webhooks of an event as the object around them shows them.
// They have links whatever the media type, as a public program meets them.
func (s *DVelop) embedded(c dvelopCall, e *DVelopEvent) map[string]any {
	list := make([]map[string]any, 0, len(e.Webhooks))
	for _, w := range e.Webhooks {
		list = append(list, s.shown(c, e.ID, w, true))
	}
	return map[string]any{"webhooks": list}
}

func (s *DVelop) getEvent(c dvelopCall) (answer, error) {
	e, err := s.findEvent(c)
	if err != nil {
		return answer{}, err
	}
	v := map[string]any{"order": e.Order, "_embedded": s.embedded(c, e)}
	if c.mediaType == mediaHAL || s.Undocumented {
		v["_links"] = selfLink(c.path(e.ID))
	}
	return jsonAnswer(http.StatusOK, c.mediaType, v), nil
}

// getEvents lists every event, those without a webhook as well: which ones the
// service lists is not known. The webhooks are a map by event, not an array.
func (s *DVelop) getEvents(c dvelopCall) (answer, error) {
	if err := s.checkRepository(c); err != nil {
		return answer{}, err
	}
	events := map[string]any{}
	for i := range s.events {
		events[s.events[i].ID] = map[string]any{"_embedded": s.embedded(c, &s.events[i])}
	}
	v := map[string]any{"_embedded": events}
	if c.mediaType == mediaHAL || s.Undocumented {
		v["_links"] = selfLink(c.path())
	}
	return jsonAnswer(http.StatusOK, c.mediaType, v), nil
}

// putEvent stores the order as it is sent: what happens to an id that is
// missing, unknown or doubled is not documented.
func (s *DVelop) putEvent(c dvelopCall) (answer, error) {
	e, err := s.findEvent(c)
	if err != nil {
		return answer{}, err
	}
	in, err := c.object()
	if err != nil {
		return answer{}, err
	}
	var order []string
	if raw, ok := in["order"]; ok && jsonKind(raw) != "null" {
		var ids []*string
		if json.Unmarshal(raw, &ids) != nil || slices.Contains(ids, nil) {
			return answer{}, dvelopError{http.StatusBadRequest}
		}
		order = make([]string, 0, len(ids))
		for _, id := range ids {
			order = append(order, *id)
		}
	}
	e.Order = order
	return emptyAnswer(http.StatusNoContent), nil
}

// postEvent creates a webhook. 404 is not documented for it, so an unknown
// repository or event is a 400.
func (s *DVelop) postEvent(c dvelopCall) (answer, error) {
	e, err := s.findEvent(c)
	if err != nil {
		return answer{}, dvelopError{http.StatusBadRequest}
	}
	w, _, err := c.webhook()
	if err != nil {
		return answer{}, err
	}
	w.ID = s.newGUID()
	e.Webhooks = append(e.Webhooks, w)
	if e.Order != nil {
		e.Order = append(slices.Clone(e.Order), w.ID)
	}
	a := emptyAnswer(http.StatusCreated)
	a.header.Set("Location", s.base(c.r)+c.path(e.ID, w.ID))
	return a, nil
}
