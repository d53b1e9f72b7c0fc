// Package openapi reads the shipped cassettes, below the directory CASSETTES,
// with kin-openapi and the two OpenAPI documents beside this file.
package openapi

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
	"gopkg.in/yaml.v3"
)

type message struct {
	Method  string      `yaml:"method"`
	URL     string      `yaml:"url"`
	Headers http.Header `yaml:"headers"`
	Body    string      `yaml:"body"`
	Code    int         `yaml:"code"`
}

type interaction struct {
	Request  message `yaml:"request"`
	Response message `yaml:"response"`
}

// unread are the exchanges that the documents say nothing of, with the reason.
var unread = map[string]string{
	"devrev/webhooks.get/404-route.yaml":   "the path is none of the documented ones, which is what the scenario is about",
	"dvelop/GetWebHook/302-login.yaml":     "the page lists no redirect",
	"dvelop/GetWebHook/302-login.yaml, #1": "the sign-in page is not part of the documented API",
}

// misread are the requests that the documents refuse, as the scenarios mean them
// to be, with the reason: by the error that they provoke, then by operation.
var misread = map[string]string{}

func init() {
	for kind, why := range map[string]struct{ operations, reason string }{
		"400-invalid_content_type":   {"get list create update delete", "the body is plain text"},
		"400-invalid_enum_value":     {"list create update", "a word is none of the listed ones"},
		"400-invalid_field":          {"list", "the object is closed"},
		"400-missing_required_field": {"get create update delete", "a required member is missing"},
		"400-parse_error":            {"get list create update delete", "the body is no JSON"},
		"400-unexpected_json_type":   {"get list create update delete", "a member has another JSON type"},
		"400-value_not_permitted":    {"create update", "the name of a header has spaces in it"},
	} {
		for _, operation := range strings.Fields(why.operations) {
			misread["devrev/webhooks."+operation+"/"+kind+".yaml"] = why.reason
		}
	}
	for _, operation := range []string{"PostEvent", "PutEvent", "PutWebHook"} {
		misread["dvelop/"+operation+"/400.yaml"] = "a member has another JSON type"
	}
}

func TestShipped(t *testing.T) {
	root := os.Getenv("CASSETTES")
	for _, vendor := range []string{"devrev", "dvelop"} {
		router := router(t, load(t, vendor))
		files, err := filepath.Glob(filepath.Join(root, vendor, "*", "*.yaml"))
		if err != nil || len(files) == 0 {
			t.Fatal("no cassettes", err)
		}
		for _, file := range files {
			name, _ := filepath.Rel(root, file)
			name = filepath.ToSlash(name)
			t.Run(name, func(t *testing.T) {
				for i, exchange := range read(t, file) {
					label := name
					if i > 0 {
						label += ", #1"
					}
					request, response := judge(t, router, exchange)
					if why := unread[label]; why != "" {
						if response == nil {
							t.Errorf("%s is accepted, although %s", label, why)
						}
						continue
					}
					if (request != nil) != (misread[label] != "") {
						t.Errorf("%s: the request: %v", label, request)
					}
					if response != nil {
						t.Errorf("%s: the answer: %v", label, response)
					}
				}
			})
		}
	}
}

// Bodies that both readings must reject.
func TestRejected(t *testing.T) {
	for _, c := range rejected(t) {
		t.Run(c.Provider+" "+c.Why, func(t *testing.T) {
			_, response := judge(t, router(t, load(t, c.Provider)), c.exchange())
			if response == nil {
				t.Errorf("%d %s is accepted", c.Status, c.Body)
			}
		})
	}
}

// Each of the rejected bodies is one of the vendor's: it is the fault that is
// rejected, not the way in which it is asked for.
func TestRejected_controls(t *testing.T) {
	for vendor, accepted := range map[string][]rejectedBody{
		"devrev": {
			{Operation: "webhooks.get", Status: 200, Body: json.RawMessage(`{"webhook":{"id":"a","secret":"s","status":"active","url":"u"}}`)},
			{Operation: "webhooks.list", Status: 200, Body: json.RawMessage(`{"webhooks":[]}`)},
			{Operation: "webhooks.get", Status: 401, Body: json.RawMessage(`{"type":"unauthenticated","message":"m","detail":"d","other":1}`)},
			{Operation: "webhooks.get", Status: 400, Body: json.RawMessage(`{"type":"bad_request","message":"m"}`)},
			{Operation: "webhooks.get", Status: 429, Body: json.RawMessage(`{"type":"too_many_requests","retry_after":30}`)},
		},
		"dvelop": {
			{Operation: "GetWebHook", Status: 200, Body: json.RawMessage(`{"enabled":true,"timeout":null,"_links":{}}`)},
			{Operation: "GetWebHook", Status: 404, Body: json.RawMessage(`{"code":240100,"reason":null}`)},
		},
	} {
		for _, c := range accepted {
			c.Provider = vendor
			if _, response := judge(t, router(t, load(t, vendor)), c.exchange()); response != nil {
				t.Errorf("%d %s: %v", c.Status, c.Body, response)
			}
		}
	}
}

