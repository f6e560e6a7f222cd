// Package witness signs what a run found, on the host where it was found: an
// attestation for each cell, and the index that lists them.
package witness

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/smartcard-connect/smartcard-connect/hil/bench"
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

// Judged are the programs of a bench that a cell judges, in this order.
func Judged() []string { return []string{bench.Agent, bench.PortService} }

// Witness signs one run.
type Witness struct {
	Host    attest.Signer // signs what ran here
	Planner attest.Signer // signs the index; nil leaves that to MakeIndex
	Name    string        // of the host, as it was enrolled
	Run     string        // the run's ID; Begin makes one up where there is none
	Plan    attest.Artifact
	Bin     string // where the programs are

	programs []attest.Artifact
	suite    attest.Artifact
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
	w.programs, w.suite, err = w.look()
	return err
}

// look takes the digests. A program that is not there was not judged.
func (w *Witness) look() (programs []attest.Artifact, suite attest.Artifact, err error) {
	for _, name := range Judged() {
		a, err := attest.File(filepath.Join(w.Bin, name))
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, suite, err
		}
		programs = append(programs, a)
	}
	suite, err = attest.File(filepath.Join(w.Bin, bench.Conformance))
	return programs, suite, err
}

// End signs what was found: dir is the run's folder, where each cell has left its
// own. Cells that were left out on purpose are not attested.
func (w *Witness) End(dir string, r result.Report) error {
	programs, suite, err := w.look()
	if err != nil {
		return err
	}
	if !slices.Equal(programs, w.programs) || suite != w.suite {
		return fmt.Errorf("%w: nothing was signed", ErrChanged)
	}
	i := attest.Index{Run: w.Run, Plan: w.Plan.SHA256, Start: r.Start.UTC(), End: r.End.UTC()}
	for _, c := range r.Cells {
		if c.Verdict == result.Skip {
			continue
		}
		e, err := w.cell(dir, c, r.Build)
		if err != nil {
			return fmt.Errorf("cell %s: %w", c.ID, err)
		}
		i.Attempts = append(i.Attempts, e)
	}
	if w.Planner == nil {
		return nil
	}
	return writeIndex(filepath.Join(dir, Folder), w.Planner, i, append(slices.Clone(w.programs), w.suite))
}

func (w *Witness) cell(dir string, c result.Cell, b result.Build) (attest.Entry, error) {
	subjects := w.programs
	if c.Kind == result.KindPackage || len(subjects) == 0 {
		subjects = []attest.Artifact{w.suite}
	}
	files, err := left(filepath.Join(dir, c.ID))
	if err != nil {
		return attest.Entry{}, err
	}
	return w.Attest(filepath.Join(dir, Folder), attest.Attempt{Subjects: subjects, Suite: w.suite, Build: b, Cell: c, Files: files})
}

// Attest signs one attempt at a cell, wherever it ran on this host, into a
// folder. Run, plan, host and its class are the witness's; the attempt is the
// first, for nobody here tries twice.
func (w *Witness) Attest(dir string, a attest.Attempt) (attest.Entry, error) {
	if id := a.Cell.ID; id == "" || id == ".." || id != filepath.Base(id) {
		return attest.Entry{}, fmt.Errorf("cell %q: its ID is no name for a file", id)
	}
	a.Run, a.Plan, a.Number, a.Host, a.Class = w.Run, w.Plan, 1, w.Name, w.Host.Class()
	s, err := a.Statement()
	if err != nil {
		return attest.Entry{}, err
	}
	signed, err := write(filepath.Join(dir, fmt.Sprintf("%s.%d%s", a.Cell.ID, a.Number, Ending)), w.Host, s)
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
