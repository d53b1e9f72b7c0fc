package placeholder_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/placeholder"
	"example.com/webhookvcr/internal/provider"
)

const (
	secretA = "MDEyMzQ1Njc4OWFiY2RlZg=="
	sentA   = "c2VudC1zZWNyZXQtMQ=="
)

func TestSent_Hide(t *testing.T) {
	for name, c := range map[string]struct {
		kind        provider.Kind
		value, want string
		is          provider.Kind
	}{
		"secret":       {provider.Secret, secretA, sentA, provider.Secret},
		"no secret":    {provider.Secret, "s3cret!", "sent-key-1", provider.Key},
		"key":          {provider.Key, "k", "sent-key-1", provider.Key},
		"absolute":     {provider.URL, "https://hooks.acme.example/1", "https://example.com/sent-url-1", provider.URL},
		"relative":     {provider.URL, "/app/hook", "/sent-url-1", provider.URL},
		"bare":         {provider.URL, "string", "sent-url-1", provider.URL},
		"mail":         {provider.Mail, "jane@acme.example", "sent-mail-1@example.com", provider.Mail},
		"no mail":      {provider.Mail, "jane", "sent-opaque-1", provider.Opaque},
		"name":         {provider.Name, "Jane", "sent-name-1", provider.Name},
		"text":         {provider.Text, "Jane's", "sent-text-1", provider.Text},
		"opaque":       {provider.Opaque, "R-1", "sent-opaque-1", provider.Opaque},
		"undocumented": {provider.Undocumented, "X", "sent-undocumented-1", provider.Undocumented},
	} {
		t.Run(name, func(t *testing.T) {
			var s placeholder.Sent
			p := s.ToTape(c.kind, c.value)
			assert.Equal(t, c.want, p)
			assert.Equal(t, p, s.ToTape(c.kind, c.value))
			assert.NotEqual(t, p, s.ToTape(c.kind, c.value+"2"))
			kind, ok := placeholder.IsSent(p)
			assert.True(t, ok)
			assert.Equal(t, c.is, kind)
			var replay placeholder.Sent
			assert.True(t, replay.Bind(p, c.value), "what was recorded can be replayed")
			assert.Equal(t, c.value, replay.ToCallerText(p))
		})
	}
}

func TestIsSent_not(t *testing.T) {
	for _, s := range []string{"", "sent", "sent-name-", "sent-name-0", "sent-name-01", "sent-secret-1", "sent-mail-1", "xsent-name-1", "sent-name-1 ", "sent-thing-1",
		"https://example.org/sent-url-1", "//sent-url-1", "sent-mail-1@example.org", "c2VudC1zZWNyZXQt", "c2VudC1zZWNyZXQtMQ", "c2VudC1uYW1lLTE="} {
		_, ok := placeholder.IsSent(s)
		assert.False(t, ok, s)
	}
}

func TestSent_Bind(t *testing.T) {
	for name, c := range map[string]struct {
		placeholder, value string
		want               bool
	}{
		"secret":           {sentA, secretA, true},
		"8 bytes":          {sentA, "MTIzNDU2Nzg=", true},
		"7 bytes":          {sentA, "MTIzNDU2Nw==", false},
		"33 bytes":         {sentA, strings.Repeat("MTIz", 11), false},
		"no base64":        {sentA, "not base64!!", false},
		"absolute":         {"https://example.com/sent-url-1", "http://x.example/", true},
		"absolute, not":    {"https://example.com/sent-url-1", "/x", false},
		"relative":         {"/sent-url-1", "/x", true},
		"relative, not":    {"/sent-url-1", "https://x.example/", false},
		"of no host":       {"https://example.com/sent-url-1", "https:///hook", false},
		"broken host":      {"https://example.com/sent-url-1", "https://[::1", false},
		"broken escape":    {"https://example.com/sent-url-1", "https://x.example/%zz", false},
		"blank inside":     {"https://example.com/sent-url-1", "https://x.example/a b", false},
		"another scheme":   {"https://example.com/sent-url-1", "ftp://x.example/", false},
		"protocol missing": {"/sent-url-1", "//x.example/", false},
		"bare":             {"sent-url-1", "string", true},
		"bare, not":        {"sent-url-1", "/x", false},
		"mail":             {"sent-mail-1@example.com", "a@b.example", true},
		"mail, not":        {"sent-mail-1@example.com", "a.b.example", false},
		"name":             {"sent-name-1", "Jane", true},
		"empty":            {"sent-name-1", "", false},
		"no placeholder":   {"name-1", "Jane", false},
		"equal but no one": {"Jane", "Jane", false},
	} {
		t.Run(name, func(t *testing.T) {
			var s placeholder.Sent
			assert.Equal(t, c.want, s.Bind(c.placeholder, c.value))
			assert.Equal(t, c.want, s.Bind(c.placeholder, c.value), "again")
			assert.False(t, s.Bind(c.placeholder, c.value+"x") && c.want, "another value")
		})
	}
}

