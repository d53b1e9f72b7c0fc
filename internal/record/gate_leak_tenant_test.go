package record_test

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"strings"
)

// hostile is one answer of the hostile tenant. It meets the contract when sound
// says so; then its cassette has to be written.
type hostile struct {
	name   string
	sound  bool
	status int
	header http.Header
	// body is encoded as JSON unless it is a string, which is sent as it is.
	body any
	// raw is sent over the connection in the place of an HTTP answer.
	raw     string
	encode  string // a Content-Encoding
	trailer http.Header
}

func (h hostile) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	if h.raw != "" {
		conn, _, err := w.(http.Hijacker).Hijack()
		if err == nil {
			_, _ = io.WriteString(conn, h.raw)
			conn.(*net.TCPConn).CloseWrite()
			conn.Close()
		}
		return
	}
	w.Header().Set("Content-Type", "application/json")
	maps.Copy(w.Header(), h.header)
	text, plain := h.body.(string)
	if !plain && h.body != nil {
		var b bytes.Buffer
		_ = json.NewEncoder(&b).Encode(h.body)
		text = b.String()
	}
	if h.encode != "" {
		w.Header().Set("Content-Encoding", h.encode)
		text = encoded(h.encode, text)
	}
	for name := range h.trailer {
		w.Header().Add("Trailer", name)
	}
	w.WriteHeader(h.status)
	_, _ = io.WriteString(w, text)
	maps.Copy(w.Header(), h.trailer)
}

func encoded(encoding, text string) string {
	var b bytes.Buffer
	var z io.WriteCloser
	switch encoding {
	case "gzip":
		z = gzip.NewWriter(&b)
	case "deflate":
		z = zlib.NewWriter(&b)
	case "Deflate": // the bare stream that some servers send
		z, _ = flate.NewWriter(&b, flate.DefaultCompression)
	default:
		return text
	}
	_, _ = io.WriteString(z, text)
	_ = z.Close()
	return b.String()
}

// echoes are the spellings in which an error may repeat the request's token.
func echoes(token string) string {
	quoted, _ := json.Marshal(token)
	var escaped strings.Builder
	for _, r := range token {
		fmt.Fprintf(&escaped, `\u%04x`, r)
	}
	return strings.Join([]string{
		token, url.QueryEscape(token), strings.ToLower(url.QueryEscape(token)), string(quoted), escaped.String(),
		hex.EncodeToString([]byte(token)), strings.ToUpper(hex.EncodeToString([]byte(token))),
		base64.StdEncoding.EncodeToString([]byte(token)), base64.URLEncoding.EncodeToString([]byte(token)),
		base64.StdEncoding.EncodeToString([]byte("Bearer " + token)), base64.StdEncoding.EncodeToString([]byte(":" + token)),
	}, " | ")
}

// headers are response headers that no cassette should hold as they are.
func (p *plants) headers(token string) http.Header {
	return http.Header{
		"x-DEVREV-Internal":     {p.token()},
		"X-Request-Id":          {p.guid()},
		"Set-Cookie":            {"AuthSessionId=" + p.key() + "; Domain=" + p.host(), "sid=" + p.token()},
		"Www-Authenticate":      {`Bearer realm="` + p.host() + `", error_description="` + token + " " + p.mail() + `"`},
		"Etag":                  {`"` + p.token() + `"`},
		"Server":                {p.host()},
		"Retry-After":           {p.token()},
		"X-Ratelimit-Limit":     {p.phone()},
		"X-Ratelimit-Remaining": {p.token()},
		"Vary":                  {"Accept, " + p.token()},
		"Link":                  {"<" + p.url() + `>; rel="next"`},
		"Content-Disposition":   {`attachment; filename="` + p.name() + `.json"`},
		"Content-Location":      {p.url()},
		"X-Echo":                {echoes(token)},
		"Via":                   {"1.1 " + p.host()},
		"Warning":               {`199 ` + p.host() + ` "` + p.text() + `"`},
	}
}

// devrevUser is a user with every documented member, and with undocumented ones
// when more says so.
func (p *plants) devrevUser(kind string, more bool) map[string]any {
	user := map[string]any{
		"type": kind, "id": p.don("devu"), "display_id": p.token(), "display_name": p.name(), "full_name": p.name(), "email": p.mail(), "state": "active",
		"display_picture": map[string]any{
			"id": p.don("artifact"), "display_id": p.token(),
			"file": map[string]any{"type": "image/png", "name": p.name() + ".png", "size": 20481},
		},
	}
	if kind == "rev_user" {
		user["external_ref"] = p.guid()
		user["rev_org"] = map[string]any{"type": "rev_org", "id": p.don("revo"), "display_id": p.token(), "display_name": p.name()}
	}
	if more {
		user["id_v1"], user["display_handle"], user["thumbnail"] = p.donV1(), p.name(), p.url()
		user["more"] = p.everything()
	}
	return user
}

