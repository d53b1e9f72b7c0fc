package simulator

import (
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// DevRevWebhook is a webhook of DevRev. ID, Secret, Status and URL are required
// by the contract; the other members are left out when empty.
type DevRevWebhook struct {
	CreatedBy    *DevRevUser    `json:"created_by,omitempty"`
	CreatedDate  string         `json:"created_date,omitempty"`
	DisplayID    string         `json:"display_id,omitempty"`
	EventTypes   []string       `json:"event_types,omitempty"`
	Headers      []DevRevHeader `json:"headers,omitempty"`
	ID           string         `json:"id"`
	ModifiedBy   *DevRevUser    `json:"modified_by,omitempty"`
	ModifiedDate string         `json:"modified_date,omitempty"`
	Secret       string         `json:"secret"`
	Status       string         `json:"status"`
	URL          string         `json:"url"`
}

// DevRevHeader is a header that goes with every delivery of a webhook.
type DevRevHeader struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// DevRevUser is a user as DevRev sums one up inside other objects. Type and ID
// are required; RevOrg and ExternalRef belong to users of type rev_user. The
// last three members are not documented, yet real users carry them.
type DevRevUser struct {
	DisplayID      string          `json:"display_id,omitempty"`
	DisplayName    string          `json:"display_name,omitempty"`
	DisplayPicture *DevRevArtifact `json:"display_picture,omitempty"`
	Email          string          `json:"email,omitempty"`
	ExternalRef    string          `json:"external_ref,omitempty"`
	FullName       string          `json:"full_name,omitempty"`
	ID             string          `json:"id"`
	RevOrg         *DevRevOrg      `json:"rev_org,omitempty"`
	State          string          `json:"state,omitempty"`
	Type           string          `json:"type"`

	DisplayHandle string `json:"display_handle,omitempty"`
	IDV1          string `json:"id_v1,omitempty"`
	Thumbnail     string `json:"thumbnail,omitempty"`
}

// DevRevOrg is a customer's organisation. DevSlug belongs to organisations of
// type dev_org, which must have it.
type DevRevOrg struct {
	DevSlug     string `json:"dev_slug,omitempty"`
	DisplayID   string `json:"display_id,omitempty"`
	DisplayName string `json:"display_name,omitempty"`
	ID          string `json:"id"`
	Type        string `json:"type"`
}

// DevRevArtifact is a stored file.
type DevRevArtifact struct {
	DisplayID string      `json:"display_id,omitempty"`
	File      *DevRevFile `json:"file,omitempty"`
	ID        string      `json:"id"`
}

// DevRevFile describes a stored file's content; Type is its media type.
type DevRevFile struct {
	Name string `json:"name,omitempty"`
	Size int32  `json:"size,omitempty"`
	Type string `json:"type,omitempty"`
}

const (
	statusActive     = "active"
	statusInactive   = "inactive"
	statusUnverified = "unverified"
)

type (
	devrevOne struct {
		Webhook DevRevWebhook `json:"webhook"`
	}
	devrevMany struct {
		Webhooks []DevRevWebhook `json:"webhooks"`
	}
)

// find returns the place of the webhook that the input names beside these members.
func (s *DevRev) find(in devrevInput, others ...devrevField) (index int, err error) {
	if err := in.check("", append([]devrevField{{"id", "string", true}}, others...)...); err != nil {
		return 0, err
	}
	id, err := in.webhookID()
	if err != nil {
		return 0, err
	}
	if index = s.index(id); index < 0 {
		return 0, s.failure(http.StatusNotFound)
	}
	return index, nil
}

func (s *DevRev) get(in devrevInput) (any, error) {
	i, err := s.find(in)
	if err != nil {
		return nil, err
	}
	return devrevOne{s.webhooks[i]}, nil
}

func (s *DevRev) list(in devrevInput) (any, error) {
	if err := in.check("", devrevField{"status", "array", false}); err != nil {
		return nil, err
	}
	wanted, err := in.words("", "status", []string{statusActive, statusInactive, statusUnverified})
	if err != nil {
		return nil, err
	}
	// An empty filter is taken for none; what it means is not documented.
	found := []DevRevWebhook{}
	for _, w := range s.webhooks {
		if len(wanted) == 0 || slices.Contains(wanted, w.Status) {
			found = append(found, w)
		}
	}
	return devrevMany{found}, nil
}

func (s *DevRev) create(in devrevInput) (any, error) {
	err := in.check("", devrevField{"url", "string", true}, devrevField{"event_types", "array", false},
		devrevField{"headers", "array", false}, devrevField{"secret", "string", false})
	if err != nil {
		return nil, err
	}
	types, err := in.words("", "event_types", devrevEventTypes())
	if err != nil {
		return nil, err
	}
	headers, err := in.headers("", "headers")
	if err != nil {
		return nil, err
	}
	secret, _, err := in.secret()
	if err != nil {
		return nil, err
	}
	if secret == "" {
		secret = s.newSecret()
	}
	target, _ := in.text("url")
	key := s.newKey()
	w := DevRevWebhook{
		ID: s.org() + ":webhook/" + key, DisplayID: "WEBHOOK-" + key,
		URL: target, Secret: secret, EventTypes: types, Headers: headers, Status: statusUnverified,
		CreatedBy: s.user(), CreatedDate: s.date(),
		ModifiedBy: s.user(), ModifiedDate: s.date(),
	}
	s.webhooks = append(s.webhooks, w)
	s.life(w.ID).verified = false
	s.verifyAgain(w.ID, "")
	return devrevOne{w}, nil
}

func (s *DevRev) delete(in devrevInput) (any, error) {
	i, err := s.find(in)
	if err != nil {
		return nil, err
	}
	id := s.webhooks[i].ID
	s.webhooks = slices.Delete(s.webhooks, i, i+1)
	s.gone = append(s.gone, s.life(id).traffic)
	delete(s.lives, id)
	s.stir.now()
	return struct{}{}, nil
}

func (s *DevRev) user() *DevRevUser { return cmp.Or(s.User, devrevDeveloper()) }

// date is the clock's time in the form of DevRev's examples.
func (s *DevRev) date() string { return s.now().Format("2006-01-02T15:04:05.000Z") }

// digest makes bytes that look random and depend on nothing but how many were made before.
func (s *DevRev) digest(label string) [sha256.Size]byte {
	s.made++
	return sha256.Sum256([]byte(label + " " + strconv.Itoa(s.made)))
}

func (s *DevRev) newSecret() string {
	sum := s.digest("devrev secret")
	return base64.StdEncoding.EncodeToString(sum[:24])
}

// newKey is the last part of a new id: eight letters and digits, as in real ones.
func (s *DevRev) newKey() string {
	const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	sum := s.digest("devrev webhook")
	var key strings.Builder
	for _, b := range sum[:8] {
		key.WriteByte(alphabet[int(b)%len(alphabet)])
	}
	return key.String()
}
