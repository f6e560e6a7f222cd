// Package witness signs what a run found, on the host where it was found: an
// attestation for each cell, and the index that lists them.
package witness

import (
	"cmp"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"github.com/smartcard-connect/smartcard-connect/hil/bench"
	"github.com/smartcard-connect/smartcard-connect/hil/cell"
	"github.com/smartcard-connect/smartcard-connect/reports/attest"
	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

// Folder is where attestations go within a run's folder, and Ending how their
// names end.
const (
	Folder = "attestations"
	Ending = ".sigstore.json"
)

// ErrChanged is wrapped when what was judged is no longer what is there: then
// nothing is signed.
var ErrChanged = errors.New("a program changed while it was judged")

// Judged are the files of the programs that a cell judges, in this order.
func Judged(c cell.Cell) []string {
	return []string{bench.Judging(c, bench.Agent), bench.Judging(c, bench.PortService)}
}

// Witness signs one run. Its methods may be called by several goroutines.
type Witness struct {
	Host    attest.Signer // signs what ran here
	Planner attest.Signer // signs the index; nil leaves that to MakeIndex
	Name    string        // of the host, as it was enrolled
	Run     string        // the run's ID; Begin makes one up where there is none
	Plan    attest.Artifact
	Bin     string      // where the programs are
	Places  []cell.Cell // that are about to run; one that is not here judges the programs for this system
	Into    string      // folder for attestations; empty is Folder in the run's own

	mu      sync.Mutex
	files   map[string]attest.Artifact // by name: those that judge or are judged
	entries map[string]attest.Entry    // by cell: what Add has signed
}

// Begin takes the digests of the programs that are about to be judged.
func (w *Witness) Begin(random io.Reader) error {
	if w.Run == "" {
		id := make([]byte, 16)
		if _, err := io.ReadFull(random, id); err != nil {
			return err
		}
		w.Run = hex.EncodeToString(id)
	}
	var err error
	w.files, err = w.look()
	return err
}

// look takes the digests of all that judges or is judged. A program that is not
// there was not judged; who judges must be there.
func (w *Witness) look() (map[string]attest.Artifact, error) {
	files := map[string]attest.Artifact{}
	for _, c := range append([]cell.Cell{{}}, w.Places...) {
		suite := bench.Judging(c, bench.Conformance)
		for _, name := range append(Judged(c), suite) {
			a, err := attest.File(filepath.Join(w.Bin, name))
			if errors.Is(err, os.ErrNotExist) && name != suite {
				continue
			}
			if err != nil {
				return nil, err
			}
			files[name] = a
		}
	}
	return files, nil
}

// unchanged is ErrChanged where what is there is not what Begin saw.
func (w *Witness) unchanged() error {
	now, err := w.look()
	if err == nil && !maps.Equal(now, w.files) {
		err = fmt.Errorf("%w: nothing was signed", ErrChanged)
	}
	return err
}

// Add signs what was found in one cell, as soon as it has ended: dir is the run's
// folder, where the cell has left its own. A cell that was left out on purpose is
// not attested.
func (w *Witness) Add(dir string, c result.Cell, b result.Build) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if _, done := w.entries[c.ID]; done || c.Verdict == result.Skip {
		return nil
	}
	if err := w.unchanged(); err != nil {
		return err
	}
	e, err := w.cell(dir, c, b)
	if err != nil {
		return fmt.Errorf("cell %s: %w", c.ID, err)
	}
	if w.entries == nil {
		w.entries = map[string]attest.Entry{}
	}
	w.entries[c.ID] = e
	return nil
}

// End signs what Add has not, and the index of all.
func (w *Witness) End(dir string, r result.Report) error {
	if err := w.unchanged(); err != nil {
		return err
	}
	i := attest.Index{Run: w.Run, Plan: w.Plan.SHA256, Start: r.Start.UTC(), End: r.End.UTC()}
	for _, c := range r.Cells {
		if err := w.Add(dir, c, r.Build); err != nil {
			return err
		}
		if e, ok := w.entries[c.ID]; ok {
			i.Attempts = append(i.Attempts, e)
		}
	}
	if w.Planner == nil {
		return nil
	}
	return writeIndex(w.folder(dir), w.Planner, i, slices.Collect(maps.Values(w.files)))
}

func (w *Witness) folder(dir string) string { return cmp.Or(w.Into, filepath.Join(dir, Folder)) }

func (w *Witness) cell(dir string, c result.Cell, b result.Build) (attest.Entry, error) {
	place := cell.Cell{}
	if at := slices.IndexFunc(w.Places, func(p cell.Cell) bool { return p.ID() == c.ID }); at >= 0 {
		place = w.Places[at]
	}
	suite := w.files[bench.Judging(place, bench.Conformance)]
	var subjects []attest.Artifact
	for _, name := range Judged(place) {
		if a, ok := w.files[name]; ok && c.Kind != result.KindPackage {
			subjects = append(subjects, a)
		}
	}
	if len(subjects) == 0 {
		subjects = []attest.Artifact{suite}
	}
	files, err := left(filepath.Join(dir, c.ID))
	if err != nil {
		return attest.Entry{}, err
	}
	return w.Attest(w.folder(dir), attest.Attempt{Subjects: subjects, Suite: suite, Build: b, Cell: c, Files: files})
}

// Attest signs one attempt at a cell, wherever it ran on this host, into a
// folder. Run, plan, host and its class are the witness's; the attempt is the
// first, or the one after the last that is in the folder.
func (w *Witness) Attest(dir string, a attest.Attempt) (attest.Entry, error) {
	if id := a.Cell.ID; id == "" || id == ".." || id != filepath.Base(id) {
		return attest.Entry{}, fmt.Errorf("cell %q: its ID is no name for a file", id)
	}
	a.Run, a.Plan, a.Number, a.Host, a.Class = w.Run, w.Plan, next(dir, a.Cell.ID), w.Name, w.Host.Class()
	s, err := a.Statement()
	if err != nil {
		return attest.Entry{}, err
	}
	signed, err := write(attempt(dir, a.Cell.ID, a.Number), w.Host, s)
	if err != nil {
		return attest.Entry{}, err
	}
	return attest.Entry{Cell: a.Cell.ID, Number: a.Number, Host: w.Name, Statement: signed.Digest()}, nil
}

// left are the files that tell what happened.
func left(dir string) ([]attest.Artifact, error) {
	var files []attest.Artifact
	for _, name := range []string{"cell.json", "target.json", "card.apdu"} {
		a, err := attest.File(filepath.Join(dir, name))
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		files = append(files, a)
	}
	return files, nil
}

func write(path string, by attest.Signer, s attest.Statement) (*attest.Bundle, error) {
	b, err := attest.Sign(by, s)
	if err != nil {
		return nil, err
	}
	return b, result.WriteFile(path, func(w io.Writer) error {
		_, err := w.Write(b.JSON())
		return err
	})
}
