package goldentest_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"

	"example.com/webhookvcr/internal/tbtest"
	"example.com/webhookvcr/webhooktest/goldentest"
)

// In the examples, t stands for the *testing.T of a test named TestLookup.

func ExampleAssert() {
	t := tbtest.New("TestLookup")

	// What the code under test makes of an answer.
	type webhook struct {
		URL    string
		Status string
		Events []string
	}
	got := webhook{URL: "https://example.com/hook?a=1&b=2", Status: "active", Events: []string{"work_created", "work_updated"}}

	goldentest.Assert(t, "example", got)

	golden, _ := os.ReadFile("testdata/golden/example.golden.json")
	fmt.Printf("failed: %t\n%s", t.Failed(), golden)
	// Output:
	// failed: false
	// {
	//   "Events": [
	//     "work_created",
	//     "work_updated"
	//   ],
	//   "Status": "active",
	//   "URL": "https://example.com/hook?a=1&b=2"
	// }
}

// The golden file does not exist: the failure names the command that creates it.
func ExampleAssert_missing() {
	t := tbtest.New("TestLookup")

	goldentest.Assert(t, "webhooks.get/404", "not found")

	fmt.Println(t.Failures())
	// Output:
	// golden "webhooks.get/404": testdata/golden/webhooks.get/404.golden.json does not exist
	// to create it: GOLDIE_UPDATE=true go test -run '^TestLookup$' .
}

func ExampleAssertJSON() {
	t := tbtest.New("TestLookup")
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		io.WriteString(w, `{"type":"not_found", "message":"no such webhook"}`)
	}))
	defer server.Close()

	resp, err := http.Get(server.URL)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		fmt.Println(err)
		return
	}
	goldentest.AssertJSON(t, "example-body", body)

	// The order of members does not count, the values do.
	fmt.Println(t.Failures())
	// Output:
	// Result did not match the golden fixture. Diff is below:
	//
	// testdata/golden/example-body.golden.json (-want +got):
	// @@ -1,4 +1,4 @@
	//  {
	// -  "message": "not found",
	// +  "message": "no such webhook",
	//    "type": "not_found"
	//  }
	// to accept what the test got: GOLDIE_UPDATE=true go test -run '^TestLookup$' .
}

func ExampleAssertBytes() {
	t := tbtest.New("TestLookup")

	goldentest.AssertBytes(t, "example", []byte("webhook-id  active  https://example.com/hook\n"))

	fmt.Println("failed:", t.Failed())
	// Output:
	// failed: false
}

func ExampleDir() {
	t := tbtest.New("TestLookup")

	goldentest.AssertBytes(t, "table", []byte("webhook-id  active\n"), goldentest.Dir("testdata/tables"))

	fmt.Println(t.Failures())
	// Output:
	// golden "table": testdata/tables/table.golden does not exist
	// to create it: GOLDIE_UPDATE=true go test -run '^TestLookup$' .
}
