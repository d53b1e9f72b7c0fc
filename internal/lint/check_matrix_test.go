package lint_test

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"html"
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/lint"
	"example.com/webhookvcr/internal/secret"
)

// letters and digits make the values of the matrix: of the form of a real one,
// and nobody's.
func letters(n int) string { return strings.Repeat("Zk93hQp4Tq8Lw2Xv7Yb5Nc1", 7)[:n] }
func digits(n int) string  { return strings.Repeat("3f9a27c4e1b8", 12)[:n] }

// shaped holds a made-up credential of every form that is known, by the words
// in which package secret describes the form.
var shaped = map[string]string{
	"a JSON Web Token, eyJ….….…":    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI5MyIsImEiOjJ9." + letters(24),
	"-----BEGIN … PRIVATE KEY-----": "-----BEGIN RSA PRIVATE KEY-----" + letters(64) + "-----END RSA PRIVATE KEY-----",
	"Bearer and a token":            "Bearer " + letters(21),
	"a URL with user information":   "https://me:" + letters(12) + "@host.test/",
	"sk-ant-…":                      "sk-ant-api03-" + letters(40),
	"ATATT3…":                       "ATATT3" + letters(60),
	"AKIA…":                         "AKIA3QZ7XKPL2MWN5RTV",
	"ASIA…":                         "ASIA3QZ7XKPL2MWN5RTV",
	"AccountKey=… or SharedAccessKey=… of a connection string":     "AccountName=web;AccountKey=" + letters(86) + "==;EndpointSuffix=core.windows.net",
	"…sig=… of a shared access signature":                          "https://web.blob.core.windows.net/c/b?sv=2024-11-04&sig=" + letters(43) + "%3D",
	"dop_v1_…, doo_v1_…, dor_v1_…":                                 "dop_v1_" + digits(64),
	"…discord.com/api/webhooks/…/…":                                "https://discord.com/api/webhooks/112233445566778899/" + letters(68),
	"dckr_pat_…":                                                   "dckr_pat_" + letters(27),
	"ghp_…, gho_…, ghu_…, ghs_…, ghr_…":                            "ghp_" + letters(36),
	"github_pat_…":                                                 "github_pat_" + letters(22) + "_" + letters(59),
	"glpat-…, gldt-…, glrt-…, glcbt-…, glptt-…, glft-… and others": "glpat-" + letters(20),
	"AIza…":     "AIza" + letters(35),
	"GOCSPX-…":  "GOCSPX-" + letters(28),
	"hf_…":      "hf_" + letters(34),
	"api_org_…": "api_org_" + letters(34),
	"npm_…":     "npm_" + letters(36),
	"sk-proj-…, sk-svcacct-…, sk-admin-…": "sk-proj-" + letters(60),
	"sk-…":   "sk-" + letters(48),
	"pypi-…": "pypi-AgEIcHlwaS5vcmc" + letters(70),
	"SG.….…": "SG." + letters(22) + "." + letters(43),
	"shpat_…, shpca_…, shppa_…, shpss_…":        "shpat_" + digits(32),
	"xoxb-…, xoxp-… and others":                 "xoxb-112233445566-" + letters(24),
	"xapp-…":                                    "xapp-1-A01B2C3D4E5-112233445566-" + letters(40),
	"hooks.slack.com/services/T…":               "https://hooks.slack.com/services/T01AB2CD3/B04EF5GH6/" + letters(24),
	"sk_live_…, rk_live_…":                      "sk_live_" + letters(24),
	"sk_test_…, rk_test_…":                      "sk_test_" + letters(24),
	"NUMBER:AA…":                                "7712345678:AAF" + letters(32),
	"s.… (before version 1.10)":                 "s." + letters(24),
	"whsec_… (also Svix and Standard Webhooks)": "whsec_" + letters(32),
	"….webhook.office.com/webhookb2/…, outlook.office.com/webhook/…": "https://acme.webhook.office.com/webhookb2/3f9a27c4-e1b8-4f9a-87c4-e1b83f9a27c4@3f9a27c4-e1b8-4f9a-87c4-e1b83f9a27c4/IncomingWebhook/" + digits(32) + "/x",
	"hvs.…, hvb.…, hvr.…": "hvs." + letters(30),
}

