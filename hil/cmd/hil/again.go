package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/smartcard-connect/smartcard-connect/reports/render"
	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

// reportCommand shows reports that were written before.
type reportCommand struct {
	Show    showCommand    `cmd:"" help:"Write one report anew: .html, .txt, .xml (JUnit) or .json."`
	Diff    diffCommand    `cmd:"" help:"What changed from one run to a later one: 0 not worse, 1 worse, 3 unreadable."`
	History historyCommand `cmd:"" help:"How cells and specs fared over the runs in a folder."`
	Schema  schemaCommand  `cmd:"" help:"Print the JSON Schema of report.json."`
}

// forms are the ways to write something, by the ending of the file's name.
type forms map[string]func(io.Writer) error

// write writes the form for the file's ending, if there is a file.
func (f forms) write(file string) error {
	if file == "" {
		return nil
	}
	form, ok := f[filepath.Ext(file)]
	if !ok {
		return fmt.Errorf("%w: -o %s: its ending says no form that this has", errUsage, file)
	}
	return result.WriteFile(file, form)
}

// showCommand writes one report anew.
type showCommand struct {
	From   string `arg:"" type:"path" help:"A run's folder, its report.json, or a cell.json of 'conformance run'."`
	Output string `short:"o" type:"path" placeholder:"FILE" help:"Where to: .html, .txt, .xml or .json. Default: text here."`
}

// Run shows it. The verdict is in the text and not in the exit code: see gate.
func (c showCommand) Run(w world) error {
	r, err := readReport(c.From)
	if err != nil {
		return unreadable(w, err)
	}
	if c.Output == "" {
		return render.Text(w.stdout, r, w.terminal())
	}
	return forms{
		".html": func(out io.Writer) error { return render.HTML(out, r) },
		".txt":  func(out io.Writer) error { return render.Text(out, r, false) },
		".xml":  func(out io.Writer) error { return render.JUnit(out, r) },
		".json": func(out io.Writer) error { return render.JSON(out, r) },
	}.write(c.Output)
}

// diffCommand holds two runs against each other:
//
//	hil report diff out/before out/latest -o difference.html
type diffCommand struct {
	A      string `arg:"" type:"path" help:"The earlier run: its folder, or its report.json."`
	B      string `arg:"" type:"path" help:"The later one."`
	JSON   bool   `help:"Print the difference as JSON instead of text."`
	Output string `short:"o" type:"path" placeholder:"FILE" help:"Write it to FILE too: .html, .txt or .json."`
}

// Run prints the difference and exits with 1 where the later run is worse.
func (c diffCommand) Run(w world) error {
	a, err := readReport(c.A)
	if err != nil {
		return unreadable(w, err)
	}
	b, err := readReport(c.B)
	if err != nil {
		return unreadable(w, err)
	}
	d := result.Compare(a, b, runName(c.A), runName(c.B))
	if err := (forms{
		".html": func(out io.Writer) error { return render.Difference(out, d) },
		".txt":  func(out io.Writer) error { return render.DifferenceText(out, d) },
		".json": func(out io.Writer) error { return printJSON(out, d) },
	}).write(c.Output); err != nil {
		return err
	}
	if err := c.print(w, d); err != nil {
		return err
	}
	if d.Worse() {
		return exit(result.ExitFail)
	}
	return nil
}

func (c diffCommand) print(w world, d result.Difference) error {
	if c.JSON {
		return printJSON(w.stdout, d)
	}
	return render.DifferenceText(w.stdout, d)
}

// historyCommand shows many runs:
//
//	hil report history out -o history.html
type historyCommand struct {
	Dir    string `arg:"" type:"existingdir" help:"A folder with runs: each a folder with report.json."`
	JSON   bool   `help:"Print the history as JSON instead of text."`
	Output string `short:"o" type:"path" placeholder:"FILE" help:"Write it to FILE too: .html, .txt or .json."`
}

// Run prints the history. A run that cannot be read is named and left out.
func (c historyCommand) Run(w world) error {
	h, err := c.history(w)
	if err != nil {
		return err
	}
	if len(h.Runs) == 0 {
		return unreadable(w, fmt.Errorf("%s holds no run: no folder in it has a report.json that can be read", c.Dir))
	}
	if err := (forms{
		".html": func(out io.Writer) error { return render.History(out, h) },
		".txt":  func(out io.Writer) error { return render.HistoryText(out, h) },
		".json": func(out io.Writer) error { return printJSON(out, h) },
	}).write(c.Output); err != nil {
		return err
	}
	if c.JSON {
		return printJSON(w.stdout, h)
	}
	return render.HistoryText(w.stdout, h)
}

// history reads the runs one by one. A link, such as latest, is a run that is
// there already.
func (c historyCommand) history(w world) (result.History, error) {
	var h result.History
	entries, err := os.ReadDir(c.Dir)
	if err != nil {
		return h, err
	}
	for _, e := range entries {
		path := filepath.Join(c.Dir, e.Name(), reportFile)
		if _, err := os.Stat(path); err != nil || !e.IsDir() {
			continue
		}
		r, err := readReport(path)
		if err != nil {
			_, _ = fmt.Fprintf(w.stderr, "hil: left out: %v\n", err)
			continue
		}
		h.Add(r, e.Name())
	}
	return h, nil
}

// schemaCommand prints the schema.
type schemaCommand struct{}

// Run prints it.
func (schemaCommand) Run(w world) error {
	_, err := io.WriteString(w.stdout, result.JSONSchema())
	return err
}

// reportFile is the report in a run's folder.
const reportFile = "report.json"

// cellFile is what the conformance program writes by itself: one cell.
const cellFile = "cell.json"

// readReport reads a report.json, or the one in a run's folder. A cell.json is
// read as a report of one cell and no plan, which the gate finds inconclusive.
func readReport(path string) (result.Report, error) {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		dir := path
		path = filepath.Join(dir, reportFile)
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			path = filepath.Join(dir, cellFile)
		}
	}
	var r result.Report
	if filepath.Base(path) == cellFile {
		var c result.Cell
		err := reading(path, func(in io.Reader) (err error) { c, err = result.ReadCell(in); return })
		return result.Report{Schema: result.Schema, Start: c.Start, End: c.End, Cells: []result.Cell{c}}, err
	}
	err := reading(path, func(in io.Reader) (err error) { r, err = result.Read(in); return })
	if errors.Is(err, fs.ErrNotExist) {
		err = fmt.Errorf("there is no report yet: %w; 'hil run' writes out/latest/%s", err, reportFile)
	}
	return r, err
}

// reading opens a file for read, and names it in what goes wrong.
func reading(path string, read func(io.Reader) error) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	if err := read(f); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

// runName is what a run is called in front of people: its folder.
func runName(path string) string {
	if filepath.Base(path) == reportFile {
		path = filepath.Dir(path)
	}
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real // latest is a name for another
	}
	return filepath.Base(path)
}

func unreadable(w world, err error) error {
	_, _ = fmt.Fprintln(w.stderr, "hil:", err)
	return exit(result.ExitUnverified)
}
