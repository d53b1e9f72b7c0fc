package hooks_test

import (
	"flag"
	"testing"

	"example.com/webhookvcr/webhooktest/goldentest"
)

// goldentest is built on goldie, which defines a flag of the same name: this
// package's tests panic before the first of them starts.
var update = flag.Bool("update", false, "write the golden files of this package")

func TestReport(t *testing.T) {
	t.Logf("update is %t", *update)
	goldentest.Assert(t, "report", "nobody gets here")
}
