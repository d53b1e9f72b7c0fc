package simulator

import (
	"crypto/sha256"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// DVelopWebhook is a webhook of d.velop. A nil APIKey, Restrictions, Retry or
// Timeout is null in answers; an empty Description, HandleResponse or URI is
// left out, since the schema allows neither null nor an empty text for them.
type DVelopWebhook struct {
	APIKey         *string             `json:"apiKey"`
	Description    string              `json:"description,omitempty"`
	Enabled        bool                `json:"enabled"`
	HandleResponse string              `json:"handleResponse,omitempty"`
	ID             string              `json:"id"`
	Restrictions   []DVelopRestriction `json:"restrictions"`
	Retry          *bool               `json:"retry"`
	Timeout        *int32              `json:"timeout"`
	URI            string              `json:"uri,omitempty"`
}

// DVelopRestriction limits a webhook to a category; nil members are null.
type DVelopRestriction struct {
	Key   *string `json:"key"`
	Value *string `json:"value"`
}

// shown is the webhook as answers show it.
func (s *DVelop) shown(c dvelopCall, event string, w DVelopWebhook, links bool) map[string]any {
	v := map[string]any{
		"apiKey": w.APIKey, "enabled": w.Enabled, "id": w.ID,
		"restrictions": w.Restrictions, "retry": w.Retry, "timeout": w.Timeout,
	}
	for name, text := range map[string]string{"description": w.Description, "handleResponse": w.HandleResponse, "uri": w.URI} {
		if text != "" {
			v[name] = text
		}
	}
	if s.OmitKey {
		delete(v, "apiKey")
	}
	if s.NullID {
		v["id"] = nil
	}
	if links {
		v["_links"] = selfLink(c.path(event, w.ID))
	}
	return v
}

// selfLink is the link to an object itself, relative to the tenant's base URL as
// the ones that a public program resolves.
func selfLink(path string) map[string]any {
	return map[string]any{"self": map[string]any{"href": path}}
}

// path is the path of an object below the repository as the request names it.
func (c dvelopCall) path(segments ...string) string {
	path := "/dmsconfig/r/" + url.PathEscape(c.route.Variables["repoId"]) + "/events"
	for _, segment := range segments {
		path += "/" + url.PathEscape(segment)
	}
	return path
}

// findWebhook returns the event and the webhook's place in it. Ids of webhooks
// are GUIDs, which are compared without regard to case.
func (s *DVelop) findWebhook(c dvelopCall) (event *DVelopEvent, index int, err error) {
	event, err = s.findEvent(c)
	if err != nil {
		return nil, 0, err
	}
	index = slices.IndexFunc(event.Webhooks, func(w DVelopWebhook) bool {
		return strings.EqualFold(w.ID, c.route.Variables["webHookId"])
	})
	if index < 0 {
		return nil, 0, dvelopError{http.StatusNotFound}
	}
	return event, index, nil
}

func (s *DVelop) getWebHook(c dvelopCall) (answer, error) {
	event, i, err := s.findWebhook(c)
	if err != nil {
		return answer{}, err
	}
	links := c.mediaType == mediaHAL || s.Undocumented
	return jsonAnswer(http.StatusOK, c.mediaType, s.shown(c, event.ID, event.Webhooks[i], links)), nil
}

func (s *DVelop) putWebHook(c dvelopCall) (answer, error) {
	event, i, err := s.findWebhook(c)
	if err != nil {
		return answer{}, err
	}
	w, keyGiven, err := c.webhook()
	if err != nil {
		return answer{}, err
	}
	stored := event.Webhooks[i]
	// The id is read-only; real programs send it along.
	w.ID = stored.ID
	if !keyGiven && s.KeepKey {
		w.APIKey = stored.APIKey
	}
	event.Webhooks[i] = w
	return emptyAnswer(http.StatusOK), nil
}

func (s *DVelop) deleteWebHook(c dvelopCall) (answer, error) {
	event, i, err := s.findWebhook(c)
	if err != nil {
		return answer{}, err
	}
	id := event.Webhooks[i].ID
	s.gone = append(s.gone, s.trafficOf(id))
	delete(s.traffic, id)
	event.Webhooks = slices.Delete(event.Webhooks, i, i+1)
	// An order that names a webhook which is gone would contradict itself.
	order := slices.Clone(event.Order)
	event.Order = slices.DeleteFunc(order, func(o string) bool { return strings.EqualFold(o, id) })
	return emptyAnswer(http.StatusNoContent), nil
}

// newGUID depends on nothing but how many were made before.
func (s *DVelop) newGUID() string {
	s.made++
	sum := sha256.Sum256([]byte("dvelop webhook " + strconv.Itoa(s.made)))
	sum[6] = sum[6]&0x0f | 0x40 // version 4
	sum[8] = sum[8]&0x3f | 0x80 // the variant of RFC 9562
	return fmt.Sprintf("%x-%x-%x-%x-%x", sum[0:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])
}