// A value has one placeholder, whatever the kinds of the places where it stands,
// and a placeholder one value; in the first cassettes a value had one for each kind.
func TestSent_oneForEach(t *testing.T) {
	for name, c := range map[string]struct {
		first, second string
		values        [2]string
		want, perKind bool
	}{
		"two, one value":    {"sent-text-1", "sent-key-2", [2]string{"a", "a"}, false, true},
		"two, two values":   {"sent-text-1", "sent-key-2", [2]string{"a", "b"}, true, true},
		"one, one value":    {"sent-text-1", "sent-text-1", [2]string{"a", "a"}, true, true},
		"one, two values":   {"sent-text-1", "sent-text-1", [2]string{"a", "b"}, false, false},
		"a secret repeated": {sentA, "sent-text-2", [2]string{secretA, secretA}, false, true},
	} {
		t.Run(name, func(t *testing.T) {
			var s placeholder.Sent
			require.True(t, s.Bind(c.first, c.values[0]))
			assert.Equal(t, c.want, s.Bind(c.second, c.values[1]))
			s = placeholder.Sent{PerKind: true}
			require.True(t, s.Bind(c.first, c.values[0]))
			assert.Equal(t, c.perKind, s.Bind(c.second, c.values[1]))
		})
	}
	var s placeholder.Sent
	for kind, value := range map[provider.Kind]string{provider.Secret: secretA, provider.Key: "k", provider.Mail: "jane@acme.example", provider.Text: "Jane"} {
		p := s.ToTape(kind, value)
		for _, other := range []provider.Kind{provider.Secret, provider.Key, provider.Text, provider.Opaque, provider.Mail} {
			assert.Equal(t, p, s.ToTape(other, value), "%s as %s", kind, other)
		}
	}
}

func TestSent_Try(t *testing.T) {
	var s placeholder.Sent
	require.True(t, s.Bind("sent-name-1", "Jane"))
	trial := s.Try()
	assert.False(t, trial.Bind("sent-name-1", "John"))
	assert.False(t, trial.Bind("sent-name-2", "Jane"))
	require.True(t, trial.Bind("sent-name-2", "John"))
	assert.False(t, trial.Bind("sent-text-3", "John"))
	require.True(t, trial.Bind("sent-undocumented-33", "X"))
	assert.Equal(t, "Jane sent-name-2 sent-undocumented-33", s.ToCallerText("sent-name-1 sent-name-2 sent-undocumented-33"), "nothing is kept yet")
	other := s.Try()
	require.True(t, other.Bind("sent-name-2", "Jim"), "trials know nothing of each other")
	trial.Keep()
	assert.Equal(t, "Jane John X", s.ToCallerText("sent-name-1 sent-name-2 sent-undocumented-33"))
	assert.False(t, s.Bind("sent-name-2", "Jim"))
}

func TestSent_ToCallerJSON(t *testing.T) {
	var s placeholder.Sent
	body := `{ "a" : "sent-name-1", "b":"sent-name-11", "c":1.0, "d":"say sent-name-1 <\u003c>" }`
	assert.Equal(t, body, s.ToCallerJSON(body), "nothing is bound")
	require.True(t, s.Bind("sent-name-1", "J\"a\\ne\nsent-name-2"))
	require.True(t, s.Bind("sent-name-2", "no"))
	assert.Equal(t, `{ "a" : "J\"a\\ne\nsent-name-2", "b":"sent-name-11", "c":1.0, "d":"say J\"a\\ne\nsent-name-2 <<>" }`, s.ToCallerJSON(body))
	other := `{"a":"b"}`
	assert.Equal(t, other, s.ToCallerJSON(other), "nothing to restore")
	assert.Equal(t, "no JSON: no", s.ToCallerJSON("no JSON: sent-name-2"))
	assert.Equal(t, `{"a":"no"}`, s.ToCallerJSON(`{"a":"\u0073ent-name-2"}`))
}

