package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/smartcard-connect/smartcard-connect/hil/bench"
	"github.com/smartcard-connect/smartcard-connect/reports/render"
	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

// write writes the report in its three forms, and each cell beside its logs.
func write(dir string, r result.Report) error {
	forms := map[string]func(io.Writer) error{
		"report.json": func(w io.Writer) error { return render.JSON(w, r) },
		"report.html": func(w io.Writer) error { return render.HTML(w, r) },
		"junit.xml":   func(w io.Writer) error { return render.JUnit(w, r) },
	}
	for _, c := range r.Cells {
		forms[filepath.Join(c.ID, "cell.json")] = func(w io.Writer) error { return result.WriteCell(w, c) }
	}
	var errs []error
	for name, form := range forms {
		errs = append(errs, result.WriteFile(filepath.Join(dir, name), form))
	}
	return errors.Join(errs...)
}

// latest makes out/latest point to the run. It is replaced whole.
func latest(out, dir string) error {
	link := filepath.Join(out, "latest")
	next := link + ".next"
	if err := os.Remove(next); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.Symlink(filepath.Base(dir), next); err != nil {
		return err
	}
	return os.Rename(next, link)
}

// version is set by the linker (-X main.version=…); empty is a build by hand.
var version string

// versionCommand prints the version.
type versionCommand struct{}

// Run prints it.
func (versionCommand) Run(w world) error {
	_, err := fmt.Fprintln(w.stdout, "hil", build(w).Version)
	return err
}

// build says what was judged: the version this program was built from is the
// version of the others beside it.
func build(w world) result.Build {
	b := result.Build{Version: "devel", Go: runtime.Version(), OS: runtime.GOOS + "/" + runtime.GOARCH, PCSC: daemonVersion(w)}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		info = &debug.BuildInfo{}
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		b.Version = v
	}
	if version != "" {
		b.Version = version
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			b.Commit = s.Value
		}
	}
	return b
}

// daemonVersion is such as "pcscd 1.9.9", empty where there is none.
func daemonVersion(w world) string {
	path, err := bench.Programs{}.System(bench.PCSCD)
	if err != nil {
		return ""
	}
	out, _ := exec.CommandContext(w.ctx, path, "--version").Output()
	_, rest, ok := strings.Cut(string(out), "version ")
	if !ok {
		return "pcscd"
	}
	version, _, _ := strings.Cut(rest, "\n")
	return "pcscd " + strings.TrimRight(version, ". \r")
}

// lookup finds a variable in an environment.
func lookup(env []string, name string) (string, bool) {
	for _, line := range env {
		if k, v, ok := strings.Cut(line, "="); ok && (k == name || runtime.GOOS == "windows" && strings.EqualFold(k, name)) {
			return v, true
		}
	}
	return "", false
}