func (p *plants) devrevWebhook(id string, more bool) map[string]any {
	webhook := map[string]any{
		"id": id, "display_id": p.token(), "secret": p.secret(), "status": "active", "url": p.url(), "event_types": []string{"work_created"},
		"created_by": p.devrevUser("dev_user", more), "modified_by": p.devrevUser("rev_user", more),
		"created_date": "2024-11-19T14:03:27.518Z", "modified_date": "2025-02-06T09:41:05.937074Z",
	}
	if more {
		maps.Copy(webhook, p.everything())
	}
	return webhook
}

// devrevAnswers are the answers of a hostile DevRev to a request for the webhook
// of that id, sent with that token.
func (p *plants) devrevAnswers(id, token string) []hostile {
	get := func(more bool) map[string]any { return map[string]any{"webhook": p.devrevWebhook(id, more)} }
	all := []hostile{
		{name: "documented", sound: true, status: 200, body: get(false)},
		{name: "undocumented", sound: true, status: 200, body: get(true)},
		{name: "undocumented beside", sound: true, status: 200, body: map[string]any{"webhook": p.devrevWebhook(id, true), "meta": p.everything(), p.mail(): p.everything()}},
		{name: "headers", sound: true, status: 200, body: get(true), header: p.headers(token)},
		{name: "trailers", sound: true, status: 200, body: get(false), trailer: http.Header{"X-Checked-By": {p.mail()}, "X-Token": {p.token()}}},
		{name: "gzip", sound: true, status: 200, body: get(true), encode: "gzip"},
		{name: "deflate", sound: true, status: 200, body: get(true), encode: "deflate"},
		{name: "bare deflate", sound: true, status: 200, body: get(true), encode: "Deflate"},
		{name: "brotli", status: 200, body: p.text(), encode: "br"},
		{name: "no gzip at all", status: 200, body: p.text(), encode: "x-gzip"},
		{name: "unlisted values", sound: true, status: 200, body: map[string]any{"webhook": map[string]any{
			"id": id, "secret": p.secret(), "url": p.url(), "status": p.token(), "event_types": []string{p.mail(), p.name()},
		}}},
		{name: "wrong types", status: 200, body: map[string]any{"webhook": map[string]any{
			"id": id, "secret": map[string]any{"value": p.secret()}, "url": []any{p.url()}, "status": json.Number(p.digits()), "created_by": p.mail(),
			"modified_by": []any{p.everything()}, "created_date": p.phone(), "event_types": map[string]any{p.token(): p.token()},
		}}},
		{name: "something else", status: 200, body: map[string]any{"data": p.everything()}},
		{name: "another webhook", status: 200, body: map[string]any{"webhook": p.devrevWebhook(p.don("webhook"), true)}},
		{name: "a string", status: 200, body: `"` + p.token() + " " + p.mail() + `"`},
		{name: "a number", status: 200, body: p.digits()},
		{name: "HTML", status: 200, header: http.Header{"Content-Type": {"text/html"}}, body: "<html>" + p.text() + echoes(token) + "</html>"},
		{name: "text", status: 200, header: http.Header{"Content-Type": {"text/plain; boundary=" + p.token()}}, body: p.text() + echoes(token)},
		{name: "broken JSON", status: 200, body: `{"webhook":{"id":"` + id + `","note":"` + p.mail()},
		{name: "two documents", status: 200, body: `{"a":"` + p.mail() + `"}{"b":"` + p.token() + `"}`},
		{name: "a byte order mark", status: 200, body: "\ufeff" + `{"a":"` + p.mail() + `"}`},
		{name: "doubled members", status: 200, body: `{"webhook":{"id":"` + id + `","secret":"` + p.secret() + `","secret":"` + p.secret() + `","status":"active","url":"` + p.url() + `"}}`},
		{name: "broken UTF-8", status: 200, body: `{"webhook":{"id":"` + id + `","secret":"` + p.secret() + `","status":"active","url":"https://x.example/","note":"` + "\xff\xfe" + p.token() + `"}}`},
		{name: "escapes", sound: true, status: 200, body: `{"webhook":{"id":"` + strings.ReplaceAll(id, "/", `\/`) + `","secret":"` + p.secret() + `","status":"active","url":"https:\/\/` + p.host() + `","note":"\u0070` + p.token() + `"}}`},
		{name: "reason phrase", raw: "HTTP/1.1 404 " + p.token() + " " + p.mail() + "\r\nContent-Type: application/json\r\nContent-Length: 40\r\n\r\n" + fmt.Sprintf("%-40s", `{"type":"not_found"}`)},
		{name: "malformed status", raw: "HTTP/1.1 " + p.token() + "\r\n\r\n"},
		{name: "malformed line", raw: p.text() + "\r\n\r\n"},
		{name: "malformed header", raw: "HTTP/1.1 200 OK\r\nX " + p.token() + "\r\n" + p.mail() + "\r\n\r\n"},
		{name: "malformed length", raw: "HTTP/1.1 200 OK\r\nContent-Length: " + p.token() + "\r\n\r\n"},
		{name: "malformed chunks", raw: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + p.token() + "\r\n"},
		{name: "unknown transfer", raw: "HTTP/1.1 200 OK\r\nTransfer-Encoding: " + p.token() + "\r\n\r\n"},
		{name: "breaks off", raw: "HTTP/1.1 200 OK\r\nContent-Length: 4000\r\n\r\n{\"note\":\"" + p.mail()},
		{name: "an error in disguise", status: 200, body: map[string]any{"type": "not_found", "message": p.text()}},
		{name: "an undocumented status", status: 418, body: p.everything()},
	}
	for _, location := range []string{
		p.url(), "//" + p.host() + "/" + p.token(), "/" + p.token() + "?mail=" + url.QueryEscape(p.mail()), "/webhooks.get?id=" + url.QueryEscape(p.don("webhook")) + "&token=" + p.token(),
		"/webhooks.get#" + p.token(), p.don("webhook"), p.token(), "https://" + p.name() + ":" + p.token() + "@" + p.host() + "/",
	} {
		all = append(all, hostile{name: "redirect", status: 301, header: http.Header{"Location": {location}}, body: p.text()})
	}
	return append(all, p.devrevErrors(token)...)
}