func TestToTapeJSON(t *testing.T) {
	c := classes{"/id": provider.ID, "/secret": provider.Secret, "/url": provider.URL, "/description": provider.Text, "/key": provider.Key, "/word": provider.Word,
		"/status": "enum", "/date": "keep", "/event_types/*": "keep",
		"/v/secret": "varies secret", "/v/url": "varies url", "/v/key": "varies key", "/v/description": "varies text", "/v/id": "varies id", "/v/word": "varies word", "/v/new": "varies ", "/v/more/*": "varies undocumented"}
	for name, x := range map[string]struct{ in, want string }{
		"seed":             {`{"id":"` + provider.DevRevWebhookID + `"}`, ""},
		"made up":          {`{"id":"` + provider.DevRevUnknownWebhookID + `"}`, ""},
		"made-up word":     {`{"id":"no-such-id"}`, ""},
		"empty and null":   {`{"id":"","secret":null,"url":""}`, ""},
		"words stay":       {`{"word":"none","description":"billing","status":"active","date":"2024-01-01T00:00:00Z","event_types":["work_created"],"expand":"all"}`, ""},
		"literals stay":    {`{"retry" : false, "more":[null, 0]}`, ""},
		"sensitive varies": {`{"v":{"secret":"` + secretA + `","url":"/app","key":"k","description":"D"}}`, `{"v":{"secret":"c2VudC1zZWNyZXQtMw==","url":"/sent-url-4","key":"sent-key-2","description":"sent-text-1"}}`},
		"texts vary":       {`{"v":{"word":"All","new":"word","more":["a b","a b"]}}`, `{"v":{"word":"sent-word-3","new":"sent-undocumented-2","more":["sent-undocumented-1","sent-undocumented-1"]}}`},
		"an id does not":   {`{"v":{"id":"` + provider.DevRevWebhookID + `"}}`, ""},
		"reserved URLs":    {`{"url":"https://example.com/hook","more":["http://a-b.c.test:8080/x/y_z.v2?a=1&b=c","https://EXAMPLE.org","http://127.0.0.1:40123/","http://[::1]/x","http://localhost:80/","/app/hook","https://api.devrev.ai/x","https://h.invalid/1234567","https://a.example/no-such-x"]}`, ""},
		"sentence":         {`{"description":"route not found"}`, ""},
		"broken off":       {`{"id":`, ""},
		"broken, with id":  {`{"id":"` + provider.DevRevWebhookID + `",`, ""},
		"no body":          {``, ""},
		"order and spaces": {"{\n\"v\":{\"url\" : \"x\" }, \"a\":[ true ]}", "{\n\"v\":{\"url\" : \"sent-url-1\" }, \"a\":[ true ]}"},
	} {
		t.Run(name, func(t *testing.T) {
			table := devrev(t)
			got, err := table.ToTapeJSON([]byte(x.in), c.of)
			require.NoError(t, err)
			if x.want == "" {
				x.want = x.in
			}
			assert.Equal(t, x.want, string(got))
			again, err := table.ToTapeJSON([]byte(x.in), c.of)
			require.NoError(t, err)
			assert.Equal(t, x.want, string(again))
			assert.Equal(t, x.in, reveal(t, table, string(got)), "the tenant gets what the caller sent")
		})
	}
}

func TestToTapeJSON_refuses(t *testing.T) {
	table := devrev(t)
	_, err := table.ToTapeJSON([]byte(`{"b":"`+realDON+`","a":"4711","ok":"no-such-id"}`), classes{"/a": provider.ID, "/b": provider.ID, "/ok": provider.ID}.of)
	require.EqualError(t, err, `/a: holds an id that is neither a known placeholder nor made up; send an exported placeholder, an id from an earlier answer, or one of a made-up namespace ("…:webhook/no-such-…", "ffffffff-ffff-4fff-8fff-…"), or enter it as a seed; if it names nothing of the tenant's, declare Keep("/a")
/b: holds an id that is neither a known placeholder nor made up; send an exported placeholder, an id from an earlier answer, or one of a made-up namespace ("…:webhook/no-such-…", "ffffffff-ffff-4fff-8fff-…"), or enter it as a seed; if it names nothing of the tenant's, declare Keep("/b")`)

	_, err = table.ToTapeJSON([]byte(`{"secret":"`+secretA), classes{}.of)
	require.EqualError(t, err, "the request body is not JSON and holds more than words and known ids, so that it cannot be recorded; send JSON")

	_, err = table.ToTapeJSON([]byte(strings.Repeat("[", 2000)), classes{}.of)
	require.EqualError(t, err, "the body is nested more than 1000 deep")
}

