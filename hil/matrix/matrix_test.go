package matrix_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/hil/cell"
	"github.com/smartcard-connect/smartcard-connect/hil/matrix"
	"github.com/smartcard-connect/smartcard-connect/hil/rig"
	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

func place(kind string) cell.Cell {
	return cell.Cell{Kind: kind, Card: rig.Card{Series: "8", Protocol: iso7816.T0}}
}

// Source: issue 2, "hil run --fault with a bench fault exits 2". Turned red by:
// holding a bench's fault against a cell that has no bench.
func TestFaultsApplyWhereTheyCanBe(t *testing.T) {
	for id, want := range map[string][2]bool{ // package, pcscd
		"":                     {false, false},
		"card.wrong-signature": {true, true},
		"card.removed-at:n=3":  {true, true},
		"reader.vanished:n=3":  {false, true},
		"provider.wrong-nonce": {true, true},
		"reader.vanished":      {false, true},
		"reader.mute":          {false, true},
		"reader.context-dead":  {true, false},
		"door.any-host":        {true, false},
	} {
		got := [2]bool{matrix.Applies(id, place(rig.Package)), matrix.Applies(id, place(rig.PCSCD))}
		if got != want {
			t.Errorf("%q applies to package, pcscd: %v, want %v", id, got, want)
		}
	}
}

// Turned red by: running an excluded cell, or starting cells after Ctrl-C and
// calling them anything but missed.
func TestCellsThatDoNotRun(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	out := place(rig.PCSCD)
	out.Excluded = "its plug is broken"
	r := matrix.Runner{Dir: t.TempDir(), Now: time.Now, Env: func(string) []string { return nil }}
	got := r.Run(ctx, []cell.Cell{out, place(rig.Package)})
	if got[0].Verdict != result.Skip || got[0].Reason != out.Excluded {
		t.Errorf("excluded: %+v", got[0])
	}
	if got[1].Verdict != result.Miss || got[1].Reproduce == "" {
		t.Errorf("interrupted: %+v", got[1])
	}
}

// Requirement: where there is no Wine box, a windows cell is MISS with the reason.
// Source: shared design §6, "only PASS lets a release out". Turned red by: passing,
// or hanging, without the box.
func TestWindowsCellWithoutItsBox(t *testing.T) {
	c := place(rig.Windows)
	c.Arch = "386"
	r := matrix.Runner{Dir: t.TempDir(), Bin: t.TempDir() + "/bin", Now: time.Now, Inside: []string{"hil", "cell-init", "--job"}, Env: func(string) []string { return nil }}
	got := r.Run(t.Context(), []cell.Cell{c})[0]
	if got.Verdict != result.Miss || !strings.Contains(got.Reason, "no Wine box") || !strings.HasSuffix(got.ID, "-windows-386") {
		t.Errorf("%+v", got)
	}
}
