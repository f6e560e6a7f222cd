package main

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/template"

	"github.com/smartcard-connect/smartcard-connect/reports/gate"
	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

//go:embed publish.md.tmpl
var publishText string

// publishCommand puts a run where it is kept:
//
//	hil publish out/latest reports/published/2026-11-30-virtual
type publishCommand struct {
	From string `arg:"" type:"existingdir" help:"The run's folder."`
	To   string `arg:"" type:"path" help:"The new folder, such as reports/published/DATE-name."`
	How  string `default:"make run" help:"The command that made the run."`
}

// errUnfit is wrapped where a run is not fit to be published.
var errUnfit = errors.New("this run cannot be published")

// Run copies the report as it was written, and adds how to check it. The folder
// is there whole or not at all. A red run may be published: it is what was
// found. One of a build that nobody can make again may not.
func (c publishCommand) Run(w world) error {
	r, err := readReport(c.From)
	if err != nil {
		return unreadable(w, err)
	}
	if err := fit(r); err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	if _, err := os.Lstat(c.To); err == nil {
		return fmt.Errorf("%w: %s is there already: what was published is never changed", errUsage, c.To)
	}
	half := c.To + ".half"
	if err := os.MkdirAll(filepath.Dir(c.To), 0o755); err != nil {
		return err
	}
	if err := os.Mkdir(half, 0o755); err != nil {
		return err
	}
	if err := c.fill(half, r); err != nil {
		return errors.Join(err, os.RemoveAll(half))
	}
	if err := os.Rename(half, c.To); err != nil {
		return errors.Join(err, os.RemoveAll(half))
	}
	_, err = fmt.Fprintln(w.stdout, c.To)
	return err
}

// fit refuses a run that cannot be made again: of an unknown or changed source,
// or of a part of the plan.
func fit(r result.Report) error {
	v := r.Build.Version
	switch {
	case v == "" || v == "devel" || v == "unknown" || strings.Contains(v, "dirty"):
		return fmt.Errorf("%w: it is of version %q, which names no commit", errUnfit, v)
	case len(r.Plan.Cells) == 0:
		return fmt.Errorf("%w: it has no plan", errUnfit)
	}
	for _, p := range r.Plan.Cells {
		if _, ran := r.Cell(p.ID); p.Runs() && !ran {
			return fmt.Errorf("%w: the planned cell %s did not run", errUnfit, p.ID)
		}
		if missing := p.Missing(r); len(missing) > 0 {
			return fmt.Errorf("%w: cell %s has no result for %s", errUnfit, p.ID, missing[0])
		}
	}
	return nil
}

// attestations is the folder of a run with what was signed.
const attestations = "attestations"

// kept are the files of a run that are published, by their names with slashes:
// the report, its page, and what is signed. Logs stay behind, and JUnit XML can
// be made again.
func kept(dir string) ([]string, error) {
	all := []string{reportFile, "report.html"}
	signed, err := fs.Glob(os.DirFS(dir), attestations+"/*.sigstore.json")
	return append(all, signed...), err
}

// fill copies the files, sums them and says how to check them.
func (c publishCommand) fill(dir string, r result.Report) error {
	names, err := kept(c.From)
	if err != nil {
		return err
	}
	var sums strings.Builder
	for _, name := range names {
		b, err := fs.ReadFile(os.DirFS(c.From), name)
		if err != nil {
			return err
		}
		fmt.Fprintf(&sums, "%x  %s\n", sha256.Sum256(b), name)
		to := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(to, b, 0o644); err != nil {
			return err
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "SHA256SUMS"), []byte(sums.String()), 0o644); err != nil {
		return err
	}
	text, err := c.readme(r, names)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "README.md"), text, 0o644)
}

func (c publishCommand) readme(r result.Report, names []string) ([]byte, error) {
	t, err := template.New("readme").Parse(publishText)
	if err != nil {
		return nil, err
	}
	specs := map[string]bool{}
	for _, one := range r.Cells {
		for _, s := range one.Specs {
			specs[s.ID] = true
		}
	}
	var b bytes.Buffer
	err = t.Execute(&b, map[string]any{
		"Report": r, "Decision": gate.Decide(r), "Specs": len(specs), "How": c.How, "Name": filepath.Base(c.To),
		"Signed": slices.ContainsFunc(names, func(n string) bool { return strings.HasSuffix(n, ".sigstore.json") }),
	})
	return b.Bytes(), err
}