// Every kind of value that is not declared to vary, and the way out that its
// refusal names.
func TestToTapeJSON_refusesWhatItCannotCompare(t *testing.T) {
	const (
		url  = "; send a URL of words and short numbers below example.com, example.org, example.net, .example, .test, .invalid or a loopback address, or declare Varies(\"/m\") if it differs from run to run"
		text = "/m: holds a text that is more than a lower-case word; send one, or declare Keep(\"/m\") to have it stored and compared as it is, or Varies(\"/m\") if it differs from run to run"
		key  = "/m: holds a secret, which no cassette may hold; declare Varies(\"/m\"), and a replay takes any secret there that fits"
		sent = "/m: holds a text that begins with \"sent-\", as the placeholders of what varies do; send another"
	)
	for _, c := range []struct {
		kind        provider.Kind
		value, want string
	}{
		{provider.Secret, secretA, key}, {provider.Secret, "word", key}, {provider.Key, "k", key}, {provider.Key, "https://example.com/", key},
		{provider.Secret, sentA, sent}, {provider.URL, "https://example.com/sent-url-1", sent}, {provider.Text, "sent-text-4", sent},
		{provider.Text, "Jane", text}, {provider.Text, "two words", text}, {provider.Mail, "jane@example.com", text}, {provider.Name, "jane", text},
		{provider.Opaque, "word", text}, {provider.DisplayID, "word", text}, {provider.Undocumented, "Jane", text}, {provider.Word, "jane doe", text}, {"", "2024-01-01", text},
		{provider.URL, "https://hooks.acme.io/", "/m: holds a URL that is not below a reserved host" + url},
		{provider.URL, "https://example.com.acme.io/", "/m: holds a URL that is not below a reserved host" + url},
		{provider.URL, "https://notexample.com/", "/m: holds a URL that is not below a reserved host" + url},
		{provider.URL, "https://10.0.0.1/", "/m: holds a URL that is not below a reserved host" + url},
		{provider.URL, "https://", "/m: holds a URL that is not below a reserved host" + url},
		{provider.Undocumented, "https://hooks.acme.io/", "/m: holds a URL that is not below a reserved host" + url},
		{provider.URL, "https://jane@example.com/", "/m: holds a URL with user information" + url},
		{provider.URL, "ftp://example.com/", "/m: holds a URL that is neither http nor https" + url},
		{provider.URL, "//example.com/", "/m: holds no URL that can be read" + url},
		{provider.URL, "hook", "/m: holds no URL that can be read" + url},
		{provider.URL, "https://example.com/a b", "/m: holds a URL whose path is more than words and short numbers" + url},
		{provider.URL, "https://example.com/12345678", "/m: holds a URL whose path is more than words and short numbers" + url},
		{provider.URL, "https://example.com/" + realRepo, "/m: holds a URL whose path is more than words and short numbers" + url},
		{provider.URL, "https://example.com/" + strings.Repeat("a", 17), "/m: holds a URL whose path is more than words and short numbers" + url},
		{provider.URL, "https://example.com/a%2540b", "/m: holds a URL whose path is more than words and short numbers" + url},
		{provider.URL, "https://example.com/?token=abc", "/m: holds a URL that tells of a secret" + url},
		{provider.URL, "https://example.com/token/abc", "/m: holds a URL that tells of a secret" + url},
		{provider.URL, "https://example.com/secret-abc", "/m: holds a URL that tells of a secret" + url},
		{provider.URL, "https://key.example.com/abc", "/m: holds a URL that tells of a secret" + url},
		{provider.URL, "https://example.com/?a=jane@acme.io", "/m: holds a URL whose query is more than words and short numbers" + url},
		{provider.URL, "https://example.com/services/T024BE7LD/x", "/m: holds a URL whose path is more than words and short numbers" + url},
		{provider.URL, "https://example.com/6b7573617a656b6f6e75", "/m: holds a URL whose path is more than words and short numbers" + url},
		{provider.URL, "https://example.com/Jane.Doe", "/m: holds a URL whose path is more than words and short numbers" + url},
		{provider.URL, "https://avcsenl4dave9.example.com/", "/m: holds a URL that is not below a reserved host" + url},
		{provider.URL, "https://example.com/#jane", "/m: holds a URL with a fragment or an empty query" + url},
		{provider.URL, "https://acme.example/base/x", "/m: holds a URL of the tenant's own host" + url},
	} {
		t.Run(string(c.kind)+" "+c.value, func(t *testing.T) {
			table, err := placeholder.New(placeholder.Options{Definition: &provider.DevRev, BaseURL: "https://acme.example"})
			require.NoError(t, err)
			_, err = table.ToTapeJSON([]byte(`{"m":"`+c.value+`"}`), classes{"/m": c.kind}.of)
			require.EqualError(t, err, c.want)
		})
	}
}