// places are all the places that are searched: each puts a value under a name.
var places = map[string]func(name, value string) []byte{
	"request member": func(n, v string) []byte { return exchange{requestBody: object(n, v)}.cassette("") },
	"answer member":  func(n, v string) []byte { return exchange{answerBody: object(n, v)}.cassette("") },
	"nested member": func(n, v string) []byte {
		return exchange{answerBody: object("a", []any{map[string]any{n: v}})}.cassette("")
	},
	"array":        func(n, v string) []byte { return exchange{answerBody: object(n, []string{"", v})}.cassette("") },
	"JSON in JSON": func(n, v string) []byte { return exchange{answerBody: object("inner", object(n, v))}.cassette("") },
	"base64": func(n, v string) []byte {
		return exchange{answerBody: object("blob", base64.StdEncoding.EncodeToString([]byte(object(n, v))))}.cassette("")
	},
	"hex": func(n, v string) []byte {
		return exchange{answerBody: object("blob", hex.EncodeToString([]byte(object(n, v))))}.cassette("")
	},
	"gzip": func(n, v string) []byte { return exchange{answerBody: squeeze(object(n, v))}.cassette("") },
	"text in a member": func(n, v string) []byte {
		return exchange{answerBody: object("log", "sent "+n+"="+v+" twice")}.cassette("")
	},
	"a line of text": func(n, v string) []byte { return exchange{answerBody: "first\n" + n + ": " + v + "\n"}.cassette("") },
	"an event": func(n, v string) []byte {
		return exchange{answerBody: "event: x\ndata: " + object(n, v) + "\n\n"}.cassette("")
	},
	"cut-off JSON": func(n, v string) []byte { return exchange{answerBody: `{"a":[` + object(n, v)}.cassette("") },
	"XML": func(n, v string) []byte {
		return exchange{answerBody: "<a><" + n + ">" + strings.ReplaceAll(v, "&", "&amp;") + "</" + n + "></a>"}.cassette("")
	},
	"request header": func(n, v string) []byte { return exchange{requestHeader: "X-" + n, requestValue: v}.cassette("") },
	"answer header":  func(n, v string) []byte { return exchange{answerHeader: "X-" + n, answerValue: v}.cassette("") },
	"cookie": func(n, v string) []byte {
		return exchange{requestHeader: "Cookie", requestValue: "a=b; " + n + "=" + url.QueryEscape(v)}.cassette("")
	},
	"query": func(n, v string) []byte {
		return exchange{url: "https://api.test/?x=1&" + n + "=" + url.QueryEscape(v)}.cassette("")
	},
	"fragment": func(n, v string) []byte {
		return exchange{answerHeader: "Location", answerValue: "https://app.test/#" + n + "=" + url.QueryEscape(v)}.cassette("")
	},
	"form":      func(n, v string) []byte { return exchange{form: "{" + quote(n) + ": [" + quote(v) + "]}"}.cassette("") },
	"form body": func(n, v string) []byte { return formBody("x=1&" + n + "=" + url.QueryEscape(v)).cassette("") },
	"form body without a type": func(n, v string) []byte {
		return exchange{requestBody: "x=1&" + n + "=" + url.QueryEscape(v)}.cassette("")
	},
	"JSON in a form": func(n, v string) []byte {
		return exchange{form: "{payload: [" + quote(object(n, v)) + "]}"}.cassette("")
	},
	"JSON in a form body": func(n, v string) []byte { return formBody("payload=" + url.QueryEscape(object(n, v))).cassette("") },
	"JSON in a form body without a type": func(n, v string) []byte {
		return exchange{requestBody: "payload=" + url.QueryEscape(object(n, v))}.cassette("")
	},
	"JSON in a query": func(n, v string) []byte {
		return exchange{url: "https://api.test/?q=" + url.QueryEscape(object(n, v))}.cassette("")
	},
	"multipart": func(n, v string) []byte {
		return exchange{requestHeader: "Content-Type", requestValue: "multipart/form-data; boundary=b",
			requestBody: "--b\r\nContent-Disposition: form-data; name=\"" + n + "\"\r\n\r\n" + v + "\r\n--b--\r\n"}.cassette("")
	},
	"comment": func(n, v string) []byte { return exchange{}.cassette("# " + n + ": " + v + "\n") },
	"unknown key": func(n, v string) []byte {
		return exchange{}.cassette("  more: {" + quote(n) + ": [" + quote(v) + "]}\n")
	},
	"second document": func(n, v string) []byte {
		return exchange{}.cassette("---\nmore: {" + quote(n) + ": " + quote(v) + "}\n")
	},
	"third document": func(n, v string) []byte {
		return exchange{}.cassette("---\na: b\n---\n" + quote(n) + ": " + quote(v) + "\n")
	},
	"CDATA": func(n, v string) []byte {
		return exchange{answerBody: "<a><" + n + "><![CDATA[" + v + "]]></" + n + "></a>"}.cassette("")
	},
	"attribute": func(n, v string) []byte {
		return exchange{answerBody: "<a " + n + "=\"" + html.EscapeString(v) + "\"/>"}.cassette("")
	},
	"input": func(n, v string) []byte {
		return exchange{answerBody: `<form><input value="` + html.EscapeString(v) + `" type="hidden" name="` + n + `"></form>`}.cassette("")
	},
	"meta": func(n, v string) []byte {
		return exchange{answerBody: `<head><meta name="` + n + `" content="` + html.EscapeString(v) + `"></head>`}.cassette("")
	},
	"setting": func(n, v string) []byte {
		return exchange{answerBody: `<c><add key="` + n + `" value="` + html.EscapeString(v) + `"/></c>`}.cassette("")
	},
	"property": func(n, v string) []byte {
		return exchange{answerBody: `<c><property name="` + n + `">` + html.EscapeString(v) + `</property></c>`}.cassette("")
	},
	"name and value elements": func(n, v string) []byte {
		return exchange{answerBody: "<p><name>" + n + "</name><value>" + html.EscapeString(v) + "</value></p>"}.cassette("")
	},
	"cells": func(n, v string) []byte {
		return exchange{answerBody: "<tr><td>" + n + ":</td> <td>" + html.EscapeString(v) + "</td></tr>"}.cassette("")
	},
	"name before value": func(n, v string) []byte {
		return exchange{answerBody: `[{"id": 7, "name": ` + jsonText(n) + `, "value": ` + jsonText(v) + `}]`}.cassette("")
	},
	"name behind value": func(n, v string) []byte {
		return exchange{answerBody: `[{"value": ` + jsonText(v) + `, "on": {"a": [1]}, "key": ` + jsonText(n) + `}]`}.cassette("")
	},
	"name with values": func(n, v string) []byte {
		return exchange{answerBody: `{"Header": ` + jsonText(n) + `, "Values": ["", ` + jsonText(v) + `]}`}.cassette("")
	},
	"value in a member": func(n, v string) []byte {
		return exchange{answerBody: `{` + jsonText(n) + `: {"value": ` + jsonText(v) + `}}`}.cassette("")
	},
	"columns": func(n, v string) []byte {
		return exchange{answerBody: "user," + n + "\nanna,\"" + v + "\"\n"}.cassette("")
	},
	"columns by tabs": func(n, v string) []byte {
		return exchange{answerBody: "user\t" + n + "\tnote\n\"anna\"\tx\ty\nbob\t" + v + "\tz\n"}.cassette("")
	},
	"option": func(n, v string) []byte {
		return exchange{answerBody: object("cmd", "login --"+n+" '"+v+"' --verbose")}.cassette("")
	},
	"connection string": func(n, v string) []byte {
		return exchange{answerBody: object("c", "Server=db;"+n+"="+v+";Timeout=3")}.cassette("")
	},
	"GraphQL": func(n, v string) []byte {
		return exchange{requestBody: object("query", "mutation { login(user: \"a\", "+n+": \""+v+"\") { ok } }")}.cassette("")
	},
	"request_uri": func(n, v string) []byte { return inRequest("request_uri", "/x?"+n+"="+url.QueryEscape(v)) },
	"remote_addr": func(n, v string) []byte { return inRequest("remote_addr", "10.1.2.3:443 "+n+"="+v) },
	"host":        func(n, v string) []byte { return inRequest("host", n+"="+v) },
	"key twice": func(n, v string) []byte {
		return []byte(strings.Replace(string(exchange{}.cassette("")), "code: 200,", "code: 200, status: a, status: "+quote(n+"="+v)+",", 1))
	},
	"mapping for a text": func(n, v string) []byte {
		return []byte(strings.Replace(string(exchange{}.cassette("")), "code: 200,", "code: 200, status: {"+quote(n)+": "+quote(v)+"},", 1))
	},
	"no cassette": func(n, v string) []byte { return []byte("- " + quote(n) + ": " + quote(v) + "\n") },
	"conflict": func(n, v string) []byte {
		return exchange{answerBody: object(n, v)}.cassette("<<<<<<< ours\n=======\n>>>>>>> theirs\n")
	},
	"broken document": func(n, v string) []byte { return exchange{}.cassette("---\na: [\n" + n + ": " + v + "\n") },
	"broken file":     func(n, v string) []byte { return exchange{}.cassette("a: [\n" + n + ": " + v + "\n") },
}