// devrevErrors are the documented errors, each member hostile.
func (p *plants) devrevErrors(token string) []hostile {
	var all []hostile
	add := func(status int, kind string, members map[string]any) {
		members["type"] = kind
		if members["message"] == nil {
			members["message"] = p.text() + " " + echoes(token)
		}
		members["detail"] = echoes(token) + p.text()
		all = append(all, hostile{name: kind, status: status, body: members, header: p.headers(token)})
		more := maps.Clone(members)
		more["more"] = p.everything()
		all = append(all, hostile{name: kind + " and more", status: status, body: more})
	}
	for _, kind := range []string{"invalid_field", "invalid_id", "missing_required_field", "unexpected_id_type"} {
		add(400, kind, map[string]any{"field_name": p.token()})
	}
	add(400, "bad_request", map[string]any{})
	add(400, "parse_error", map[string]any{"message": token})
	add(400, "invalid_api_version", map[string]any{"value": p.mail()})
	add(400, "invalid_enum_value", map[string]any{"field_name": p.name(), "value": p.token(), "allowed_values": []string{p.mail(), p.guid(), p.phone()}})
	add(400, "value_not_permitted", map[string]any{"field_name": p.token(), "reason": p.text(), "allowed_values": []string{p.key()}})
	add(400, "unexpected_json_type", map[string]any{"field_name": p.guid(), "actual": p.token(), "expected": "string"})
	add(400, "artifact_already_attached_to_a_parent", map[string]any{"existing_parent": p.don("issue"), "is_same": false})
	add(400, "customization_validation_error", map[string]any{"subtype": "unknown_error", "field_name": p.mail(), "reason": p.text()})
	add(400, "missing_dependency", map[string]any{"dependencies": []any{map[string]any{"field_name": p.token(), "field_value": p.name()}}, "provided_field_value": p.phone()})
	add(400, "merge_works_error", map[string]any{"errors": []any{map[string]any{"details": p.text(), "work": p.don("issue"), "closed": map[string]any{}}}})
	add(400, "workflow_component_validation_errors", map[string]any{"errors": []any{map[string]any{"code": "E" + p.letters(5, "0123456789"), "message": p.text(), "workflow": map[string]any{"id": p.don("workflow")}}}})
	add(400, p.token(), map[string]any{"field_name": p.token()})
	add(401, "unauthenticated", map[string]any{"message": "token " + token + " of " + p.mail() + " has expired"})
	add(403, "forbidden", map[string]any{})
	add(404, "not_found", map[string]any{})
	add(429, "too_many_requests", map[string]any{"retry_after": 1})
	add(500, "internal_error", map[string]any{"reference_id": p.guid()})
	add(503, "service_unavailable", map[string]any{})
	return all
}

