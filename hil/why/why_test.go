package why_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/smartcard-connect/smartcard-connect/hil/farm"
	"github.com/smartcard-connect/smartcard-connect/hil/why"
	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

var update = flag.Bool("update", false, "rewrite the golden file")

var (
	now    = time.Date(2026, 11, 27, 9, 0, 0, 0, time.UTC)
	reader = farm.Device{Host: "desk", Kind: farm.Reader, ID: "1-1.3"}
	card   = farm.Device{Host: "floor", Kind: farm.Card, ID: "A1B2"}
	mine   = farm.Token{Incarnation: "i", Fence: 7}
	work   = farm.Work{Run: "night", Cell: "series9-T1", Attempt: 2, Host: "desk", Devices: []farm.Device{reader, card}}
)

// held is a record under a token, granted so long ago, for a minute.
func held(d farm.Device, t farm.Token, ago time.Duration, h farm.Holder) farm.Record {
	return farm.Record{Device: d, State: farm.Held, Token: t, Holder: &h, TTL: time.Minute, Granted: now.Add(-ago)}
}

func ended(verdict, reason string, specs ...result.Spec) farm.Progress {
	c := result.Cell{ID: work.Cell, Specs: specs, Reproduce: "bin/hil run --cells series9-T1-pcscd"}
	raw, _ := json.Marshal(c)
	return farm.Progress{Work: work, Phase: farm.Done, Token: mine, Outcome: &farm.Outcome{Verdict: verdict, Reason: reason, Result: raw, Start: now.Add(-time.Minute), End: now.Add(-30 * time.Second)}}
}

func reds(n int) (all []result.Spec) {
	for i := range n {
		all = append(all, result.Spec{ID: fmt.Sprintf("card.spec-%d", i), Verdict: result.Fail, Reason: "the card said 6A82"})
	}
	return append(all, result.Spec{ID: "card.good", Verdict: result.Pass}, result.Spec{ID: "card.left-out", Verdict: result.Skip})
}

var cases = []struct {
	name string
	why.Facts
}{
	{"its turn has not come", why.Facts{Cell: farm.Progress{Work: work, Phase: farm.Waiting}, Devices: []farm.Record{{Device: reader, State: farm.Free}}}},
	{"another cell has the reader, a person the card", why.Facts{Cell: farm.Progress{Work: work, Phase: farm.Waiting}, Devices: []farm.Record{
		held(reader, mine, 20*time.Second, farm.Holder{Run: "night", Cell: "series8-T0", Attempt: 1, Host: "desk"}), held(card, mine, 0, farm.Holder{Person: "ada"}),
		{Device: farm.Device{Host: "desk", Kind: farm.Reader, ID: "other"}, State: farm.Quarantined}}}},
	{"a holder that died", why.Facts{Cell: farm.Progress{Work: work, Phase: farm.Waiting}, Devices: []farm.Record{held(reader, mine, 90*time.Second, farm.Holder{Run: "r", Cell: "c", Attempt: 1, Host: "desk"})}}},
	{"drained and in quarantine, after a miss", why.Facts{Cell: farm.Progress{Work: work, Phase: farm.Waiting}, Tried: []why.Attempt{{Number: 1, Verdict: "MISS", Reason: "the reader vanished", Host: "desk"}},
		Devices: []farm.Record{{Device: reader, State: farm.Draining, Reason: "moving the desk"}, {Device: card, State: farm.Quarantined, Reason: "found bad twice."}}}},
	{"a person is asked and the host is silent", why.Facts{Cell: farm.Progress{Work: work, Phase: farm.Waiting}, Asked: []string{"Put card A1B2 into reader 1-1.3."}, Silent: true}},
	{"it runs", why.Facts{Cell: farm.Progress{Work: work, Phase: farm.Running, Token: mine}, Devices: []farm.Record{held(reader, mine, 0, farm.Holder{}), held(card, mine, 0, farm.Holder{})}}},
	{"it runs and has lost its reader", why.Facts{Cell: farm.Progress{Work: work, Phase: farm.Running, Token: mine}, Devices: []farm.Record{held(reader, farm.Token{Incarnation: "i", Fence: 9}, 0, farm.Holder{}), held(card, mine, 2*time.Minute, farm.Holder{Run: "night", Cell: "series9-T1", Attempt: 2, Host: "desk"})}}},
	{"it passed", why.Facts{Cell: ended("PASS", "", reds(0)...), Tried: []why.Attempt{{Number: 1, Verdict: "MISS", Reason: "conformance ended with exit code 3: cannot reach pcscd", Host: "barn"}}}},
	{"it failed", why.Facts{Cell: ended("FAIL", "", reds(2)...)}},
	{"it failed in many specs", why.Facts{Cell: ended("FAIL", "", reds(13)...)}},
	{"it was missed and its reader is in quarantine since", why.Facts{Cell: ended("MISS", "signal: killed"), Devices: []farm.Record{{Device: reader, State: farm.Quarantined, Reason: "3 of 5 missed"}}}},
	{"nobody wrote how it ended", why.Facts{Cell: farm.Progress{Work: work, Phase: farm.Done}}},
}

// Requirement: whoever asks why a cell waits, failed or was missed reads who
// holds what for how long, quarantine with its reason, earlier attempts, exit
// codes and what to do. Source: issue point 6, 'hil why CELL'. Turned red by: a
// state that is left out; `-update` writes the golden file.
func TestExplain(t *testing.T) {
	var out strings.Builder
	for _, c := range cases {
		c.Now = now
		a := why.Explain(c.Facts)
		fmt.Fprintf(&out, "%s (exit %d)\n", c.name, a.Exit())
		for _, b := range a.Because {
			fmt.Fprintln(&out, "  "+b)
		}
		for _, b := range a.Try {
			fmt.Fprintln(&out, "  > "+b)
		}
	}
	const golden = "testdata/why.golden"
	if *update {
		if err := os.WriteFile(golden, []byte(out.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil || string(want) != out.String() {
		t.Errorf("%v; got\n%s", err, out.String())
	}
}

// Requirement: the same for a cell of a run on this machine, from its report; one
// that is not there is said to be unknown. Turned red by: an answer about nothing.
func TestReport(t *testing.T) {
	r := result.Report{Cells: []result.Cell{{ID: "a", Verdict: result.Miss, Reason: "pcscd is not installed"}}}
	if a, ok := why.Report(r, "a"); !ok || a.Exit() != result.ExitInconclusive || !strings.Contains(a.Because[0], "pcscd is not installed") {
		t.Errorf("%+v, %v", a, ok)
	}
	if _, ok := why.Report(r, "b"); ok {
		t.Error("answers for a cell that is not there")
	}
}

// Requirement: a result that is no JSON is said to be unreadable. Turned red by:
// a panic, or silence.
func TestUnreadableResult(t *testing.T) {
	p := ended("FAIL", "")
	p.Outcome.Result = json.RawMessage(`{"specs":3}`)
	if a := why.Explain(why.Facts{Cell: p, Now: now}); !strings.Contains(strings.Join(a.Because, "\n"), "cannot be read") {
		t.Errorf("%q", a.Because)
	}
}
