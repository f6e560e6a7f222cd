package cell_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/hil/cell"
	"github.com/smartcard-connect/smartcard-connect/hil/rig"
	"github.com/smartcard-connect/smartcard-connect/hil/rigs"
	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

func virtual(t *testing.T) []cell.Cell {
	t.Helper()
	b, err := rigs.Files.ReadFile(rigs.Default)
	if err != nil {
		t.Fatal(err)
	}
	r, err := rig.Parse(b)
	if err != nil {
		t.Fatal(err)
	}
	cells, err := cell.Of(r)
	if err != nil {
		t.Fatal(err)
	}
	return cells
}

// Source: issue 2 point 6, cells {series 8, 9} × {T=0, T=1} × {in process,
// pcscd}. Turned red by: leaving a cell out of rigs/virtual.yaml.
func TestVirtualBenchHasTheWholeMatrix(t *testing.T) {
	var ids []string
	for _, c := range virtual(t) {
		ids = append(ids, c.ID())
	}
	want := []string{
		"series8-T0-package", "series8-T1-package", "series9-T0-package", "series9-T1-package", "series10-T0-package", "series10-T1-package",
		"series8-T0-pcscd", "series8-T1-pcscd", "series9-T0-pcscd", "series9-T1-pcscd", "series10-T0-pcscd", "series10-T1-pcscd",
	}
	if !slices.Equal(ids, want) {
		t.Errorf("cells %v\nwant  %v", ids, want)
	}
}

const list = `[{"id":"card.selected","requires":["card"]},
 {"id":"card.piv","requires":["card","series-9"]},
 {"id":"card.chain","requires":["card","t0"],"lifecycle":"new"},
 {"id":"signin.program","requires":["program"]},
 {"id":"install.windows","requires":["windows"]}]`

// Source: shared design §6, "required specs and cells come from the plan".
// Turned red by: requiring what ran, or all there is.
func TestRequiredSpecsFollowFromClaims(t *testing.T) {
	specs, err := cell.ParseSpecs([]byte(list))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string][]string{
		"series8-T0-package": {"card.selected", "card.chain"},
		"series8-T1-package": {"card.selected"},
		"series9-T1-package": {"card.selected", "card.piv"},
		"series9-T0-pcscd":   {"card.selected", "card.piv", "card.chain", "signin.program"},
	}
	for _, p := range cell.Plan(virtual(t), specs).Cells {
		if w, ok := want[p.ID]; ok && !slices.Equal(p.Required, w) {
			t.Errorf("%s requires %v, want %v", p.ID, p.Required, w)
		}
	}
}

// Turned red by: accepting a plan of nothing.
func TestListOfSpecsMustHoldSpecs(t *testing.T) {
	for _, bad := range []string{"", "[]", "{}", `[{"title":"x"}]`} {
		if _, err := cell.ParseSpecs([]byte(bad)); err == nil {
			t.Errorf("%q was accepted", bad)
		}
	}
}

// Turned red by: an empty selection that would run, and pass, nothing.
func TestSelect(t *testing.T) {
	cells := virtual(t)
	for pattern, n := range map[string]int{"": 12, "*-pcscd": 6, "series9-T1-pcscd": 1, "series8-*,series9-T1-*": 6, "none": 0, "[": 0} {
		got, err := cell.Select(cells, pattern)
		if len(got) != n || (err == nil) != (n > 0) {
			t.Errorf("%q selects %d cells, error %v, want %d", pattern, len(got), err, n)
		}
	}
}

// Requirement: extended lengths are claimed where card, protocol and reader have
// them, and the card is the one that takes them. Source: CCID 1.1 §5.1, dwFeatures;
// ISO/IEC 7816-3 §12.2. Turned red by: claiming them of a reader for short APDUs,
// of an unknown one or on T=0.
func TestExtendedIsOfCardAndReader(t *testing.T) {
	for _, x := range []struct {
		kind     string
		level    rig.Level
		protocol iso7816.Protocol
		extended bool
		want     bool
	}{
		{rig.Package, "", iso7816.T1, true, true},
		{rig.Package, "", iso7816.T1, false, false},
		{rig.PCSCD, rig.Extended, iso7816.T1, true, true},
		{rig.Remote, rig.TPDU, iso7816.T1, true, true},
		{rig.PCSCD, rig.Extended, iso7816.T0, true, false},
		{rig.Remote, rig.Short, iso7816.T1, true, false},
		{rig.Remote, rig.Character, iso7816.T1, true, false},
		{rig.Remote, "", iso7816.T1, true, false},
	} {
		r := rig.Rig{
			Readers: []rig.Reader{{ID: "r", Level: x.level}},
			Cards:   []rig.Card{{ID: "c", Series: "9", Protocol: x.protocol, Extended: x.extended, Personality: "p"}},
			Cells:   []rig.Cells{{Kind: x.kind, Reader: "r", Cards: []string{"c"}}},
		}
		cells, err := cell.Of(r)
		if err != nil {
			t.Fatal(err)
		}
		f := cells[0].Target(1)
		if slices.Contains(f.Features, "extended") != x.want || f.Personality != "p" {
			t.Errorf("%+v: %+v", x, f)
		}
	}
	for _, c := range virtual(t) {
		if is := slices.Contains(c.Features, "extended"); is != (c.Card.ID == "series9-T1") {
			t.Errorf("%s claims extended lengths: %v", c.ID(), is)
		}
	}
}

