// Package secret knows how secrets look: the names of what holds one, and the
// forms of credentials, those of well-known services among them. It knows no
// placeholder and no vendor of webhooks: what is harmless is for the caller to
// say.
package secret

import (
	"slices"
	"strings"
	"sync"

	"example.com/webhookvcr/internal/pattern"
)

// Shape is a form of credentials.
type Shape struct {
	// ID is stable; several shapes of one service share it.
	ID string
	// Service is who issues such a credential; empty for a form that many use.
	Service string
	// Form is how it begins, for people.
	Form string

	// anchor is a text without which the pattern cannot match, in lower case:
	// most texts hold none of them, and a search is far cheaper than a match.
	anchor  string
	pattern pattern.Pattern
}

// The forms and prefixes are those that the services document, or that the
// public rule sets of secret scanners agree on.
var shapes = []Shape{
	{"jwt", "", "a JSON Web Token, eyJ….….…", "eyj", pattern.New(`\beyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]*`)},
	{"private-key", "", "-----BEGIN … PRIVATE KEY-----", "private key", pattern.New(`-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----`)},
	{"bearer", "", "Bearer and a token", "bearer", pattern.New(`(?i)\bbearer(?:[ \t]+|\+|%20)([A-Za-z0-9._~+/=-]{8,})`)},
	{"userinfo", "", "a URL with user information", "://", pattern.New(`\b[A-Za-z][A-Za-z0-9+.-]*://[^\s/?#"'<>\\@]+@[A-Za-z0-9\[]`)},

	{"anthropic-key", "Anthropic", "sk-ant-…", "sk-ant-", pattern.New(`\bsk-ant-[a-z0-9]{2,12}-[A-Za-z0-9_-]{20,}`)},
	{"atlassian-token", "Atlassian", "ATATT3…", "atatt3", pattern.New(`\bATATT3[A-Za-z0-9_=-]{40,}`)},
	{"aws-key", "AWS", "AKIA…", "akia", pattern.New(`\bAKIA[0-9A-Z]{16}\b`)},
	{"aws-key", "AWS", "ASIA…", "asia", pattern.New(`\bASIA[0-9A-Z]{16}\b`)},
	{"azure-key", "Azure", "AccountKey=… or SharedAccessKey=… of a connection string", "key=", pattern.New(`\b(?:AccountKey|SharedAccessKey)=[A-Za-z0-9+/]{40,}={0,2}`)},
	{"azure-key", "Azure", "…sig=… of a shared access signature", "sig=", pattern.New(`[?&;]sig=[A-Za-z0-9%+/_-]{40,}`)},
	{"digitalocean-token", "DigitalOcean", "dop_v1_…, doo_v1_…, dor_v1_…", "_v1_", pattern.New(`\bdo[opr]_v1_[a-f0-9]{64}\b`)},
	{"discord-webhook", "Discord", "…discord.com/api/webhooks/…/…", "/webhooks/", pattern.New(`\bdiscord(?:app)?\.com/api/(?:v[0-9]{1,2}/)?webhooks/[0-9]{10,}/[A-Za-z0-9_-]{20,}`)},
	{"docker-token", "Docker Hub", "dckr_pat_…", "dckr_pat_", pattern.New(`\bdckr_pat_[A-Za-z0-9_-]{20,}`)},
	{"github-token", "GitHub", "ghp_…, gho_…, ghu_…, ghs_…, ghr_…", "gh", pattern.New(`\bgh[pousr]_[A-Za-z0-9]{30,}`)},
	{"github-token", "GitHub", "github_pat_…", "github_pat_", pattern.New(`\bgithub_pat_[A-Za-z0-9_]{22,}`)},
	{"gitlab-token", "GitLab", "glpat-…, gldt-…, glrt-…, glcbt-…, glptt-…, glft-… and others", "gl", pattern.New(`\bgl(?:pat|dt|rt|rtr|cbt|ptt|ft|imt|agent|soat|oas|ffct)-[A-Za-z0-9_=.-]{20,}`)},
	{"google-key", "Google", "AIza…", "aiza", pattern.New(`\bAIza[0-9A-Za-z_-]{35}`)},
	{"google-key", "Google", "GOCSPX-…", "gocspx-", pattern.New(`\bGOCSPX-[A-Za-z0-9_-]{20,}`)},
	{"huggingface-token", "Hugging Face", "hf_…", "hf_", pattern.New(`\bhf_[A-Za-z0-9]{30,}`)},
	{"huggingface-token", "Hugging Face", "api_org_…", "api_org_", pattern.New(`\bapi_org_[A-Za-z0-9]{30,}`)},
	{"npm-token", "npm", "npm_…", "npm_", pattern.New(`\bnpm_[A-Za-z0-9]{36}\b`)},
	{"openai-key", "OpenAI", "sk-proj-…, sk-svcacct-…, sk-admin-…", "sk-", pattern.New(`\bsk-(?:proj|svcacct|admin|service)-[A-Za-z0-9_-]{20,}`)},
	{"openai-key", "OpenAI", "sk-…", "sk-", pattern.New(`\bsk-[A-Za-z0-9]{48}\b`)},
	{"pypi-token", "PyPI", "pypi-…", "pypi-", pattern.New(`\bpypi-AgE[A-Za-z0-9_-]{50,}`)},
	{"sendgrid-key", "SendGrid", "SG.….…", "sg.", pattern.New(`\bSG\.[A-Za-z0-9_-]{16,32}\.[A-Za-z0-9_-]{32,64}`)},
	{"shopify-token", "Shopify", "shpat_…, shpca_…, shppa_…, shpss_…", "shp", pattern.New(`\bshp(?:at|ca|pa|ss)_[A-Fa-f0-9]{32}\b`)},
	{"slack-token", "Slack", "xoxb-…, xoxp-… and others", "xox", pattern.New(`\bxox[abeprs]-[A-Za-z0-9-]{10,}`)},
	{"slack-token", "Slack", "xapp-…", "xapp-", pattern.New(`\bxapp-[0-9]-[A-Z0-9]+-[0-9]+-[A-Za-z0-9]{20,}`)},
	{"slack-token", "Slack", "hooks.slack.com/services/T…", "hooks.slack.com", pattern.New(`hooks\.slack\.com/services/T[A-Za-z0-9]+/`)},
	{"stripe-key", "Stripe", "sk_live_…, rk_live_…", "k_live_", pattern.New(`\b[rs]k_live_[0-9A-Za-z]{10,}`)},
	{"stripe-key", "Stripe", "sk_test_…, rk_test_…", "k_test_", pattern.New(`\b[rs]k_test_[0-9A-Za-z]{10,}`)},
	{"stripe-key", "Stripe", "whsec_… (also Svix and Standard Webhooks)", "whsec_", pattern.New(`\bwhsec_[A-Za-z0-9+/]{24,}={0,2}`)},
	{"teams-webhook", "Microsoft Teams", "….webhook.office.com/webhookb2/…, outlook.office.com/webhook/…", "office.com/webhook", pattern.New(`\b(?:webhook|outlook)\.office\.com/webhook(?:b2)?/[0-9A-Fa-f-]{36}`)},
	{"telegram-token", "Telegram", "NUMBER:AA…", ":aa", pattern.New(`[0-9]{8,10}:AA[A-Za-z0-9_-]{33,}`)},
	{"vault-token", "HashiCorp Vault", "s.… (before version 1.10)", "s.", pattern.New(`\bs\.[A-Za-z0-9]{24}\b`)},
	{"vault-token", "HashiCorp Vault", "hvs.…, hvb.…, hvr.…", "hv", pattern.New(`\bhv[sbr]\.[A-Za-z0-9_-]{24,}`)},
}