// Why one thing was left out of the document: with it, no error of DevRev's could
// be told, the one of its own example included.
func TestClosedVariants(t *testing.T) {
	const example = `{"detail":"string","message":"string","type":"unauthenticated"}`
	doc := load(t, "devrev")
	schema := doc.Components.Schemas["error-unauthorized"].Value
	value := map[string]any{}
	if err := json.Unmarshal([]byte(example), &value); err != nil {
		t.Fatal(err)
	}
	if err := schema.VisitJSON(value); err != nil {
		t.Fatal(err)
	}
	closed := false
	variant := &openapi3.Schema{Type: &openapi3.Types{"object"}, AdditionalProperties: openapi3.AdditionalProperties{Has: &closed}}
	schema.AllOf[1].Value.OneOf = openapi3.SchemaRefs{{Value: variant}}
	if err := schema.VisitJSON(value); err == nil {
		t.Error("the literal reading accepts the example")
	}
}

type rejectedBody struct {
	Why, Provider, Operation string
	Status                   int
	Body                     json.RawMessage
}

func rejected(t *testing.T) (all []rejectedBody) {
	t.Helper()
	data, err := os.ReadFile("rejected.json")
	if err == nil {
		err = json.Unmarshal(data, &all)
	}
	if err != nil || len(all) == 0 {
		t.Fatal("no bodies", err)
	}
	return all
}

func (c rejectedBody) exchange() interaction {
	request := message{Method: "POST", URL: "https://api.devrev.ai/" + c.Operation, Body: `{"id":"a"}`}
	if c.Operation == "webhooks.list" {
		request.Body = "{}"
	}
	if c.Provider == "dvelop" {
		request = message{Method: "GET", URL: "https://sample-api.d-velop.cloud/dmsconfig/r/a/events/b/c"}
	}
	request.Headers = http.Header{"Content-Type": {"application/json"}}
	return interaction{request, message{Code: c.Status, Body: string(c.Body), Headers: http.Header{"Content-Type": {"application/json"}}}}
}

func load(t *testing.T, vendor string) *openapi3.T {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromFile(vendor + ".yaml")
	if err == nil {
		err = doc.Validate(context.Background())
	}
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func router(t *testing.T, doc *openapi3.T) routers.Router {
	t.Helper()
	r, err := gorillamux.NewRouter(doc)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func read(t *testing.T, file string) []interaction {
	t.Helper()
	data, err := os.ReadFile(file)
	var doc struct{ Interactions []interaction }
	if err == nil {
		err = yaml.Unmarshal(data, &doc)
	}
	if err != nil || len(doc.Interactions) == 0 {
		t.Fatal(file, "has no interactions ", err)
	}
	return doc.Interactions
}

// judge returns what is wrong with a request and with its answer.
func judge(t *testing.T, router routers.Router, exchange interaction) (request, response error) {
	t.Helper()
	openapi3filter.RegisterBodyDecoder("application/hal+json", openapi3filter.JSONBodyDecoder)
	req, err := http.NewRequest(exchange.Request.Method, exchange.Request.URL, strings.NewReader(exchange.Request.Body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header = exchange.Request.Headers
	route, variables, err := router.FindRoute(req)
	if err != nil {
		return err, err
	}
	in := &openapi3filter.RequestValidationInput{
		Request: req, PathParams: variables, Route: route,
		Options: &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, IncludeResponseStatus: true},
	}
	request = openapi3filter.ValidateRequest(context.Background(), in)
	response = openapi3filter.ValidateResponse(context.Background(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: in, Status: exchange.Response.Code, Header: exchange.Response.Headers,
		Body: io.NopCloser(bytes.NewReader([]byte(exchange.Response.Body))), Options: in.Options,
	})
	return request, response
}
