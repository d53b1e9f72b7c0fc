package lint_test

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/webhookvcr/internal/lint"
)

// kind is a kind of value that cassettes hold, invented after those of public
// cassettes. secret says whether a person who reads it would call it a leak.
type kind struct {
	name   string
	secret bool
	all    []exchange
}

// members makes an answer of each pair of a name and a value.
func members(pairs ...string) []exchange {
	var all []exchange
	for i := 0; i < len(pairs); i += 2 {
		all = append(all, exchange{answerBody: object("data", map[string]any{pairs[i]: pairs[i+1], "n": 7})})
	}
	return all
}

// sent makes a request with a header of each pair of a name and a value.
func sent(pairs ...string) []exchange {
	var all []exchange
	for i := 0; i < len(pairs); i += 2 {
		all = append(all, exchange{requestHeader: pairs[i], requestValue: pairs[i+1]})
	}
	return all
}

func encoded(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }

func labelled() []kind {
	keys := kind{"keys of known services, in text", true, nil}
	for _, value := range shaped {
		keys.all = append(keys.all, exchange{answerBody: object("note", "use "+value+" for it")})
	}
	pem := "-----BEGIN PRIVATE KEY-----\n%s\n-----END PRIVATE KEY-----\n"
	return []kind{
		keys,
		{"tokens and keys under their names", true, members("access_token", letters(40), "refreshToken", letters(22), "api_key", letters(22), "apiKey", digits(32), "client_secret", letters(33),
			"webhookSecret", digits(64), "signing_secret", digits(32), "secretAccessKey", letters(40), "aws_secret_access_key", "wJq7+rX2UtnF/MIK9mDENGbPxRfiCYq8Zk93hQp4", "authToken", digits(40),
			"session_token", letters(60), "private_token", letters(20), "csrfToken", letters(30), "id_token", letters(25), "bot_token", "7712345678:AAF"+letters(32), "x_api_key", "k-"+digits(20))},
		{"short passwords under their name", true, members("password", "hunter2", "password", "letmein", "passwd", "Sommer24", "db_password", "s3cr3t!", "pwd", "qwerty99", "userPassword", "tr0ub4dor", "pin", "4711", "password", "dragon", "password", "Welcome1!")},
		{"headers", true, sent("Authorization", "Bearer "+letters(32), "Authorization", "Basic "+encoded("jane:Zk93hQp4"), "Authorization", "token "+digits(40), "X-Api-Key", letters(28), "X-Auth-Token", digits(32),
			"Private-Token", letters(20), "X-Vault-Token", letters(26), "Cookie", "session="+letters(30), "Cookie", "a=1; JSESSIONID="+digits(32), "X-Hub-Signature-Key", letters(20), "Api-Key", letters(24))},
		{"URLs", true, []exchange{
			{url: "https://api.test/?access_token=" + letters(30)}, {url: "https://jane:" + letters(10) + "@api.test/"}, {url: "https://api.test/?x=1&api_key=" + digits(32)},
			{answerBody: object("dsn", "postgres://app:"+letters(9)+"@db.test/x")}, {answerHeader: "Location", answerValue: "https://app.test/cb#access_token=" + letters(24)},
			{answerBody: object("url", "https://web.blob.core.windows.net/c/b?sv=2024-11-04&sig="+letters(43)+"%3D")},
			{url: "https://api.test/hook?signature=" + digits(64)},
		}},
		{"forms, and JSON in forms", true, []exchange{
			formBody("grant_type=password&password=" + letters(9)), formBody("client_id=7&client_secret=" + letters(32)), {form: "{client_secret: [" + letters(20) + "]}"},
			{requestBody: "payload=" + url.QueryEscape(object("token", letters(24)))}, formBody("payload=" + url.QueryEscape(object("token", letters(24)))),
			{requestBody: "grant_type=refresh_token&refresh_token=" + letters(40)},
		}},
		{"other places and encodings", true, []exchange{
			{answerBody: object("blob", encoded(object("password", letters(12))))}, {answerBody: squeeze(object("api_key", letters(24)))}, {answerBody: object("inner", object("secret", letters(24)))},
			{answerBody: object("log", "called with api_key="+letters(24)+" twice")}, {answerBody: "<r><ApiKey>" + letters(24) + "</ApiKey></r>"}, {answerBody: "API_KEY=" + letters(24) + "\nPORT=80\n"},
			{answerBody: object("key", fmt.Sprintf(pem, letters(64)+"\n"+letters(40)))}, {answerBody: object("tokens", []string{letters(24)})}, {answerBody: object("blob", encoded("deploy:"+letters(18)))},
			{answerBody: "event: x\ndata: " + object("token", letters(24)) + "\n\n"},
		}},
		{"a second batch of members and headers", true, append(members("adminPassword", "Pa55word", "root_pass", "x9!kkPq2", "db_pwd", "postgres", "smtp.password", "mailer77", "consumerSecret", "kd83HsnqPfkslWq02mdhaP3slqMz", "oauth_token", "12345-abcDEFghiJKL98",
			"app_secret", "9f86d081884c7d659a2feaa0c55ad015", "bearerToken", "mF_9.B5f-4.1JqM", "encryption_key", "3q2+796tvu/erb7v3q2+796tvu8=", "masterKey", "C2y6yDjf5/R+ob0N8A7Cgv30VRDJIWEHLM+4QDU5DE2nQ9nDuVTqobD4b8mGGyPMbIZnqyMsEcaGQy67XIw/Jw==",
			"slack_signing_secret", "8f742231b10e8888abcd99yyyzzz85a5", "device_token", "740f4707bebcf74f9b7c25d48e3358945f6aa01da5ddb387462c7eaf61bb78ad", "sessionToken", "FQoGZXIvYXdzEBYaDKkJHD7s9aQ", "otp", "492039", "note", "key is xoxp-2341-9987-abc1Def2Ghi3", "url", "mysql://root:toor77@10.0.0.1:3306/x",
			"webhook", "https://hooks.slack.com/services/T0AAA1BBB/B0CCC2DDD/eeeFFF333gggHHH444iiiJJ", "jwt", "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.eyJpZCI6IjQyIiwibiI6InEifQ.9k2LmQeR7tYuIoPaSdFgHjKlZxCvBnM"),
			sent("X-Amz-Security-Token", "IQoJb3JpZ2luX2VjEHoaCXVzLWVhc3QtMSJHMEUCIQ", "Ocp-Apim-Subscription-Key", "0b1c2d3e4f5061728394a5b6c7d8e9fa", "X-Goog-Api-Key", "AIzaSyD-9tSrke72PouQMnMX-a7eZSW0jkFMBWY", "Authorization", "ApiKey ZmRzYWZkc2E3NjU0", "X-Shopify-Access-Token", "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", "Circle-Token", "9d8c7b6a5f4e3d2c1b0a", "X-Csrf-Token", "Kq8vT2nW5zR1yB4m")...)},

		{"names and values side by side", true, []exchange{
			{answerBody: `{"secrets":[{"key":"DB_PASSWORD","value":"winter"}]}`}, {answerBody: `{"headers":[{"value":"` + letters(30) + `","name":"X-Auth-Token"}]}`}, {answerBody: `{"log":{"entries":[{"request":{"cookies":[{"name":"session_token","value":"` + letters(26) + `"}]}}]}}`},
			{answerBody: `{"parameters":[{"id":"client_secret","value":{"text":"` + letters(24) + `"}}]}`}, {answerBody: `{"passwords":{"db":"hunter2","mail":"sommer"}}`}, {answerBody: `{"recovery_codes":["a1b2c-3d4e5","f6g7h-8i9j0"]}`}, {answerBody: `{"apikeys":["` + letters(24) + `"]}`},
		}},
		{"markup, columns, command lines, connection strings", true, []exchange{
			{answerBody: "<xml><AppSecret><![CDATA[" + digits(32) + "]]></AppSecret></xml>"}, {answerBody: `<html><input type="password" name="password" value="Kq8zPw2x"></html>`}, {answerBody: `<html><meta name="csrf-token" content="` + letters(40) + `"></html>`},
			{answerBody: `<configuration><appSettings><add key="ApiKey" value="` + letters(28) + `"/></appSettings></configuration>`}, {answerBody: `<bean><property name="password">geheim</property></bean>`}, {answerBody: "<table><tr><td>Password</td><td>winter24</td></tr></table>"},
			{answerBody: "Access key ID,Secret access key\nAKIA3QZ7XKPL2MWN5RTV," + letters(40) + "\n"}, {answerBody: "user;password;mail\nanna;hunter2;-\n"}, {answerBody: object("cmd", "psql --password hunter2 --host db")}, {answerBody: object("cmd", "curl -fsSL -u ci:Kq8zPw2x https://a.test/x")},
			{answerBody: object("cmd", `curl -H "X-Api-Key: `+letters(20)+`" https://a.test`)}, {answerBody: object("dsn", "Server=db;User Id=sa;Password=hunter2;Encrypt=yes")}, {answerBody: object("log", "start\nDB_PASSWORD=winter\nend")}, {requestBody: object("query", `mutation { signIn(mail: "a", password: "winter") { id } }`)},
			{url: "https://a.test/reset/token/" + letters(24)}, {url: "https://a.test/x;password=hunter2/y"}, {answerBody: object("cmd", "login --token "+letters(22))}, {answerBody: "# settings\npassword: abc\n"},
		}},
		{"random text beside a marker", true, members("api_key", "test_"+letters(32), "token", letters(20)+"test"+letters(12), "access_token", "fake"+letters(30), "client_secret", letters(32)+"EXAMPLE", "api_key", "my-"+letters(30), "secret", "mock-"+letters(30), "api_key", "<"+letters(30)+">", "password", "redactedx9Kq",
			"token", "{{"+letters(30)+"}}", "note", "ghp_EXAMPLE"+letters(29), "note", "glpat-"+letters(16)+"fake", "password", "myFakeName9Xq2")},
		{"files that do not parse", true, []exchange{
			{answerBody: object("password", "hunter2"), broken: true}, {url: "https://a.test/?password=hunter2", broken: true}, {requestHeader: "X-Api-Key", requestValue: letters(24), broken: true}, {form: "{password: [hunter2]}", broken: true}, {answerBody: object("note", "ghp_"+letters(36)), broken: true},
			{answerBody: "<r><password><![CDATA[hunter2]]></password></r>", broken: true}, {answerBody: "a,password\nb,hunter2\n", broken: true}, {requestHeader: "Authorization", requestValue: "Basic " + encoded("ci:hunter2"), broken: true},
		}},

		{"keys in fragments, many in one object, logins", true, append(members("url", "https://x.test/cb#ghp_"+letters(36), "url", "https://x.test/#/ghp_"+letters(36), "text", "6201989614:AA172yQjsrCi6pfUjiephqXe7aXTVkH2T1-", "user_pass", "55931962", "pass", "Qx7vLm29TzWq", "totp", "492039", "mfa_code", "k83-q2p",
			"client_assertion", letters(60), "assertion", letters(60), "code_verifier", letters(43), "secretaccesskey", letters(40), "dbpassword", "hunter2", "passwort", "Sommer24"),
			append(sent("secretaccesskey", letters(40)), exchange{answerBody: `{"tokens":{"ci":"Qx7vLm29TzWqQx8vLm30"}}`}, exchange{answerBody: `{"apiKeys":{"ci":"` + letters(24) + `"}}`}, exchange{answerBody: `{"args":["tool","--password","hunter2"]}`}, exchange{answerBody: `[["password","Qx7vLm29TzW"]]`},
				exchange{answerBody: "id,user[token],x\n1," + letters(20) + ",b\n"}, exchange{answerBody: object("cmd", "tool --user[token] "+letters(20))}, exchange{answerBody: "| password | Qx7vLm29TzW |\n"}, exchange{answerBody: object("netrc", "machine a.test login bob password hunter2")},
				exchange{answerBody: object("sql", "INSERT INTO users (id, password) VALUES (1, 'hunter2')")}, exchange{answerBody: `a:1:{s:8:"password";s:7:"hunter2";}`})...)},

		{"validators', mappings' and packages' words", false, append(members("password", "is too short (minimum is 8 characters)", "password", "can't be blank", "password", "required", "password", "Password must contain a digit.", "password", "invalid password", "password_confirmation.password", "doesn't match", "password", "user_password",
			"token", "auth.token", "secret", "secretKeyRef", "js-tokens", "^3.0.0", "@octokit/auth-token", "2.4.4", "token", "1.2.3-beta.1", "secret", ">=1.0.0", "node_modules/token", "~0.4"),
			exchange{answerBody: `{"errors":{"password":["is too short (minimum is 8 characters)","must not be your name"]}}`}, exchange{answerBody: `{"mapping":{"password":"user_password","api_key":"apiKey"}}`}, exchange{answerBody: `{"fields":[{"name":"password","value":"required"}]}`})},
		{"masked keys, ids of sessions, users of examples", false, append(members("api_key", "sk-...abcd", "api_key", "****1234", "token", "ghp_****************wxyz", "secret", "whsec_…9f2a", "session_id", "9935d49a-54e5-ec54-9c4a-7cb2ae33834a", "sessionId", "9935d49a-54e5-ec54-9c4a-7cb2ae33834a", "api_key", "00000000-0000-0000-0000-000000000000",
			"url", "http://user:pass@localhost:8080", "url", "https://user:password@example.com/", "error", "Incorrect API key provided: sk-abcd***********wxyz."),
			sent("X-Csrf-Token", "Required", "X-Csrf-Token", "Fetch", "X-Auth-Token", "Accept, X-Api-Key, X-Auth-Token")...)},
		{"streams of language models", false, []exchange{
			{answerBody: "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"signature_delta\",\"signature\":\"" + letters(160) + "\"}}\n\n"},
			{answerBody: "data: {\"delta\":{\"signature\":\"" + letters(160) + "\",\"type\":\"signature_delta\"}}\n\n"}, {answerBody: `{"content":[{"signature":"` + letters(100) + `","thinking":"let me see","type":"thinking"}]}`},
		}},
		{"prose, markup and paths that hold none", false, []exchange{
			{answerBody: "<p>Your password: please change it</p>"}, {answerBody: "<label for=\"password\">Password</label><input name=\"password\" placeholder=\"at least 8\">"}, {answerBody: "<table><tr><th>Password</th><th>Mail</th></tr></table>"}, {answerBody: "Dear anna, your password\nwas changed, thanks\n"},
			{answerBody: object("help", "use --password to set a password, --token for one")}, {url: "https://a.test/v1/tokens/tok_12345678"}, {url: "https://a.test/oauth/token/introspect"}, {url: "https://a.test/users/7/password/reset"}, {answerBody: object("arn", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/db-AbC12x")},
			{answerBody: "<script>form.password=e.password;var token=this.token</script>"}, {answerBody: "name,password_policy\na,strict\n"}, {answerBody: "<xs:element name=\"password\" type=\"xs:string\"/>"}, {answerBody: `{"name":"password","type":"string","value":null}`},
		}},
		{"packages, translations, pieces of texts, counts of tests", false, append(members("js-tokens", "^3.0.0 || ^4.0.0", "js-tokens", ">=1.0.0 <2.0.0", "login.password", "Passwort", "password", "Contraseña", "pass", "yes", "pass", "93", "log", "--- PASS: TestHTTP2Server (0.00s)", "passage", letters(20), "verifier", "jane"),
			exchange{answerBody: `{"dist":{"signatures":[{"keyid":"SHA256:jl3bwswu80PjjokCgh0o2w5c2U4LhQAE57gj9cz1kzA","sig":"MEUCIQDM1/qzAqBxJzzVRtBBV2qzPzeUU7Vm9b/3ZQwXnZuH2AIg` + letters(40) + `"}]}}`},
			exchange{answerBody: `{"items":[{"key":"ssh-keys","value":"joe:ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQC7 joe"}]}`}, exchange{answerHeader: "Set-Cookie", answerValue: "_ga=GA1.2.1234567890.1600000000; Path=/"},
			exchange{answerBody: `{"token":"Ġassistant12","logprob":-2}`}, exchange{answerBody: `{"tokens":[{"token":"2fast4u","position":1}]}`}, exchange{answerBody: `{"start_offset":0,"token":"2fast4u","type":"<ALPHANUM>"}`}, exchange{answerBody: `{"pass":12,"fail":1}`}, exchange{answerBody: `{"tokens":{"model":"gpt-4o-2024-08-06"}}`},
			exchange{answerBody: `{"required":["password","email"]}`}, exchange{answerBody: "| password | string | at least 8 |\n"})},
		{"redactions and templates", false, members("token", "REDACTED", "api_key", "[FILTERED]", "secret", "<client-secret>", "password", "********", "access_token", "{{access_token}}", "client_secret", "${CLIENT_SECRET}",
			"refresh_token", "xxxxxxxxxxxx", "token", "scrubbed-by-recorder", "secretAccessKey", "%AWS_SECRET%", "apiKey", "0000000000000000", "token", "access-token-1", "password", "•••••••")},
		{"values that say that they are made up", false, members("password", "testUserPassword", "api_key", "fake_key", "client_secret", "test-client-secret", "token", "1234567", "secret", "super-secret-token", "password", "1234567",
			"privateKey", "private-key", "access_token", "accessToken", "clientSecret", "CLIENT-SECRET", "token", "my-invalid-token", "apiKey", "abcdef123456", "auth_token", "dummy_auth_token_2", "password", "wrong-password",
			"signing_secret", "not-a-real-secret", "webhook_secret", "someWebhookSecret", "token", "valid-token", "secret", "abcdefghijklmnop")},
		{"examples that somebody published", false, append(members("access_key_id", "AKIAIOSFODNN7EXAMPLE", "note", "AKIAXXXXXXXXXXXXXXXX", "aws_secret_access_key", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
			"note", "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIiwiaWF0IjoxNTE2MjM5MDIyfQ.SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c",
			"note", "ghp_"+strings.Repeat("x", 36), "note", "sk-ant-api03-"+strings.Repeat("0", 40), "note", "glpat-EXAMPLE1234567890abcd", "note", "ghp_1234567890abcdefghijklmnopqrstuvwxyz", "note", "xoxb-your-token-goes-here-now"),
			members("private_key", fmt.Sprintf(pem, "REDACTED"), "key", fmt.Sprintf(pem, "...redacted..."), "note", fmt.Sprintf(pem, "xxxxxxxx"))...)},
		{"counts and measures", false, append(members("prompt_tokens", "17", "tokens", "150000", "total_tokens", "1200", "cost_per_token", "0.00000015", "input_cost_per_token", "0.0000025", "remaining_tokens", "39,500", "tokens", "6ms", "max_output_tokens", "4096"),
			sent("X-Ratelimit-Limit-Tokens", "150000", "X-Ratelimit-Remaining-Tokens", "149984", "X-Ratelimit-Reset-Tokens", "6ms", "X-Ratelimit-Reset-Tokens", "1m30.5s")...)},
		{"ids and cursors", false, members("node_id", encoded("04:User583231"), "node_id", encoded("012:Organization1"), "node_id", encoded("010:Repository1296269"), "id", encoded("Issue:12345678"), "endCursor", encoded("cursor:v2:1296269"),
			"startCursor", encoded("arrayconnection:24"), "next_page_token", letters(40), "nextPageToken", letters(30), "continuationToken", letters(50), "id", encoded("gid://shop/Product/123456"), "token_id", digits(32), "after", encoded("offset:1200000"), "blob", encoded("01234:5678901"))},
		{"language models' thoughts", false, append(members("thoughtSignature", letters(120), "thought_signature", letters(90)),
			exchange{answerBody: `{"content":[{"type":"thinking","thinking":"let me see","signature":"` + letters(100) + `"}]}`})},
		{"public keys and certificates", false, members("ssh_key", "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQ"+letters(60)+" jane", "deploy_ssh_key", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI"+letters(43), "signing_key", "-----BEGIN PUBLIC KEY-----\n"+letters(64)+"\n-----END PUBLIC KEY-----",
			"client_key", "-----BEGIN CERTIFICATE-----\n"+letters(64)+"\n-----END CERTIFICATE-----", "signature", "-----BEGIN PGP SIGNATURE-----\n\n"+letters(64)+"\n-----END PGP SIGNATURE-----")},
		{"program text and words", false, append(members("change_password", "function changePassword(user) { return user.save(); }", "reset_token", "async (x) => { await x; }", "token", "bearer", "grant_token", "client_credentials", "csrf", "enabled", "api_key", "header",
			"message", "Invalid token: expected three parts", "error", "the password: must be longer than 8 characters", "description", "secret: none"),
			exchange{answerBody: "<p>Your password: please change it</p>"})},
		{"headers that only sound like it", false, sent("Kbn-Xsrf", "reporting-2f9a27c4", "Kbn-Xsrf", "kibana", "X-Token-Type", letters(12), "Authorization", "Bearer REDACTED", "Authorization", "Basic "+encoded("user:REDACTED"), "Cookie", "lang=de; theme=dark", "Sec-Fetch-Site", "none", "If-None-Match", `"`+digits(32)+`"`)},
		{"names that only sound like it", false, members("token_type", letters(14), "tokenizer", letters(14), "password_policy", letters(14), "public_key_id", digits(12), "sort_key", letters(20), "primary_key", letters(20), "keyboard", letters(20), "secret_name", letters(20), "has_password", "true", "idempotency_key", digits(32))},
		{"a second batch that is none", false, append(members("token", "tok_visa", "card_token", "tok_mastercard", "tokens_used", "1534", "token_count", "12", "tokenLimit", "8192", "password", "redacted", "passwordHash", "$2b$10$examplehashexamplehash", "password_reset_url", "https://example.com/reset", "secret_id", "sec-1", "secretArn", "arn:aws:secretsmanager:us-east-1:123456789012:secret:my",
			"author", "jane", "signature_algorithm", "sha256", "key", "users/7/avatar.png", "api_key_id", "ak_1", "access_key_count", "2", "private", "false", "cookie_policy", "strict", "csrf_enabled", "yes", "token", "<your token>", "api_key", "YOUR_API_KEY", "apiKey", "replace-me", "secret", "s3cr3t-redacted", "client_secret", "client-secret-value", "access_token", "fake-access-token-123", "refresh_token", "test_refresh_token", "token", "token", "authorization", "Bearer test-token",
			"password", "********1", "description", "The token endpoint returns a JWT.", "error", "invalid_token", "error_description", "The access token expired", "avatar", "https://avatars.githubusercontent.com/u/1?v=4", "node_id", "MDQ6VXNlcjE=", "etag", "W/\"3f9a27c4e1b83f9a27c4e1b83f9a27c4\"", "sha", "9d8c7b6a5f4e3d2c1b0a9d8c7b6a5f4e3d2c1b0a", "cursor", "eyJpZCI6IDQyLCAibiI6IDd9", "gravatar_id", "205e460b479e2e5b48aec07710c08d50", "public_key", "ssh-rsa AAAAB3NzaC1yc2EAAA jane"),
			sent("X-Github-Request-Id", "C0DE:1A2B:3C4D5E:6F7081:65A1B2C3", "Cf-Ray", "84f0c1d2e3f4a5b6-FRA", "X-Ratelimit-Remaining-Tokens", "39,961", "Set-Cookie", "theme=dark; Path=/", "Authorization", "Bearer xxx", "Www-Authenticate", "Bearer realm=\"api\"", "X-Api-Key", "[REDACTED]", "Traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")...)},
	}
}

// Of all that is reported, how much is a secret; of all secrets, how many are
// reported. The values of shape and name are those of the kinds above, so that a
// change that loses or invents one shows by kind.
func TestLabelled(t *testing.T) {
	var table strings.Builder
	table.WriteString("| what stands in the cassette | cassettes | secrets | found | wrongly |\n| --- | ---: | ---: | ---: | ---: |\n")
	secrets, hits, wrong, total := 0, 0, 0, 0
	for _, k := range labelled() {
		reported := 0
		for i, e := range k.all {
			found := has(lint.Check("labelled.yaml", e.cassette("")), "secret-name", "secret-shape")
			if found {
				reported++
			}
			if found != k.secret {
				t.Logf("%s: #%d is judged wrongly: %+v", k.name, i, e)
			}
		}
		total += len(k.all)
		if k.secret {
			secrets, hits = secrets+len(k.all), hits+reported
			fmt.Fprintf(&table, "| %s | %d | %d | %d | 0 |\n", k.name, len(k.all), len(k.all), reported)
		} else {
			wrong += reported
			fmt.Fprintf(&table, "| %s | %d | 0 | 0 | %d |\n", k.name, len(k.all), reported)
		}
	}
	precision, recall := float64(hits)/float64(hits+wrong), float64(hits)/float64(secrets)
	fmt.Fprintf(&table, "| **all** | %d | %d | %d | %d |\n\nPrecision %.1f %%, recall %.1f %%.\n", total, secrets, hits, wrong, 100*precision, 100*recall)
	golden(t, filepath.Join("testdata", "labelled.md"), table.String())
	assert.GreaterOrEqual(t, precision, 0.95)
	assert.GreaterOrEqual(t, recall, 0.98)
}