// jsonText is a JSON text.
func jsonText(s string) string {
	return strings.TrimSuffix(strings.TrimPrefix(object("", s), `{"":`), "}")
}

// inRequest puts a text under a key that go-vcr writes and never compares.
func inRequest(key, value string) []byte {
	return []byte(strings.Replace(string(exchange{}.cassette("")), "method: POST,", "method: POST, "+key+": "+quote(value)+",", 1))
}

func formBody(body string) exchange {
	return exchange{requestHeader: "Content-Type", requestValue: "application/x-www-form-urlencoded", requestBody: body}
}

// A value of every form, and a value under every name, is found in every place.
// What the matrix does not hold is not known to be found, so a form without a
// value fails the test.
func TestMatrix(t *testing.T) {
	inPlace := slices.Sorted(maps.Keys(places))
	var matrix strings.Builder
	// A shared access signature in a URL is one parameter among others, so that its
	// name finds it.
	row := func(what, name, value string, rules ...string) {
		var missed []string
		for _, place := range inPlace {
			data := places[place](name, value)
			found := lint.Check("planted.yaml", data)
			if !has(found, rules...) {
				missed = append(missed, place)
			}
			for _, f := range found {
				require.NotContains(t, f.String(), value, "%s in %s", what, place)
			}
		}
		fmt.Fprintf(&matrix, "%-66s %d of %d\n", what, len(inPlace)-len(missed), len(inPlace))
		assert.Empty(t, missed, "%s is not found there", what)
	}
	for _, shape := range secret.Shapes() {
		value, ok := shaped[shape.Form]
		if assert.True(t, ok, "no value of the form %s is planted", shape.Form) {
			row(shape.ID+" "+shape.Form, "note", value, "secret-shape", "secret-name")
		}
	}
	for _, name := range secret.Known() {
		row("under the name "+name, name, letters(21), "secret-name")
	}
	t.Logf("%d forms and %d names in %d places:\n%s", len(shaped), len(secret.Known()), len(inPlace), matrix.String())
}
