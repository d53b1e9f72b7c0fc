package webhooktest_test

import (
	"bytes"
	"flag"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var thirdVendor = flag.Bool("third-vendor", false, "add a made-up vendor to a copy of the module, and run the tests of the copy: this takes minutes")

// A vendor is added by the steps of docs/adding-a-provider.md in their order.
// After each the module builds; the completeness test, and no other, says what is
// missing; in the end every test passes.
func TestThirdVendor(t *testing.T) {
	if !*thirdVendor {
		t.Skip("runs with -third-vendor only")
	}
	module := filepath.Join(t.TempDir(), "module")
	require.NoError(t, copySources(module, ".."))
	before := contents(t, module)
	archive, err := txtar.ParseFile("testdata/vendor.txtar")
	require.NoError(t, err)
	guide := guideSteps(t)
	require.Len(t, guide, 7)

	do := func(env []string, args ...string) (string, error) {
		cmd := exec.CommandContext(t.Context(), "go", args...)
		cmd.Dir = module
		cmd.Env = append(slices.DeleteFunc(withoutTenant(os.Environ()), func(v string) bool {
			return strings.HasPrefix(v, "CI=")
		}), "GOWORK=off", "PWD="+module)
		cmd.Env = append(cmd.Env, env...)
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	// command runs what a step says.
	command := func(step int, env []string, args ...string) {
		t.Helper()
		assert.Contains(t, guide[step-1], "`"+strings.Join(append(slices.Clone(env), "go "+strings.ReplaceAll(strings.Join(args, " "), "acme", "NAME")), " ")+"`", "step %d of the guide", step)
		out, err := do(env, args...)
		require.NoError(t, err, "step %d: %s", step, out)
	}
	// follow makes the files and edits of a step, all of which the guide names.
	follow := func(step int, files []string, edits ...edit) {
		t.Helper()
		write := func(name string, data []byte) {
			named := strings.ReplaceAll(name, "acme", "NAME")
			if path.Ext(name) == ".json" {
				named = path.Dir(named) + "/*.json"
			}
			assert.Contains(t, guide[step-1], "`"+named+"`", "step %d of the guide", step)
			to := filepath.Join(module, filepath.FromSlash(name))
			require.NoError(t, os.MkdirAll(filepath.Dir(to), 0o755))
			require.NoError(t, os.WriteFile(to, data, 0o644))
		}
		for _, f := range archive.Files {
			if slices.Contains(files, f.Name) {
				write(f.Name, f.Data)
			}
		}
		for _, e := range edits {
			data, err := os.ReadFile(filepath.Join(module, e.file))
			require.NoError(t, err)
			require.Contains(t, string(data), e.old, e.file)
			write(e.file, bytes.Replace(data, []byte(e.old), []byte(e.new), 1))
		}
		out, err := do(nil, "vet", "./...")
		require.NoError(t, err, "step %d does not compile: %s", step, out)
	}
	// missing are the files that the completeness test names.
	missing := func() (files []string) {
		out, err := do(nil, "test", "./webhooktest", "-run", "^TestCompleteness$")
		require.Error(t, err, "%s", out)
		_, list, _ := strings.Cut(out, "Messages:")
		for _, m := range regexp.MustCompile(`(?m)^\s+([\w./-]+\.(?:go|md|yaml|json)): `).FindAllStringSubmatch("  "+strings.TrimSpace(list), -1) {
			files = append(files, m[1])
		}
		slices.Sort(files)
		return slices.Compact(files)
	}
	made := func(dir, extension string) (files []string) {
		for _, name := range []string{"200-a_hook_that_is_on_and_has_a_long_name", "404", "503"} {
			files = append(files, dir+"/acme/GetHookByItsId/"+name+extension)
		}
		return files
	}
	pages := []string{"README.md", "docs/recording.md", "docs/testing.md"}

	follow(1, []string{"schemas/acme/hook.json", "schemas/acme/error.json"})
	follow(2, []string{"internal/provider/acme.go"}, edit{"internal/provider/provider.go", "{&DevRev, ", "{&Acme, &DevRev, "})
	assert.ElementsMatch(t, slices.Concat(pages, made("cassettes", ".yaml"),
		[]string{"internal/simulator/acme.go", "webhooktest/acme.go", "webhooktest/doc.go"}), missing(), "after the definition")
	follow(3, []string{"internal/simulator/acme.go"})
	follow(4, []string{"webhooktest/acme.go"})
	assert.ElementsMatch(t, slices.Concat(pages, made("cassettes", ".yaml"), []string{"webhooktest/doc.go"}), missing(), "after the exported variable")
	command(5, nil, "run", "./cmd/record", "refresh", "--simulate", "acme")
	// The vendor's own form of ids is known, and so are those of the others.
	recorded := contents(t, filepath.Join(module, "cassettes", "acme"))["GetHookByItsId/200-a_hook_that_is_on_and_has_a_long_name.yaml"]
	for _, id := range []string{"urn:acme:hook:example:hook-id", "urn:acme:person:example:person-1", "don:core:dvrv-us-1:devo/example:ticket/ticket-1"} {
		assert.Contains(t, recorded, id)
	}
	for _, real := range []string{"eu-7Kq2", "H4711xyZ9", "P8812abQ4", "7hTqLw2", "T5521cdR3"} {
		assert.NotContains(t, recorded, real)
	}

	const regenerated = "TestGolden TestGolden_complete TestReadme_isInStep"
	out, err := do(nil, "test", "./...")
	require.Error(t, err)
	failed := failures(out)
	assert.Contains(t, failed, "TestCompleteness")
	for _, name := range failed {
		assert.Contains(t, strings.Fields("TestCompleteness "+regenerated), name, "with the documentation and the generated files missing")
	}
	assert.ElementsMatch(t, slices.Concat(pages, made("golden", ".json"), []string{"webhooktest/doc.go"}), missing(), "after the cassettes")

	const last = "//\tDVELOP_WEBHOOK_ID     optional; the first webhook of the event when unset\n"
	follow(6, nil,
		edit{"webhooktest/doc.go", "// Scenarios exist for ", "// Acme:\n//\n//\toperation       success   errors with a body\n//\tGetHookByItsId  200 hook  404 503\n//\n// Scenarios exist for "},
		edit{"webhooktest/doc.go", last, last + "//\tACME_TOKEN            credential for Acme\n//\tACME_BASE_URL         base URL of the tenant\n" +
			"//\tACME_HOOK_ID_OF_A_HOOK_THAT_EXISTS  id of a hook\n"})
	command(7, []string{"GOLDIE_UPDATE=true"}, "test", "./webhooktest")

	out, err = do(nil, "test", "./...")
	assert.NoError(t, err, "all is there, and these fail: %s\n%s", failures(out), out)
	out, err = do(nil, "run", "./cmd/record", "serve", "--simulate", "acme")
	assert.Error(t, err)
	assert.Contains(t, out, "the simulator of acme has no tenant that lives")
	var touched []string
	for file, data := range contents(t, module) {
		if !strings.Contains(file, "/acme") && before[file] != data {
			touched = append(touched, file)
		}
	}
	assert.ElementsMatch(t, append([]string{"internal/provider/provider.go", "webhooktest/doc.go"}, pages...), touched, "files that are not the vendor's own")
}

// guideSteps are the numbered steps of the guide.
func guideSteps(t *testing.T) (steps []string) {
	t.Helper()
	for i, part := range regexp.MustCompile(`(?m)^\d+\. `).Split(pages(t)["../docs/adding-a-provider.md"], -1) {
		if i > 0 {
			step, _, _ := strings.Cut(part, "\n\n")
			steps = append(steps, step)
		}
	}
	return steps
}

// failures are the tests and examples that go test says have failed, and the
// packages that have not been tested.
func failures(out string) (names []string) {
	for _, m := range regexp.MustCompile(`(?m)^--- FAIL: (\S+)|^FAIL\s+(\S+ \[.*\])$|^(panic: .*)`).FindAllStringSubmatch(out, -1) {
		names = append(names, m[1]+m[2]+m[3])
	}
	return names
}

// contents are the files below a directory.
func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	require.NoError(t, fs.WalkDir(os.DirFS(dir), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
		files[name] = string(data)
		return err
	}))
	return files
}
