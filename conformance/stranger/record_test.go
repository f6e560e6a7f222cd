package stranger_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/agent/testpki"
	"github.com/smartcard-connect/smartcard-connect/emu"
	"github.com/smartcard-connect/smartcard-connect/hil/record"
	"github.com/smartcard-connect/smartcard-connect/hil/record/fidelity"
)

// Requirement: what the built program records of a card behind real pcscd is
// what the same card says in process, command for command and piece for piece,
// on both protocols, but for what is another on every card. Source: design §2, hil/record. Turned red by: a reader that
// changes commands or answers on the way, or a recorder that does.
func TestRecordingThroughPCSC(t *testing.T) {
	need(t, "pcscd", "unshare")
	scripts := map[string]string{"series8-T0": "authentic", "series8-T1": "authentic", "series9-T0": "piv", "series9-T1": "piv"}
	for name, script := range scripts {
		c, path := called(t, name), filepath.Join(t.TempDir(), "card.apdu")
		out, err := c.exec(t, time.Minute, nil,
			filepath.Join(bin, "hil"), "record", "--reader", cardemu{}.Reader(), "--builtin", script, "-o", path)
		if err != nil {
			t.Fatalf("%s: %v\n%s", name, err, out)
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		through, err := record.Read(bytes.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		same(t, c, inProcess(t, c, script, nil), through)
		someone := testpki.Issue(testpki.Holders()[2], time.Now())
		same(t, c, inProcess(t, c, script, &someone), through) // another person's card
	}
}

// Requirement: --timing reaches the card behind pcscd: no answer comes sooner
// than the model's quickest, a refusal of 5 ms, and the card says the same. A
// lower bound only: the machine may be slow. Turned red by: losing the flag
// between hil and the card.
func TestSlowCardThroughPCSC(t *testing.T) {
	need(t, "pcscd", "unshare")
	c, path := called(t, "series9-T1"), filepath.Join(t.TempDir(), "card.apdu")
	out, err := c.exec(t, time.Minute, []string{"--timing", "cosmo-v8"},
		filepath.Join(bin, "hil"), "record", "--reader", cardemu{}.Reader(), "--builtin", "piv", "-o", path)
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	slow, err := record.Read(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range slow.Exchanges {
		if !e.Reset && e.Took < 4*time.Millisecond {
			t.Errorf("%s after %v", e.Command, e.Took)
		}
	}
	same(t, c, inProcess(t, c, "piv", nil), slow)
}

func same(t *testing.T, c face, a, b record.Recording) {
	t.Helper()
	r := fidelity.Compare(a, b)
	for _, row := range r.Rows {
		if row.Verdict != fidelity.Same {
			t.Errorf("%s: %+v", c.name(), row)
		}
	}
	if r.Total < 60 {
		t.Errorf("%s: only %d rows", c.name(), r.Total)
	}
}

// inProcess records the same card without a reader.
func inProcess(t *testing.T, c face, script string, id *testpki.Identity) record.Recording {
	t.Helper()
	p, err := iso7816.ParseProtocol(c.protocol)
	if err != nil {
		t.Fatal(err)
	}
	card, err := emu.New(emu.Options{Profile: c.profile, Protocol: p, Identity: id})
	if err != nil {
		t.Fatal(err)
	}
	s, err := record.Builtin(script)
	if err != nil {
		t.Fatal(err)
	}
	r, err := record.Recorder{Card: card, Now: time.Now}.Record(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	return r
}