// Shapes returns the forms that are known.
func Shapes() []Shape { return slices.Clone(shapes) }

// Match is a place that has the form of a credential.
type Match struct {
	// Shape is the shape's ID.
	Shape string
	// Start and End are the place in the text, SecretStart and SecretEnd the part
	// of it that is the credential where that is not the whole.
	Start, End, SecretStart, SecretEnd int
}

// Find returns what has the form of a credential in a text as it stands, in the
// order of the shapes.
func Find(text string) []Match {
	var found []Match
	for i, present := range anchored(text) {
		if !present {
			continue
		}
		for _, m := range shapes[i].pattern.FindAllStringSubmatchIndex(text, -1) {
			if shapes[i].anchor == "s." && !mixed(text[m[0]+2:m[1]]) {
				continue // s.replaceAllOccurrencesOfIt is a program's
			}
			found = append(found, Match{shapes[i].ID, m[0], m[1], m[len(m)-2], m[len(m)-1]})
		}
	}
	return found
}

// Prefix returns the credential of a shape that a text begins with, or "".
func Prefix(shape, text string) string {
	folded := strings.ToLower(text)
	for _, s := range shapes {
		if s.ID != shape || !strings.Contains(folded, s.anchor) {
			continue
		}
		if match := s.pattern.FindString(text); match != "" && strings.HasPrefix(text, match) {
			return match
		}
	}
	return ""
}

// mixed says whether a text has digits, capitals and small letters.
func mixed(text string) bool {
	return strings.ContainsAny(text, "0123456789") && strings.ToLower(text) != text && strings.ToUpper(text) != text
}

// heads lists the shapes by the first two letters of their anchors, so that one
// pass over a text asks for all of them.
var heads = sync.OnceValue(func() *[1 << 16][]int {
	all := new([1 << 16][]int)
	for i, s := range shapes {
		head := int(s.anchor[0])<<8 | int(s.anchor[1])
		all[head] = append(all[head], i)
	}
	return all
})

// anchored says of each shape whether its anchor stands in the text, in any case;
// nil when none does.
func anchored(text string) []bool {
	var present []bool
	heads := heads()
	head := 0
	for i := range len(text) {
		head = head<<8&0xffff | int(lower(text[i]))
		for _, n := range heads[head] {
			if anchor := shapes[n].anchor; len(text)-i+1 >= len(anchor) && i > 0 && strings.EqualFold(text[i-1:i-1+len(anchor)], anchor) {
				if present == nil {
					present = make([]bool, len(shapes))
				}
				present[n] = true
			}
		}
	}
	return present
}

func lower(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}
