package lint_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gopkg.in/dnaeon/go-vcr.v3/cassette"

	"example.com/webhookvcr/internal/lint"
)

// corpus writes cassettes as a team has them: a dozen exchanges of some
// kilobytes each, as go-vcr saves them.
func corpus(b *testing.B, files int) (dir string, names []string, size int64) {
	b.Helper()
	dir = b.TempDir()
	for i := range files {
		c := cassette.New(filepath.Join(dir, fmt.Sprintf("%03d", i)))
		for j := range 12 {
			var items []string
			for k := range 20 {
				items = append(items, fmt.Sprintf(`    {"id": "item-%d-%d", "name": "the %d. of its kind", "owner": {"email": "user-%d@example.com", "state": "active"}, "tags": ["a", "b"], "created": "2024-11-19T14:03:27.518Z"}`, j, k, k, k))
			}
			body := "{\n  \"items\": [\n" + strings.Join(items, ",\n") + "\n  ],\n  \"next_page_token\": \"\"\n}\n"
			c.AddInteraction(&cassette.Interaction{
				Request: cassette.Request{Proto: "HTTP/1.1", Method: "GET", URL: fmt.Sprintf("https://api.test/v1/items?page=%d&per_page=20", j),
					Headers: map[string][]string{"Accept": {"application/json"}, "User-Agent": {"bench/1.0"}, "Authorization": {"Bearer REDACTED"}}},
				Response: cassette.Response{Code: 200, Status: "200 OK", ContentLength: int64(len(body)), Body: body,
					Headers: map[string][]string{"Content-Type": {"application/json"}, "Date": {"Tue, 19 Nov 2024 14:03:27 GMT"}, "X-Request-Id": {"request-1"}}},
			})
		}
		if err := c.Save(); err != nil {
			b.Fatal(err)
		}
		info, err := os.Stat(c.File)
		if err != nil {
			b.Fatal(err)
		}
		size += info.Size()
		names = append(names, c.Name)
	}
	return dir, names, size
}

// BenchmarkLint judges 100 cassettes beside loading them with go-vcr. The metric
// "x-load" is the time of the one over that of the other, both on one processor.
func BenchmarkLint(b *testing.B) {
	dir, names, size := corpus(b, 100)
	loadAll := func() {
		for _, name := range names {
			if _, err := cassette.Load(name); err != nil {
				b.Fatal(err)
			}
		}
	}
	judge := func(jobs int) {
		report, err := lint.Run(b.Context(), lint.Options{Paths: []string{dir}, Jobs: jobs})
		if err != nil || report.Files != len(names) || len(report.Findings) > 0 {
			b.Fatal(err, report)
		}
	}
	for _, c := range []struct {
		name string
		run  func()
	}{{"load", loadAll}, {"lint-1", func() { judge(1) }}, {"lint-all", func() { judge(0) }}} {
		b.Run(c.name, func(b *testing.B) {
			b.SetBytes(size)
			for b.Loop() {
				c.run()
			}
			b.ReportMetric(float64(len(names)*b.N)/b.Elapsed().Seconds(), "files/s")
		})
	}
	b.Run("ratio", func(b *testing.B) {
		var plain, ours time.Duration
		for b.Loop() {
			from := time.Now()
			loadAll()
			middle := time.Now()
			judge(1)
			plain, ours = plain+middle.Sub(from), ours+time.Since(middle)
		}
		b.ReportMetric(float64(ours)/float64(plain), "x-load")
	})
}

// BenchmarkLint_grows judges a body of the starts of credentials, and one of four times
// the size. The metric "x-4" is the time of the second over that of the first: some 4
// where the time grows as the body does, 16 where it grows with its square.
func BenchmarkLint_grows(b *testing.B) {
	for _, start := range []string{
		"-----BEGIN RSA PRIVATE KEY-----\n", "-----BEGIN A ", "eyJhbGciOi.", "Bearer Zk93hQp4Tq8 ", "https://a", "https://a:b@c/", "a@acme.io ", "ghp_", "AccountKey=", "?sig=", "SG.", "hooks.slack.com/services/T1/",
		"password: ", "password=\"", "--password ", "curl -u a:b ", "<a b=\"", "<password>", "{\"password\":", "| password ", "machine a login b ", "INSERT INTO a (password) VALUES (", `s:8:"password";`, `["password",`,
	} {
		b.Run(strings.TrimSpace(start), func(b *testing.B) {
			short, long := inBody(strings.Repeat(start, (1<<17)/len(start))), inBody(strings.Repeat(start, (1<<19)/len(start)))
			var first, second time.Duration
			for b.Loop() {
				from := time.Now()
				lint.Check("short.yaml", []byte(short))
				middle := time.Now()
				lint.Check("long.yaml", []byte(long))
				first, second = first+middle.Sub(from), second+time.Since(middle)
			}
			b.ReportMetric(float64(second)/float64(first), "x-4")
		})
	}
}