// Source: hil README, "timing of a card" and "personality". Turned red by: losing
// one between rig and target, or a report that does not say which card it was.
func TestCardReachesTheTarget(t *testing.T) {
	r := rig.Rig{
		Cards: []rig.Card{{ID: "c", Series: "9", Profile: "series9", Personality: "v81-extended", Protocol: iso7816.T1, Timing: "cosmo-v8"}},
		Cells: []rig.Cells{{Kind: rig.Package, Cards: []string{"c"}}},
	}
	cells, err := cell.Of(r)
	if err != nil || cells[0].Target(1).Timing != "cosmo-v8" || cells[0].Target(1).Personality != "v81-extended" {
		t.Fatalf("%+v, %v", cells, err)
	}
	who := cells[0].Settle(result.Cell{ID: cells[0].ID()}, nil).Identity
	if who.Profile != "series9" || who.Personality != "v81-extended" || who.Card != "c" {
		t.Errorf("%+v", who)
	}
}

// Turned red by: an excluded cell that does not exist passing unnoticed.
func TestExcludedCellMustExist(t *testing.T) {
	card := rig.Card{ID: "c", Series: "9", Protocol: iso7816.T1}
	r := rig.Rig{Cards: []rig.Card{card}, Cells: []rig.Cells{{Kind: rig.Package, Cards: []string{"c"}}}}
	r.Excluded = []rig.Excluded{{Cell: "series9-T1-package", Reason: "broken plug"}}
	cells, err := cell.Of(r)
	if err != nil || cells[0].Excluded != "broken plug" {
		t.Fatalf("%+v, %v", cells, err)
	}
	r.Excluded[0].Cell = "series7-T1-package"
	if _, err := cell.Of(r); !errors.Is(err, rig.ErrInvalid) {
		t.Errorf("error %v", err)
	}
}

// Source: shared design §6, "only a broken bench makes it MISS". Turned red
// by: MISS for a red cell on a sound bench, FAIL on a broken one, or anything
// but PASS for a green cell whatever the bench did later.
func TestSettle(t *testing.T) {
	c := virtual(t)[7]
	gone := errors.New("pcscd is gone")
	for _, tt := range []struct {
		name       string
		spec, cell result.Verdict
		broken     error
		want       result.Verdict
	}{
		{"green", result.Pass, result.Pass, nil, result.Pass},
		{"green, bench broke afterwards", result.Pass, result.Pass, gone, result.Pass},
		{"red", result.Fail, result.Fail, nil, result.Fail},
		{"red spec in a green cell", result.Fail, result.Pass, gone, result.Miss},
		{"red on a broken bench", result.Fail, result.Fail, gone, result.Miss},
		{"test broke", result.Error, result.Error, nil, result.Error},
		{"test broke on a broken bench", result.Error, result.Error, gone, result.Miss},
	} {
		t.Run(tt.name, func(t *testing.T) {
			found := result.Cell{ID: c.ID(), Verdict: tt.cell, Specs: []result.Spec{{ID: "card.selected", Verdict: tt.spec}}}
			got := c.Settle(found, tt.broken)
			if got.Verdict != tt.want || (tt.want == result.Miss && got.Specs[0].Verdict != result.Miss) {
				t.Errorf("cell %s, spec %s, want %s", got.Verdict, got.Specs[0].Verdict, tt.want)
			}
		})
	}
	if got := c.Settle(result.Cell{ID: "another", Verdict: result.Pass}, nil); got.Verdict != result.Error {
		t.Errorf("an answer for another cell is %s", got.Verdict)
	}
}
