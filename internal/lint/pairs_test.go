package lint_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/webhookvcr/internal/lint"
)

// spelt are the ways to write a name with its value that are no JSON, by notation.
// NAME and VALUE stand for them.
var spelt = map[string][]string{
	"assignments": {"NAME=VALUE", "export NAME=VALUE", "NAME='VALUE'", `NAME="VALUE"`, `NAME: "VALUE"`, `"NAME": "VALUE"`, `"NAME":"VALUE"`, `\"NAME\":\"VALUE\"`, "NAME => 'VALUE'", "NAME := \"VALUE\"",
		"start\nNAME: VALUE\nend", "Server=a;NAME=VALUE;x=y", `login(a: 1, NAME: "VALUE")`, "x?a=b&NAME=VALUE", "<a NAME=\"VALUE\">x</a>", "var NAME = 'VALUE';"},
	"markup": {"<r><NAME>VALUE</NAME></r>", "<r><p:NAME>\n VALUE\n</p:NAME></r>", "<r><NAME t=\"1\"><![CDATA[VALUE]]></NAME></r>", `<input type="hidden" name="NAME" value="VALUE">`, `<input value='VALUE' id=NAME />`,
		`<meta content="VALUE" name="NAME"/>`, `<add key="NAME" value="VALUE"/>`, `<property name="NAME" value="VALUE"></property>`, `<property name="NAME">VALUE</property>`, `<r><name>NAME</name><value>VALUE</value></r>`,
		"<r><key>NAME</key>\n<string>VALUE</string></r>", "<tr><th>NAME</th><td>VALUE</td></tr>", "<dl><dt>NAME:</dt><dd>VALUE</dd></dl>", `<div data-NAME="VALUE"></div>`},
	"options": {"run --NAME VALUE", "run --NAME 'VALUE' -v", `run -NAME "VALUE"`, "run --NAME=VALUE", "curl -H 'NAME: VALUE' a.test", `curl --header="NAME:VALUE" a.test`},
	"columns": {"user,NAME\nanna,VALUE\n", "NAME;user\r\n\"VALUE\";\"b\"\r\n", "a\tb\tNAME\n1\t2\t\n1\t2\tVALUE\n"},
	"records": {"x machine a.test login bob password VALUE", "machine a.test\n  login bob\n  password VALUE\n", `a:1:{s:8:"NAME";s:11:"VALUE";}`, "INSERT INTO users (id, NAME) values (1, 'VALUE');", "insert into `u` (`NAME`, `b`) values ('VALUE', 'x, y')",
		"INSERT INTO u (a, NAME, b) values ('it''s (1)', NULL, 2), (NULL, 'VALUE', 3)"},
	"argv":     {`["run", "--NAME", "VALUE"]`, `{"args":["-v","-NAME","VALUE","x"]}`, `[["--NAME","VALUE"]]`},
	"segments": {"https://a.test/x?a=b&NAME=VALUE", "https://a.test/x;NAME=VALUE/y", "https://a.test/#NAME=VALUE", "a=b&NAME=VALUE"},
}

// contexts are the texts in which pairs stand: of their own, and in others.
var contexts = map[string]func(text string) exchange{
	"body":          func(s string) exchange { return exchange{answerBody: s} },
	"member":        func(s string) exchange { return exchange{answerBody: object("log", s)} },
	"header":        func(s string) exchange { return exchange{answerHeader: "X-Note", answerValue: s} },
	"form":          func(s string) exchange { return exchange{form: "{note: [" + binary(s) + "]}"} },
	"JSON in lines": func(s string) exchange { return exchange{answerBody: "{\"n\":1}\n" + object("log", s) + "\n"} },
	"base64": func(s string) exchange {
		return exchange{answerBody: object("blob", encoded(object("log in many words", s)))}
	},
}

