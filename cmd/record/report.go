package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"example.com/webhookvcr/internal/exit"

	"github.com/spf13/cobra"

	"example.com/webhookvcr/internal/say"
)

const reportHelp = `report writes one HTML page about cassettes: where they come from, which answers
and members of the contract they show, every exchange with what the contract says
of it, and the drift and the findings of reports that it is given. The page needs
no other file and no network. Without arguments it is about the cassettes of this
build.

Values of headers that carry credentials are withheld. All else of a file that
another recorder has written is on the page as it stands, secrets in URLs and bodies
included: look at it with record lint before you publish the page.`

// pages is the command report.
type pages struct{ html, check, lint string }

func reportCommand() *cobra.Command {
	p := &pages{}
	c := &cobra.Command{
		Use:   "report --html FILE [flags] [PROVIDER[/SCENARIO]|FILE|DIR...]",
		Short: "Write one HTML page about cassettes: provenance, coverage, exchanges, drift",
		Long:  reportHelp,
		Example: `  record report --html report.html
  record check --json devrev > drift.json; record report --html report.html --check drift.json devrev
  record lint --json testdata > lint.json; record report --html report.html --lint lint.json testdata`,
		DisableFlagsInUseLine: true,
		ValidArgsFunction:     completeScenario,
		RunE:                  func(c *cobra.Command, args []string) error { return p.run(args, c.ErrOrStderr()) },
	}
	c.Flags().StringVar(&p.html, "html", "", "write the page to `FILE`")
	c.Flags().StringVar(&p.check, "check", "", "show the drift in `FILE`, which record check --json wrote")
	c.Flags().StringVar(&p.lint, "lint", "", "show the counts of the findings in `FILE`, which record lint --json wrote")
	c.MarkFlagFilename("html", "html")
	c.MarkFlagFilename("check", "json")
	c.MarkFlagFilename("lint", "json")
	return c
}

func (p *pages) run(args []string, stderr io.Writer) error {
	if p.html == "" {
		return exit.Errorf(exit.Usage, "report needs the file to write: record report --html report.html")
	}
	if p.html == "-" {
		return exit.Errorf(exit.Usage, "--html - names no file, and the page is written to one only; give it a name, such as report.html")
	}
	if len(args) == 0 {
		args = providerNames()
	}
	files, err := cassettesOf(args)
	if err != nil {
		return err
	}
	data := newPage(files, version())
	if p.check != "" {
		if data.Drift, err = readCheck(p.check, data.Cassettes); err != nil {
			return err
		}
	}
	if p.lint != "" {
		if data.Lint, err = readLint(p.lint); err != nil {
			return err
		}
	}
	var b bytes.Buffer
	if err := data.write(&b); err != nil {
		return exit.Errorf(exit.Failed, "%v", err)
	}
	if err := replace(p.html, b.Bytes()); err != nil {
		return err
	}
	if n := data.others(); n > 0 {
		fmt.Fprintf(stderr, exit.Pasted("%s shows %s of another recorder unchanged, with any secret in URLs and bodies; look with record lint before you publish it\n"), p.html, say.Count(n, "cassette"))
	}
	return nil
}

// replace writes a file that is whole at any time.
func replace(path string, data []byte) error {
	mode := fs.FileMode(0o644)
	switch info, err := os.Lstat(path); {
	case err == nil && !info.Mode().IsRegular():
		return exit.Errorf(exit.Usage, "%s is %s; name a regular file, or one that does not exist yet", path, say.Kind(info.Mode()))
	case err == nil:
		mode = info.Mode().Perm()
	}
	file, err := os.CreateTemp(filepath.Dir(path), ".record-*")
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return exit.Errorf(exit.Usage, "%s: there is no directory %s", path, filepath.Dir(path))
	case err != nil:
		return exit.Errorf(exit.Failed, "%s: %v", path, say.Reason(err))
	}
	defer os.Remove(file.Name()) // fails when it has been renamed
	_, err = file.Write(data)
	if err == nil {
		err = file.Chmod(mode)
	}
	if closed := file.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		return exit.Errorf(exit.Failed, "%s: %v", path, say.Reason(err))
	}
	return nil
}
