package result_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

func sample() result.Report {
	at := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	return result.Report{
		Schema: 1, Seed: 7, Start: at, End: at.Add(time.Minute),
		Plan: result.Plan{Cells: []result.PlannedCell{
			{ID: "a", Kind: "pcscd", Required: []string{"card.one", "card.two"}},
			{ID: "b", Kind: "package", Required: []string{"card.one"}},
			{ID: "c", Kind: "pcscd", Required: []string{"card.one"}, Excluded: "no such card yet"},
		}},
		Cells: []result.Cell{{ID: "a", Kind: "pcscd", Verdict: result.Pass, Specs: []result.Spec{
			{ID: "card.one", Verdict: result.Pass, Proof: "card.garbage"},
			{ID: "card.three", Verdict: "BETTER", Trace: []result.Exchange{{Command: "00A4", Response: "9000"}}},
		}}},
	}
}

// Requirement: what is written is read back the same.
// Turned red by: a field without a name of its own.
func TestRoundTrip(t *testing.T) {
	var b bytes.Buffer
	if err := result.Write(&b, sample()); err != nil {
		t.Fatal(err)
	}
	got, err := result.Read(&b)
	if err != nil || !reflect.DeepEqual(got, sample()) {
		t.Errorf("got %+v, %v", got, err)
	}
}

// Requirement: lists are lists in JSON, and the caller's value is not changed.
// Turned red by: writing nil slices as they are.
func TestWriteHasNoNull(t *testing.T) {
	r := result.Report{Plan: result.Plan{Cells: []result.PlannedCell{{ID: "a"}}}, Cells: []result.Cell{{ID: "a"}}}
	var b bytes.Buffer
	if err := result.Write(&b, r); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(b.String(), "null") || !strings.Contains(b.String(), `"schema": 1`) {
		t.Errorf("wrote %s", b.String())
	}
	if r.Cells[0].Specs != nil || r.Plan.Cells[0].Required != nil {
		t.Error("the caller's report was changed")
	}
}

// Requirement: bad input is a clear error. Turned red by: a lenient decoder.
func TestReadRefuses(t *testing.T) {
	for _, c := range []struct{ name, in, says string }{
		{"unknown field", `{"schema":1,"waiver":"all"}`, "unknown field"},
		{"unknown field deep down", `{"schema":1,"cells":[{"id":"a","specs":[{"id":"x","veredict":"PASS"}]}]}`, "unknown field"},
		{"schema absent", `{}`, "schema number is not ours: 0"},
		{"schema of the future", `{"schema":2}`, "schema number is not ours: 2"},
		{"a name twice", `{"schema":1,"cells":[{"id":"a","verdict":"FAIL","verdict":"PASS"}]}`, "twice"},
		{"a name twice in two spellings", `{"schema":1,"seed":1,"Seed":2}`, "twice"},
		{"a second value", `{"schema":1}{"schema":1}`, "follows"},
		{"cell without ID", `{"schema":1,"cells":[{"verdict":"PASS"}]}`, "id is missing"},
		{"spec without ID", `{"schema":1,"cells":[{"id":"a","specs":[{"verdict":"PASS"}]}]}`, "id is missing"},
		{"cut off", `{"schema":1,"cells":[`, "unexpected EOF"},
		{"empty", ``, "EOF"},
		{"not an object", `[]`, "cannot unmarshal"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := result.Read(strings.NewReader(c.in)); err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("error is %v, want one saying %q", err, c.says)
			}
		})
	}
}

// Requirement: cell.json is read as strictly. Turned red by: a second reader.
func TestReadCell(t *testing.T) {
	var b bytes.Buffer
	want := sample().Cells[0]
	if err := result.WriteCell(&b, want); err != nil {
		t.Fatal(err)
	}
	if got, err := result.ReadCell(&b); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v", got, err)
	}
	if _, err := result.ReadCell(strings.NewReader(`{"id":"a","ok":true}`)); err == nil {
		t.Error("an unknown field was taken")
	}
}

// Requirement: an absent and an unknown verdict count as MISS, and so does a
// required spec without a result. Turned red by: counting them as PASS or not.
func TestCount(t *testing.T) {
	want := result.Counts{Cells: 1, Pass: 1, Miss: 3, Unproven: 1}
	if got := sample().Count(); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if result.Verdict("").Counted() != result.Miss || result.Verdict("pass").Counted() != result.Miss {
		t.Error("a verdict that is none counts as something else than MISS")
	}
}

// Requirement: a cell is as bad as its worst spec, and nothing is a MISS.
// Turned red by: Judge starting from PASS.
func TestJudge(t *testing.T) {
	for _, c := range []struct {
		in   string
		want result.Verdict
	}{
		{"", result.Miss}, {"PASS", result.Pass}, {"SKIP", result.Skip}, {"PASS SKIP", result.Pass},
		{"PASS ODD", result.Miss}, {"MISS ERROR", result.Error}, {"ERROR FAIL MISS", result.Fail},
	} {
		var specs []result.Spec
		for _, v := range strings.Fields(c.in) {
			specs = append(specs, result.Spec{Verdict: result.Verdict(v)})
		}
		if got := result.Judge(specs); got != c.want {
			t.Errorf("%q is %s, want %s", c.in, got, c.want)
		}
	}
}

// Requirement: exit codes are 0 for PASS, 1 for FAIL, 2 for all else.
// Turned red by: giving an unknown verdict 0.
func TestExit(t *testing.T) {
	for v, want := range map[result.Verdict]int{"PASS": 0, "FAIL": 1, "MISS": 2, "ERROR": 2, "SKIP": 2, "": 2, "pass": 2} {
		if got := v.Exit(); got != want {
			t.Errorf("%q exits %d, want %d", v, got, want)
		}
	}
}

// Requirement: cells and specs are found by ID.
// Turned red by: comparing titles.
func TestFind(t *testing.T) {
	c, ok := sample().Cell("a")
	if _, none := sample().Cell("b"); !ok || none {
		t.Error("the wrong cell is there")
	}
	s, ok := c.Spec("card.three")
	if _, none := c.Spec("card.two"); !ok || none || s.Verdict != "BETTER" {
		t.Error("the wrong spec is there")
	}
}

// Requirement: a file is whole or not there. Turned red by: writing in place.
func TestWriteFileIsWhole(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out", "report.json")
	broken := errors.New("broken")
	err := result.WriteFile(path, func(w io.Writer) error {
		_, _ = io.WriteString(w, "half")
		return broken
	})
	left, _ := os.ReadDir(filepath.Dir(path))
	if !errors.Is(err, broken) || len(left) != 0 {
		t.Errorf("error %v, left behind %v", err, left)
	}
	if err := result.WriteFile(path, func(w io.Writer) error { return result.Write(w, sample()) }); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o644 {
		t.Errorf("%v, %v", info, err)
	}
}
