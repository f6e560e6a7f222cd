package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/smartcard-connect/smartcard-connect/hil/bench"
	"github.com/smartcard-connect/smartcard-connect/hil/cell"
	"github.com/smartcard-connect/smartcard-connect/hil/fault"
	"github.com/smartcard-connect/smartcard-connect/hil/record"
	"github.com/smartcard-connect/smartcard-connect/hil/rig"
	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

// taping are the flags of 'hil run' about recordings of cells.
type taping struct {
	Record   string `type:"path" xor:"tape" placeholder:"DIR" help:"Record what the card of each pcscd cell hears and says, a file a cell, and play it once to see which specs it can show."`
	Replay   string `type:"path" xor:"tape" placeholder:"DIR" help:"Run the cells that DIR has recordings of from those, with no card: a gate before the real one. Specs that a recording cannot show are skipped with the reason."`
	CardKeys string `type:"existingdir" placeholder:"DIR" help:"With --record and --replay: the keys of the test cards, *.pem, to sign what is new in each run."`
}

// file is where the recording of a cell is.
func (t taping) file(dir string, c cell.Cell) string {
	c.Kind = rig.PCSCD
	return filepath.Join(dir, c.ID()+".apdu")
}

// tape is what a cell does with its recording.
func (t taping) tape(c cell.Cell) bench.Tape {
	switch {
	case t.Replay != "":
		return bench.Tape{Play: t.file(t.Replay, c), Keys: t.CardKeys}
	case t.Record != "" && c.Kind == rig.PCSCD:
		return bench.Tape{Record: t.file(t.Record, c)}
	}
	return bench.Tape{}
}

// played puts recordings in the place of cards. Of the cells that were chosen
// those are left that there is a recording of; none is wrong use.
func (c runCommand) played(all, chosen []cell.Cell) (cells, some []cell.Cell, err error) {
	if c.Record != "" {
		return all, chosen, c.begin(chosen)
	}
	if c.Replay == "" {
		return all, chosen, nil
	}
	if _, ours := fault.Find(c.Fault); c.Fault != "" && !ours {
		return nil, nil, fmt.Errorf("%w: a recording plays what was recorded; of the faults only the bench's own can be switched on", errUsage)
	}
	if c.Sign != "" {
		return nil, nil, fmt.Errorf("%w: what a recording shows is not signed: it stands for no card", errUsage)
	}
	for _, x := range all {
		if _, err := os.Stat(c.file(c.Replay, x)); err != nil || x.Kind != rig.PCSCD {
			continue
		}
		cells = append(cells, x.Played())
		if slices.ContainsFunc(chosen, func(y cell.Cell) bool { return y.ID() == x.ID() }) {
			some = append(some, x.Played())
		}
	}
	if len(some) == 0 {
		return nil, nil, fmt.Errorf("%w: %s has no recording of a cell that was chosen; 'hil run --record %s' makes them", errUsage, c.Replay, c.Replay)
	}
	return cells, some, c.readable(some)
}

// begin makes the folder, and refuses to write over recordings.
func (t taping) begin(cells []cell.Cell) error {
	for _, x := range cells {
		if _, err := os.Lstat(t.file(t.Record, x)); err == nil && x.Kind == rig.PCSCD {
			return fmt.Errorf("%w: %s is there already, and recordings are not overwritten", errUsage, t.file(t.Record, x))
		}
	}
	return os.MkdirAll(t.Record, 0o755)
}

// readable refuses recordings that cannot be read, or are of another cell.
func (t taping) readable(cells []cell.Cell) error {
	for _, x := range cells {
		r, err := record.ReadFile(t.file(t.Replay, x))
		if err != nil {
			return fmt.Errorf("%w: %w", errUsage, err)
		}
		x.Kind = rig.PCSCD
		if r.Cell != x.ID() {
			return fmt.Errorf("%w: %s is of cell %q", errUsage, t.file(t.Replay, x), r.Cell)
		}
	}
	return nil
}

// prove plays what was recorded once, and writes into each recording which of
// its checks it cannot show, and why. Cells that were red when they were recorded
// keep their recording, of which the passed checks can be shown.
func (c runCommand) prove(w world, dir string, cells []cell.Cell) error {
	if c.Record == "" {
		return nil
	}
	var again []cell.Cell
	for _, x := range cells {
		if _, err := os.Stat(c.file(c.Record, x)); err == nil && x.Kind == rig.PCSCD {
			again = append(again, x.Played())
		}
	}
	player := taping{Replay: c.Record, CardKeys: c.CardKeys}
	next := c
	next.Retry = 0
	order, err := next.order(again, c.Out, c.AtOnce, c.Seed)
	if err != nil {
		return err
	}
	for i, r := range next.matrix(w, dir, order, player.tape, func(result.Cell) {}) {
		n, err := seal(c.file(c.Record, again[i]), r)
		if err != nil {
			return err
		}
		_, _ = fmt.Fprintf(w.stderr, "%s: %d specs can be played, %d passed and cannot\n", c.file(c.Record, again[i]), r.Count().Pass, n)
	}
	return nil
}

// seal notes in a recording what did not pass when it was played, and returns
// how many those are.
func seal(path string, played result.Cell) (int, error) {
	if len(played.Specs) == 0 {
		return 0, fmt.Errorf("%s could not be played: %s", path, played.Reason)
	}
	r, err := record.ReadFile(path)
	if err != nil {
		return 0, err
	}
	n := 0
	for _, s := range played.Specs {
		if s.Verdict == result.Pass || s.Verdict == result.Skip {
			continue
		}
		n++
		r.Events = append(r.Events, record.Event{Before: len(r.Exchanges), Kind: record.Cannot, Text: s.ID + " " + s.Reason})
	}
	return n, result.WriteFile(path, r.Write)
}

// end is the exit code: the gate's, or of a run from recordings 0 where nothing
// was red and something passed.
func (c runCommand) end(r result.Report, gate int) error {
	if c.Replay == "" {
		return exit(gate)
	}
	code := result.ExitPass
	for _, x := range r.Cells {
		switch {
		case x.Verdict == result.Fail:
			return exit(result.ExitFail)
		case x.Verdict != result.Pass || x.Count().Pass == 0:
			code = result.ExitInconclusive
		}
	}
	return exit(code)
}