// dvelopWebhook has every documented member.
func (p *plants) dvelopWebhook(id string, more bool) map[string]any {
	webhook := map[string]any{
		"id": id, "apiKey": p.key(), "description": p.text(), "uri": p.url(), "enabled": true, "handleResponse": "STATUS", "retry": true, "timeout": 300,
		"restrictions": []any{map[string]any{"key": "CATEGORY", "value": p.guid()}, map[string]any{"key": p.token(), "value": p.name()}},
	}
	if more {
		maps.Copy(webhook, p.everything())
		webhook["_links"] = map[string]any{"self": map[string]any{"href": "/dmsconfig/r/" + p.guid() + "/events/postimport/" + p.guid()}, "web": map[string]any{"href": p.url()}, p.mail(): []any{map[string]any{"href": p.url()}}}
		webhook["_embedded"] = p.everything()
	}
	return webhook
}

// dvelopAnswers are the answers of a hostile d.velop to a request for that
// webhook, its event, or the events.
func (p *plants) dvelopAnswers(id, token string) (webhook, event, events []hostile) {
	errors := func() []hostile {
		return []hostile{
			{name: "404", status: 404, body: map[string]any{"code": 240100, "reason": p.text() + " " + echoes(token)}, header: p.headers(token)},
			{name: "404 and more", status: 404, body: map[string]any{"code": 240100, "reason": token, "LocalizedMessage": p.text(), "more": p.everything()}},
			{name: "401", status: 401, header: p.headers(token), body: p.text()},
			{name: "403", status: 403, body: map[string]any{"reason": echoes(token), "who": p.mail()}},
			{name: "500", status: 500, body: "<html>" + p.text() + echoes(token), header: http.Header{"Content-Type": {"text/html"}}},
			{name: "302", status: 302, header: http.Header{"Location": {"/identityprovider/login?redirect=" + url.QueryEscape("/"+p.token()+"?mail="+p.mail())}, "Set-Cookie": {"sid=" + p.key()}}},
		}
	}
	webhook = append(errors(),
		hostile{name: "documented", sound: true, status: 200, body: p.dvelopWebhook(id, false)},
		hostile{name: "undocumented", sound: true, status: 200, body: p.dvelopWebhook(id, true), header: p.headers(token)},
		hostile{name: "gzip", sound: true, status: 200, body: p.dvelopWebhook(strings.ToUpper(id), true), encode: "gzip"},
		hostile{name: "wrong types", status: 200, body: map[string]any{"id": id, "apiKey": map[string]any{"v": p.key()}, "description": json.Number(p.digits()), "uri": []any{p.url()}, "handleResponse": p.token()}},
		hostile{name: "the login page", status: 200, header: http.Header{"Content-Type": {"text/html"}}, body: p.text()},
	)
	event = append(errors(),
		hostile{name: "documented", sound: true, status: 200, body: map[string]any{"order": []string{strings.ToUpper(id), p.guid(), p.token()}, "_embedded": map[string]any{"webhooks": []any{p.dvelopWebhook(id, false), p.dvelopWebhook(p.guid(), true)}}}},
		hostile{name: "undocumented", sound: true, status: 200, body: map[string]any{"order": nil, "more": p.everything(), "_links": map[string]any{"self": map[string]any{"href": p.url()}}}},
	)
	events = append(errors(),
		hostile{name: "documented", sound: true, status: 200, body: map[string]any{"_embedded": map[string]any{
			"postimport": map[string]any{"_embedded": map[string]any{"webhooks": []any{p.dvelopWebhook(id, true)}}},
			p.mail():     map[string]any{"order": []string{p.guid()}}, p.token(): map[string]any{},
		}}},
		hostile{name: "undocumented", sound: true, status: 200, body: map[string]any{"_embedded": map[string]any{"postimport": map[string]any{}}, "more": p.everything()}},
	)
	return webhook, event, events
}
