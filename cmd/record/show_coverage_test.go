package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/cmd/record/internal/session"
	"example.com/webhookvcr/cmd/record/internal/view"
	"example.com/webhookvcr/internal/provider"
)

// What no cassette shows is named, and what one shows is not.
func TestPage_coverage(t *testing.T) {
	_, _, text := elements(t, pageOf(t, "devrev/webhooks.get/200"))
	assert.Contains(t, text, "/webhook/status is never inactive, unverified")
	assert.NotContains(t, text, "/webhook/status is never active")
	assert.NotContains(t, text, "/webhook/url\n")
	assert.Contains(t, text, "DevRev 1 of 38 documented answers")
}

// Each documented answer of each operation has a cell, which names the cassettes
// that show it.
func TestCoverage_cells(t *testing.T) {
	for _, def := range provider.All() {
		files, err := session.Cassettes([]string{def.Name})
		require.NoError(t, err)
		page := view.NewPage(files, version())
		require.Len(t, page.Coverage, 1)
		cells := 0
		for i, row := range page.Coverage[0].Rows {
			op := &def.Operations[i]
			require.Len(t, row.Cells, len(page.Coverage[0].Statuses))
			for _, cell := range row.Cells {
				assert.Equal(t, op.Response(cell.Status) != nil, cell.Documented, "%s %d", op.Name, cell.Status)
				if cell.Documented {
					assert.NotEmpty(t, cell.Cassettes, "%s %d", op.Name, cell.Status)
				}
				cells += len(cell.Cassettes)
			}
		}
		routed := 0
		for _, f := range files {
			if first := f.Exchanges()[0].Request; first.URL != nil {
				if _, ok := def.Find(first.Method, first.URL); ok {
					routed++
				}
			}
		}
		assert.Equal(t, routed, cells, "each cassette that begins with an operation has a cell")
		t.Logf("%s: %d cassettes in the cells of %d", def.Title, cells, len(files))
	}
}