// Every spelling of every notation, in every context, with every kind of value; and
// nothing where the value is a placeholder or the name is no secret's.
func TestNotations(t *testing.T) {
	values := []struct {
		name, value string
		found       bool
	}{
		{"password", "k9w", true}, {"password", "hunter2", true}, {"password", "geheim", true}, {"db_password", "4711", true}, {"api_key", letters(22), true}, {"clientSecret", digits(32), true},
		{"password", "REDACTED", false}, {"password", "required", false}, {"api_key", "<api-key>", false}, {"token", "bearer", false}, {"clientSecret", "client_secret", false}, {"user", letters(22), false}, {"token_type", "mac2x", false},
	}
	var matrix strings.Builder
	for notation, all := range spelt {
		for context, put := range contexts {
			wrong, tried := []string{}, 0
			for _, spelling := range all {
				for _, v := range values {
					if strings.Contains(spelling, "machine") && v.name != "password" {
						continue // netrc has no other name
					}
					tried++
					text := strings.NewReplacer("NAME", v.name, "VALUE", v.value).Replace(spelling)
					if has(lint.Check("a.yaml", put(text).cassette("")), "secret-name") != v.found {
						wrong = append(wrong, fmt.Sprintf("%q, expected %v", text, v.found))
					}
				}
			}
			fmt.Fprintf(&matrix, "%-12s in %-14s %d of %d\n", notation, context, tried-len(wrong), tried)
			assert.Empty(t, wrong, "%s in %s", notation, context)
		}
	}
	t.Log("\n" + matrix.String())
}

// In prose a name with a colon is not yet a setting.
func TestNotations_prose(t *testing.T) {
	for _, text := range []string{
		"Invalid password: too short", "the password: must be longer than 8 characters", "secret: none", "password: required", "Use --password to log in", "pass --token with the request",
		"Your token: expired", "password reset: see mail", "The key is in arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/db-AbC12x", "<p>Your password: please change it</p>",
		"Dear anna, your password\nwas changed, thanks", "password=e.password;token=this.token", "password = keywords.pop('password', None)", "password: typing.Optional[bytes] = None", "const signature = entry.inclusionPromise.signedEntryTimestamp;", "PWD=/home/anna/x1y2", "token = request.token", "docker run -u 1000:1000 x", "set password = <password>", "--api-key KEY", "/v1/tokens/tok12345678/verify",
	} {
		assert.False(t, has(lint.Check("a.yaml", exchange{answerBody: object("message", text)}.cassette("")), "secret-name"), text)
	}
	for _, text := range []string{"curl -u deploy:" + letters(9) + " https://a.test", "curl -s --user 'deploy:hunter2' a.test", "mysql -u root --password hunter2", "the password: " + letters(9)} {
		assert.True(t, has(lint.Check("a.yaml", exchange{answerBody: object("message", text)}.cassette("")), "secret-name"), text)
	}
}

// What stands behind the name of a secret in a path is one, unless it is a word or the id
// of one of many.
func TestSegments(t *testing.T) {
	for _, name := range []string{"token", "api_key", "secret", "access-token", "password"} {
		for value, want := range map[string]bool{letters(20): true, digits(32): true, "zk93hqp4tq": true, "refresh": false, "reset": false, "v2": false, "": false, "9935d49a": true, "REDACTED": false, "{token}": false} {
			for _, path := range []string{"/x/" + name + "/" + value, "/" + name + "/" + value + "/y?a=b"} {
				assert.Equal(t, want, has(lint.Check("a.yaml", exchange{url: "https://a.test" + path}.cassette("")), "secret-name"), path)
			}
		}
		for _, path := range []string{"/x/" + name + "s/" + letters(20), "/" + name, "/" + name + "/"} {
			assert.False(t, has(lint.Check("a.yaml", exchange{url: "https://a.test" + path}.cassette("")), "secret-name"), path)
		}
	}
}

