package iasecc_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu"
	"github.com/smartcard-connect/smartcard-connect/emu/emutest"
)

// Requirement: all that OpenSC 0.23 was recorded to send is answered as then,
// over whole sessions: list, verify, sign, change, unblock. Source: the recorded
// conversations. Turned red by: any other answer, order or length.
func TestRecorded(t *testing.T) {
	for _, p := range []iso7816.Protocol{iso7816.T0, iso7816.T1} {
		t.Run(p.String(), func(t *testing.T) {
			c := emutest.New(t, emu.Options{Profile: "series9-iasecc", Protocol: p})
			steps := recorded(t, p)
			emutest.Run(t, c, steps...)
			if len(steps) < 200 {
				t.Errorf("only %d exchanges", len(steps))
			}
		})
	}
}

func recorded(t *testing.T, p iso7816.Protocol) (steps []emutest.Step) {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("testdata/opensc-t%s.txt", p.String()[2:]))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		send, want, ok := strings.Cut(strings.TrimSpace(line), " ")
		if ok && send != "#" {
			steps = append(steps, emutest.Step{Send: send, Want: want})
		}
	}
	return steps
}