func TestToTapeJSON_knowsTheIdsOfEarlierAnswers(t *testing.T) {
	table := devrev(t)
	c := classes{"/id": provider.ID, "/url": provider.URL}
	hidden := hide(t, table, c, `{"id":"don:integration:dvrv-eu-1:devo/1:webhook/2","url":"https://hooks.acme.example/"}`)
	sent, err := table.ToTapeJSON([]byte(hidden), c.of)
	require.NoError(t, err)
	assert.Equal(t, hidden, string(sent))
	assert.Equal(t, `{"id":"don:integration:dvrv-eu-1:devo/1:webhook/2","url":"https://hooks.acme.example/"}`, reveal(t, table, string(sent)))
}

func TestToTapeJSON_placeholdersInWhatIsSentReachTheTenantAsReal(t *testing.T) {
	table := seeded(t, realTenant)
	c := classes{"/uri": "varies url"}
	sent, err := table.ToTapeJSON([]byte(`{"uri":"https://sample-api.d-velop.cloud/scripting/7/run"}`), c.of)
	require.NoError(t, err)
	assert.Equal(t, `{"uri":"https://example.com/sent-url-1"}`, string(sent))
	assert.Equal(t, `{"uri":"https://acme.d-velop.cloud/scripting/7/run"}`, reveal(t, table, string(sent)))
	answer := hide(t, table, c, `{"uri":"https://acme.d-velop.cloud/scripting/7/run"}`)
	assert.Equal(t, `{"uri":"https://example.com/sent-url-1"}`, answer)
	assert.Equal(t, `{"uri":"https://sample-api.d-velop.cloud/scripting/7/run"}`, table.Sent().ToCallerJSON(answer))
}

func TestToTapeURL(t *testing.T) {
	webhook := "https://sample-api.d-velop.cloud/dmsconfig/r/" + provider.DVelopRepositoryID + "/events/prelink/"
	c := classes{"?id": provider.ID, "?key": "varies key", "?a": "varies undocumented"}
	const refusal = `: holds an id that is neither a known placeholder nor made up; send an exported placeholder, an id from an earlier answer, or one of a made-up namespace ("…:webhook/no-such-…", "ffffffff-ffff-4fff-8fff-…"), or enter it as a seed`
	for name, x := range map[string]struct{ in, want, err string }{
		"known":           {webhook + provider.DVelopWebhookID + "?id=" + provider.DVelopWebhookID + "&x=word", "", ""},
		"made up":         {webhook + provider.DVelopUnknownWebhookID, "", ""},
		"escaped DON":     {"https://api.devrev.ai/webhooks.get?id=" + url.QueryEscape("don:integration:dvrv-us-1:devo/example:webhook/no-such-x"), "", ""},
		"key":             {webhook + provider.DVelopWebhookID + "?a=%7e&key=k%2F1&b", webhook + provider.DVelopWebhookID + "?a=sent-undocumented-1&key=sent-key-2&b", ""},
		"unknown route":   {"https://sample-api.d-velop.cloud/dmsconfig/no/such/route", "", ""},
		"variable":        {webhook + "wh-77", "", "path variable webHookId" + refusal},
		"query":           {webhook + provider.DVelopWebhookID + "?id=4711", "", "query parameter id" + refusal + `; if it names nothing of the tenant's, declare Keep("?id")`},
		"id in odd route": {"https://sample-api.d-velop.cloud/x/" + realRepo, "", "path" + refusal},
		"bad escape":      {webhook + provider.DVelopWebhookID + "?id=%zz", "", "query: field 1 is not well escaped"},
	} {
		t.Run(name, func(t *testing.T) {
			u, err := url.Parse(x.in)
			require.NoError(t, err)
			got, err := dvelop(t, realTenant).ToTapeURL(u, c.of)
			if x.err != "" {
				require.EqualError(t, err, x.err)
				return
			}
			require.NoError(t, err)
			if x.want == "" {
				x.want = x.in
			}
			assert.Equal(t, x.want, got.String())
			assert.Equal(t, x.in, u.String())
		})
	}
}