// A marker of something made up excuses no text that was drawn at random, wherever
// it stands in it.
func TestMarkers(t *testing.T) {
	markers := []string{"example", "EXAMPLE", "sample", "fake", "mock", "dummy", "redacted", "REDACTED", "placeholder", "test_", "test-", "my-", "your-", "hidden", "not-a-real-", "deadbeef"}
	drawn := map[string]string{"letters": "ZkQxvHpTqLwXvYbNcRtGsDfJm", "letters and digits": letters(24), "hex": digits(32), "small letters and digits": "zk93hqp4tq8lw2xv7yb5nc1d", "capitals and digits": "ZK93HQP4TQ8LW2XV7YB5NC1D", "16 of them": letters(16)}
	tried := 0
	for _, marker := range markers {
		for what, value := range drawn {
			for _, text := range []string{marker + value, marker + "-" + value, value + "-" + marker, value + "_" + marker + "_" + value, "<" + marker + value + ">", "{{" + marker + value + "}}"} {
				tried++
				assert.True(t, has(lint.Check("a.yaml", exchange{answerBody: object("api_key", text)}.cassette("")), "secret-name"), "%s: %s", what, text)
			}
		}
		for _, rest := range []string{"", "token", "-token", "_api_key", "-client-secret-2", "-value-123", "Token", "-1234567890abcdef", "-xxxxxxxxxxxxxxxxxxxxxxxx", "-a1b2c3d4e5f6g7h8i9"} {
			tried++
			assert.False(t, has(lint.Check("a.yaml", exchange{answerBody: object("api_key", marker+rest)}.cassette("")), "secret-name"), marker+rest)
		}
		for _, password := range []string{"x9Kq", "-hunter2x", "99kq"} {
			tried++
			assert.True(t, has(lint.Check("a.yaml", exchange{answerBody: object("password", marker+password)}.cassette("")), "secret-name"), marker+password)
		}
	}
	for _, shape := range []string{"ghp_EXAMPLE" + letters(29), "glpat-" + letters(16) + "fake", "sk_live_test" + letters(20)} {
		assert.True(t, has(lint.Check("a.yaml", exchange{answerBody: object("note", shape)}.cassette("")), "secret-shape"), shape)
	}
	t.Logf("%d values with a marker", tried)
}

// Rows of tables and pairs in arrays hold words where documentation and lists of names
// stand, so that only what looks drawn at random counts.
func TestNotations_drawn(t *testing.T) {
	tried := 0
	for _, spelling := range []string{"| NAME | VALUE |", "| a | b |\n| --- | --- |\n| **NAME** | `VALUE` |\n", `[["NAME","VALUE"]]`, `{"a":[["x","y"],["NAME","VALUE"]]}`} {
		for _, name := range []string{"password", "api_key", "clientSecret", "user"} {
			for value, drawn := range map[string]bool{"Qx7vLm29TzW": true, letters(24): true, "string": false, "email": false, "oauth2": false, "REDACTED": false} {
				tried++
				text := strings.NewReplacer("NAME", name, "VALUE", value).Replace(spelling)
				assert.Equal(t, drawn && name != "user", has(lint.Check("a.yaml", exchange{answerBody: text}.cassette("")), "secret-name"), text)
			}
		}
	}
	t.Logf("%d texts", tried)
}

// What the members of an object or the elements of an array are that has a name of many
// secrets, whatever they are called: passwords all, other secrets those that look drawn
// at random.
func TestPlurals(t *testing.T) {
	tried := 0
	for _, name := range []string{"passwords", "dbPasswords", "DB_PASSWORDS", "tokens", "accessTokens", "access_tokens", "secrets", "clientSecrets", "client_secrets", "apiKeys", "api_keys", "X-Api-Keys", "apikeys", "secretAccessKeys", "private_tokens", "credentials", "jwts", "recoveryCodes"} {
		for _, value := range []string{"Qx7vLm29TzWqQx8vLm30", digits(32), letters(40)} {
			for _, text := range []string{`{"NAME":{"ci":"VALUE"}}`, `{"NAME":{"a":"","ci":["VALUE"]}}`, `{"NAME":["VALUE"]}`, `{"x":[{"NAME":{"n":1,"ci":"VALUE"}}]}`, `{"NAME":{"value":"VALUE"}}`} {
				tried++
				text = strings.NewReplacer("NAME", name, "VALUE", value).Replace(text)
				assert.True(t, has(lint.Check("a.yaml", exchange{answerBody: text}.cassette("")), "secret-name"), text)
			}
		}
		for _, member := range []string{`"id":"` + digits(32) + `"`, `"created":"2024-11-19T14:03:27Z"`, `"model":"gpt-4o-2024-08-06"`, `"url":"https://api.test/v1"`, `"prompt":17`, `"type":"bearer"`, `"uuid":"REDACTED"`} {
			if tried++; strings.Contains(strings.ToLower(name), "password") {
				continue // whatever stands there is one
			}
			for _, text := range []string{`{"` + name + `":{` + member + `}}`, `{"` + name + `":[{` + member + `,"thumbprint":"` + digits(40) + `"}]}`} {
				assert.False(t, has(lint.Check("a.yaml", exchange{answerBody: text}.cassette("")), "secret-name"), text)
			}
		}
	}
	t.Logf("%d objects and arrays", tried)
}
