package witness

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/smartcard-connect/smartcard-connect/reports/attest"
	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

// attempt is the file of an attempt at a cell.
func attempt(dir, cell string, number int) string {
	return filepath.Join(dir, fmt.Sprintf("%s.%d%s", cell, number, Ending))
}

// next is the number of the attempt that follows those in a folder.
func next(dir, cell string) int {
	n := 1
	for ; ; n++ {
		if _, err := os.Stat(attempt(dir, cell, n)); err != nil {
			return n
		}
	}
}

// Standing is the verdict of the last attempt at a cell that is in the folder
// already, if it stands: after a MISS, or an ERROR without a failure, the cell may
// be tried again. An attempt of another run or plan, or signed by another key, is
// an error.
func (w *Witness) Standing(cell string) (v result.Verdict, ok bool, err error) {
	path := attempt(w.Into, cell, next(w.Into, cell)-1)
	raw, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return "", false, nil
	}
	a, err := w.own(raw, err)
	if err != nil {
		return "", false, fmt.Errorf("%s: %w", path, err)
	}
	again := a.Cell.Verdict == result.Miss || a.Cell.Verdict == result.Error && a.Cell.Count().Fail == 0
	return a.Cell.Verdict, !again, nil
}

// own reads an attempt of this host, run and plan.
func (w *Witness) own(raw []byte, err error) (a attest.Attempt, _ error) {
	if err != nil {
		return a, err
	}
	b, err := attest.Read(raw)
	if err != nil {
		return a, err
	}
	key, err := attest.NewKey(w.Host.Public())
	if err != nil {
		return a, err
	}
	s, err := b.Verify(key)
	if err != nil {
		return a, err
	}
	if a, err = attest.ReadAttempt(s); err == nil && (a.Run != w.Run || a.Plan.SHA256 != w.Plan.SHA256) {
		err = errors.New("it is of another run or of another plan: begin in another folder")
	}
	return a, err
}
