package webhooktest_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"example.com/webhookvcr/internal/tbtest"
	"example.com/webhookvcr/webhooktest"
)

// exampleFake is a team's own stand-in for a vendor; it answers every request alike.
type exampleFake struct{ body string }

func (f exampleFake) RoundTrip(req *http.Request) (*http.Response, error) {
	return &http.Response{
		Status: "200 OK", StatusCode: http.StatusOK, Request: req,
		Header: http.Header{"Content-Type": {"application/json"}},
		Body:   io.NopCloser(strings.NewReader(f.body)),
	}, nil
}

// A webhook without its secret, which DevRev documents as always there.
const withoutSecret = `{"webhook": {"id": "don:integration:dvrv-us-1:devo/example:webhook/webhook-id", "status": "active", "url": "https://example.com/hook"}}`

func ExampleChecked() {
	t := tbtest.New("TestLookup")
	defer t.End()

	// In place of the fake stands what the tests use already: a recorder of
	// go-vcr, a server, a transport of the team's own.
	client := &http.Client{Transport: webhooktest.Checked(t, webhooktest.DevRev, exampleFake{withoutSecret})}

	fmt.Println(ask(client, webhooktest.DevRevWebhookID))
	fmt.Println("the test failed:", t.Failed())
	// Output:
	// 200 OK <nil>
	// the test failed: true
}

func ExampleValidate() {
	client := &http.Client{Transport: exampleFake{withoutSecret}}
	resp, err := client.Post("https://api.devrev.ai/webhooks.get", "application/json",
		strings.NewReader(`{"id":"`+webhooktest.DevRevWebhookID+`"}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer resp.Body.Close()

	err = webhooktest.Validate(webhooktest.DevRev, resp)

	var breach *webhooktest.ContractError
	if errors.As(err, &breach) {
		fmt.Println(breach.Operation, breach.Status, len(breach.Problems))
	}
	body, _ := io.ReadAll(resp.Body) // it stays readable
	fmt.Println(len(body) > 0)
	// Output:
	// webhooks.get 200 1
	// true
}

func ExampleValidateBody() {
	body := []byte(`{"type": "not_found", "message": "no such webhook"}`)

	fmt.Println(webhooktest.ValidateBody(webhooktest.DevRev, "webhooks.get", 404, "application/json", body))
	fmt.Println(webhooktest.ValidateBody(webhooktest.DevRev, "webhooks.get", 200, "application/json", body) != nil)
	// Output:
	// <nil>
	// true
}

func ExampleContractError_Error() {
	err := webhooktest.ValidateBody(webhooktest.DevRev, "webhooks.get", 200, "application/json", []byte(withoutSecret))

	heading, problems, _ := strings.Cut(err.Error(), "\n")
	fmt.Println(heading)
	fmt.Println(strings.Contains(problems, "answer /webhook/secret (line 1, column 13): "))
	// Output:
	// DevRev webhooks.get answered 200, against the contract:
	// true
}

// The gap is known and waits for its repair; everything else still counts.
func ExampleAllowProblems() {
	t := tbtest.Example()
	defer t.End()

	devrev := webhooktest.DevRev.With(webhooktest.AllowProblems("/webhook/secret"))
	client := &http.Client{Transport: webhooktest.Checked(t, devrev, exampleFake{withoutSecret})}

	fmt.Println(ask(client, webhooktest.DevRevWebhookID))
	// Output:
	// 200 OK <nil>
}

// d.velop documents no member of a webhook as required; the inferred profile
// asks for those that its pages show.
func ExampleStrict() {
	body := []byte(`{"id": "bbbbbbbb-0000-4000-8000-000000000001", "enabled": true}`)

	documented := webhooktest.ValidateBody(webhooktest.DVelop, "GetWebHook", 200, "application/json", body)
	inferred := webhooktest.ValidateBody(webhooktest.DVelop.With(webhooktest.Strict()), "GetWebHook", 200, "application/json", body)

	fmt.Println("documented:", documented)
	fmt.Println("inferred:  ", inferred != nil)
	// Output:
	// documented: <nil>
	// inferred:   true
}

func ExampleOnNews() {
	devrev := webhooktest.DevRev.With(webhooktest.OnNews(func(p webhooktest.Problem) {
		fmt.Println(p.Kind, p.Pointer)
	}))
	body := []byte(`{"webhooks":[],"more_to_come":true}`)

	err := webhooktest.ValidateBody(devrev, "webhooks.list", 200, "application/json", body)

	fmt.Println(err)
	// Output:
	// undocumented /more_to_come
	// <nil>
}

// The fields tell problems apart; the words of a message may change.
func ExampleProblem() {
	for _, body := range []string{`{"type": 7}`, `{"type": "forbidden"}`} {
		err := webhooktest.ValidateBody(webhooktest.DevRev, "webhooks.get", 404, "application/json", []byte(body))

		var broken *webhooktest.ContractError
		if errors.As(err, &broken) {
			p := broken.Problems[0]
			fmt.Println(p.Kind, p.Keyword, p.Pointer)
			fmt.Printf("\t%s; the contract: %s\n", p.Found, p.Expected)
		}
	}
	// Output:
	// violation type /type
	// 	a number; the contract: a string
	// rule error-type /type
	// 	"forbidden"; the contract: HTTP status 404 goes with "not_found"
}

func ExampleProblem_String() {
	err := webhooktest.ValidateBody(webhooktest.DevRev, "webhooks.list", 200, "application/json", []byte(`{"webhooks":7}`))

	var broken *webhooktest.ContractError
	if errors.As(err, &broken) {
		fmt.Println(broken.Problems[0].String())
	}
	// Output: answer /webhooks (line 1, column 13): is a number, expected an array
}

func ExampleProblem_Fails() {
	problem := webhooktest.Problem{Kind: webhooktest.Undocumented, In: "answer", Pointer: "/webhook/team"}

	fmt.Println(problem.Kind, problem.Fails())
	// Output: undocumented false
}
