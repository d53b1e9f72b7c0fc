package lint_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/webhookvcr/internal/lint"
	"example.com/webhookvcr/internal/secret"
)

// Every form is found behind the # of a URL, wherever the URL stands.
func TestURL_fragments(t *testing.T) {
	fragments := []string{"#VALUE", "#/VALUE", "#/a/VALUE/b", "#note=VALUE", "#/a?note=VALUE", "#!/VALUE", "#a/b?VALUE"}
	places := map[string]func(u string) exchange{
		"url": func(u string) exchange { return exchange{url: u} }, "header": func(u string) exchange { return exchange{answerHeader: "Location", answerValue: u} },
		"member": func(u string) exchange { return exchange{answerBody: object("u", u)} }, "text": func(u string) exchange { return exchange{answerBody: object("u", "see "+u+" there")} },
		"body": func(u string) exchange { return exchange{answerBody: u} }, "form": func(u string) exchange { return exchange{form: "{u: [" + quote(u) + "]}"} },
	}
	tried := 0
	for _, s := range secret.Shapes() {
		for _, fragment := range fragments {
			for place, put := range places {
				tried++
				u := "https://app.test/cb" + strings.ReplaceAll(fragment, "VALUE", url.PathEscape(shaped[s.Form]))
				assert.True(t, has(lint.Check("a.yaml", put(u).cassette("")), "secret-shape", "secret-name"), "%s: %s", place, u)
			}
		}
	}
	for _, harmless := range []string{"#top", "#/users/7", "#section-2.1", "#L10-L20", "#/a?tab=files", "#ghp_" + strings.Repeat("x", 36)} {
		assert.False(t, has(lint.Check("a.yaml", exchange{url: "https://app.test/cb" + harmless}.cassette("")), "secret-shape", "secret-name"), harmless)
	}
	t.Logf("%d URLs", tried)
}

// A form whose letters are those of base64 for URLs may end in any of them, before
// whatever ends it.
func TestShapes_ends(t *testing.T) {
	tried := 0
	for _, form := range []string{"a JSON Web Token, eyJ….….…", "sk-ant-…", "ATATT3…", "…discord.com/api/webhooks/…/…", "dckr_pat_…", "glpat-…, gldt-…, glrt-…, glcbt-…, glptt-…, glft-… and others", "AIza…", "GOCSPX-…", "sk-proj-…, sk-svcacct-…, sk-admin-…", "pypi-…", "SG.….…", "NUMBER:AA…", "hvs.…, hvb.…, hvr.…"} {
		value, ok := shaped[form]
		assert.True(t, ok, form)
		for _, end := range []string{"-", "_", "a", "9"} {
			for _, text := range []string{"VALUE", "use VALUE", "VALUE.", "VALUE,", "(VALUE)", "VALUE/getMe", `'VALUE'`, "VALUE\n", "VALUE~"} {
				tried++
				text = strings.ReplaceAll(text, "VALUE", value[:len(value)-1]+end)
				assert.True(t, has(lint.Check("a.yaml", exchange{answerBody: object("note", text)}.cassette("")), "secret-shape"), text)
			}
		}
	}
	t.Logf("%d texts", tried)
}

// Every form is found as the name of a member, in JSON and in keys that go-vcr does not
// know, and is in no message then.
func TestShapes_names(t *testing.T) {
	for _, s := range secret.Shapes() {
		value := shaped[s.Form]
		for place, data := range map[string][]byte{
			"member": exchange{answerBody: object(value, "x")}.cassette(""), "key": exchange{}.cassette(quote(value) + ": 1\n"), "key below": exchange{}.cassette("more: {" + quote(value) + ": 1}\n"),
		} {
			found := lint.Check("a.yaml", data)
			assert.True(t, has(found, "secret-shape"), "%s: %s", place, value)
			for _, f := range found {
				assert.NotContains(t, f.String(), value, place)
			}
		}
	}
}
