package contract_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/webhookvcr/internal/contract"
	"example.com/webhookvcr/internal/provider"
)

// secondReading is a module of its own, so that whoever imports this one does
// not get an OpenAPI validator with it.
const secondReading = "testdata/openapi"

// readTwice are the vendors for which the module there has a document.
var readTwice = []*provider.Definition{&provider.DevRev, &provider.DVelop}

// Every shipped exchange of theirs is judged a second time, by a validator that shares no
// code with the first and reads documents written for it from the vendors'
// pages. The module there says what is judged, and where its reading ends.
func TestOpenAPI(t *testing.T) {
	cassettes, err := filepath.Abs("../../cassettes")
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), "go", "test", "-count=1", "-vet=off", "-v", ".")
	cmd.Dir = secondReading
	cmd.Env = append(os.Environ(), "GOFLAGS=-mod=readonly", "GOWORK=off", "CASSETTES="+cassettes)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	for _, d := range readTwice {
		for _, s := range d.Scenarios {
			assert.Contains(t, string(out), "--- PASS: TestShipped/"+d.Name+"/"+s.Name+".yaml ")
		}
	}
	shipped := regexp.MustCompile(`--- PASS: TestShipped/.*\.yaml `).FindAllString(string(out), -1)
	bodies := regexp.MustCompile(`--- PASS: TestRejected/`).FindAllString(string(out), -1)
	assert.Len(t, bodies, len(rejectedBodies(t)))
	t.Logf("%d cassettes accepted, %d bodies rejected, by both readings", len(shipped), len(bodies))
}

type rejectedBody struct {
	Why, Provider, Operation string
	Status                   int
	Body                     json.RawMessage
}

func rejectedBodies(t *testing.T) (all []rejectedBody) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(secondReading, "rejected.json"))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(data, &all))
	require.NotEmpty(t, all)
	return all
}

// The first reading rejects what the second does.
func TestOpenAPI_rejectedByTheFirst(t *testing.T) {
	for _, c := range rejectedBodies(t) {
		t.Run(c.Provider+" "+c.Why, func(t *testing.T) {
			problems, err := contract.CheckBody(provider.ByName(c.Provider), c.Operation, c.Status, "application/json", c.Body, false)
			require.NoError(t, err)
			failing := false
			for _, p := range problems {
				failing = failing || p.Fails()
			}
			assert.True(t, failing, "%s: %s", c.Body, problems)
		})
	}
}

// Both readings know the same operations where they overlap, so that neither is
// silent about what the other judges.
func TestOpenAPI_operations(t *testing.T) {
	documents := map[string]string{}
	for _, d := range readTwice {
		data, err := os.ReadFile(filepath.Join(secondReading, d.Name+".yaml"))
		require.NoError(t, err)
		documents[d.Name] = string(data)
		for _, s := range d.Scenarios {
			operation, _, _ := strings.Cut(s.Name, "/")
			for _, form := range d.Operation(operation).Forms {
				path := strings.TrimPrefix(form.Path, "/dmsconfig")
				assert.Contains(t, documents[d.Name], "\n  "+path+":\n", s.Name)
			}
		}
	}
}
