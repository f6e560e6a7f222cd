package main

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"text/template"

	"github.com/smartcard-connect/smartcard-connect/hil/witness"
	"github.com/smartcard-connect/smartcard-connect/reports/attest"
	"github.com/smartcard-connect/smartcard-connect/reports/gate"
	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

//go:embed publish.md.tmpl
var publishText string

// publishCommand puts a run where it is kept:
//
//	hil publish out/latest reports/published/2026-11-30-virtual
//	hil publish --release out/release --how "make release-gate" out/release/runs/latest \
//	    reports/published/2026-11-30-release
type publishCommand struct {
	From    string `arg:"" type:"existingdir" help:"The run's folder."`
	To      string `arg:"" type:"path" help:"The new folder, such as reports/published/DATE-name."`
	How     string `default:"make run" help:"The command that made the run."`
	Release string `type:"existingdir" placeholder:"DIR" help:"A release's folder, as 'make release-gate' leaves it: what the gate judged is published too, so that anyone can judge again."`
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

// attestations is the folder of a run, or of a release, with what was signed.
const attestations = "attestations"

// copied is a file that is published: where it is, and its name with slashes there.
type copied struct{ from, to string }

// content is what is published of a file. Of a key only the public key: what else a PEM
// file may hold, a private one before it, say, is for nobody.
func (c copied) content() ([]byte, error) {
	if path.Ext(c.to) != ".pem" {
		return os.ReadFile(c.from)
	}
	k, err := publicKey(c.from)
	if err != nil {
		return nil, err
	}
	return k.PEM(), nil
}

// kept are the files that are published: the report, its page, and what is signed.
// Logs stay behind, and JUnit XML can be made again.
func (c publishCommand) kept() ([]copied, error) {
	all := []copied{{filepath.Join(c.From, reportFile), reportFile}, {filepath.Join(c.From, "report.html"), "report.html"}}
	more := map[string]string{filepath.Join(c.From, attestations): attestations}
	if c.Release != "" {
		more = map[string]string{filepath.Join(c.Release, attestations): attestations, filepath.Join(c.Release, "hosts"): "release/hosts"}
		for _, name := range released {
			all = append(all, copied{filepath.Join(c.Release, filepath.FromSlash(name)), "release/" + path.Base(name)})
		}
		if c.waived() {
			all = append(all, copied{filepath.Join(c.Release, waivers), "release/" + waivers}, copied{filepath.Join(c.Release, waivers) + witness.Ending, "release/" + waivers + witness.Ending})
		}
	}
	for from, to := range more {
		signed, err := fs.Glob(os.DirFS(from), "*"+witness.Ending)
		if err != nil {
			return nil, err
		}
		if c.Release != "" && len(signed) == 0 {
			return nil, fmt.Errorf("%w: nothing that was signed is in %s", errUnfit, from)
		}
		for _, one := range signed {
			all = append(all, copied{filepath.Join(from, one), to + "/" + one})
		}
	}
	slices.SortFunc(all, func(a, b copied) int { return strings.Compare(a.to, b.to) })
	return all, nil
}

// waivers is the file of a release that has what was waived, if anything was.
const waivers = "waivers.json"

func (c publishCommand) waived() bool {
	_, err := os.Stat(filepath.Join(c.Release, waivers))
	return err == nil
}

// released are the files of a release that the gate judges by, and its word.
var released = []string{
	"owner.pem", "planner.pem", "report.pem", "gate.pem",
	"policy.json", "policy.json" + witness.Ending, "plan.json", "plan.json" + witness.Ending,
	"vsa/vsa" + witness.Ending, "vsa/vsa.intoto.json",
}

// fill copies the files, sums them and says how to check them.
func (c publishCommand) fill(dir string, r result.Report) error {
	all, err := c.kept()
	if err != nil {
		return err
	}
	var sums strings.Builder
	for _, one := range all {
		b, err := one.content()
		if err != nil {
			return err
		}
		fmt.Fprintf(&sums, "%x  %s\n", sha256.Sum256(b), one.to)
		to := filepath.Join(dir, filepath.FromSlash(one.to))
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
	text, err := c.readme(r, slices.ContainsFunc(all, func(o copied) bool { return path.Dir(o.to) == attestations }))
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "README.md"), text, 0o644)
}

func (c publishCommand) readme(r result.Report, signed bool) ([]byte, error) {
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
	judged, err := c.judged()
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = t.Execute(&b, map[string]any{
		"Report": r, "Decision": gate.Decide(r), "Specs": len(specs), "How": c.How, "Name": filepath.Base(c.To),
		"Signed": signed, "Release": judged,
	})
	return b.Bytes(), err
}

// judged is a release as its README tells of it.
type judged struct {
	gate.Release
	gate.Word
	Waived bool
}

// judged reads the plan and the gate's word, signed by the gate's key; nil is no
// release. Who reads it there judges all of it.
func (c publishCommand) judged() (*judged, error) {
	if c.Release == "" {
		return nil, nil
	}
	key, err := publicKey(filepath.Join(c.Release, "gate.pem"))
	if err != nil {
		return nil, err
	}
	plan, err := os.ReadFile(filepath.Join(c.Release, "plan.json"))
	if err != nil {
		return nil, err
	}
	raw, err := os.ReadFile(filepath.Join(c.Release, "vsa", "vsa"+witness.Ending))
	if err != nil {
		return nil, err
	}
	b, err := attest.Read(raw)
	if err != nil {
		return nil, err
	}
	s, err := b.Verify(key)
	if err != nil {
		return nil, err
	}
	j := judged{Waived: c.waived()}
	if j.Word, err = gate.ReadWord(s); err != nil {
		return nil, err
	}
	j.Release, err = gate.ParseRelease(plan)
	return &j, err
}
