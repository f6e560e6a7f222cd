package iasecc_test

import (
	"strings"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/emu"
	"github.com/smartcard-connect/smartcard-connect/emu/emutest"
)

// Requirement: the faults that only an applet's inside can produce show on this
// card too, and a healthy one does not show them. Source: package fault. Turned
// red by: a quirk the applet does not read.
func TestFaults(t *testing.T) {
	signs := emutest.Join(inApp, emutest.Say("002241A406800102840181", "9000"), emutest.Say("0088000033"+digestInfo+hash+"00", "…9000"))
	signature := emutest.Join(loggedIn, emutest.Say("002241A406800102840181", "9000"))
	rows := map[string][]emutest.Step{
		"card.pin-blocked":             emutest.Say(status, "6983"),
		"card.last-try":                emutest.Say(status, "63C1"),
		"card.counter-not-decremented": emutest.Join(emutest.Say(mistake, "63C3"), emutest.Say(mistake, "63C3")),
		"card.sign-without-passcode":   signs,
		"card.verify-survives-reset":   emutest.Join(emutest.Say(verify, "9000"), emutest.Say(emutest.Reset, ""), emutest.Say(status, "9000")),
	}
	for id, steps := range rows {
		emutest.Run(t, emutest.New(t, emu.Options{Profile: "series9-iasecc", Faults: []string{id}}), steps...)
		healthy := emutest.New(t, emu.Options{Profile: "series9-iasecc"})
		for _, s := range steps[:len(steps)-1] {
			if s.Send == emutest.Reset {
				emutest.Run(t, healthy, s)
			} else {
				emutest.Send(t, healthy, s.Send)
			}
		}
		last := steps[len(steps)-1]
		got := emutest.Send(t, healthy, last.Send)
		if want := strings.TrimPrefix(last.Want, "…"); strings.HasSuffix(got, want) {
			t.Errorf("%s: a healthy card says %s too", id, got)
		}
	}
	right := emutest.New(t, emu.Options{Profile: "series9-iasecc"})
	wrong := emutest.New(t, emu.Options{Profile: "series9-iasecc", Faults: []string{"card.wrong-signature"}})
	emutest.Run(t, right, signature...)
	emutest.Run(t, wrong, signature...)
	command := "0088000033" + digestInfo + hash + "00"
	if a, b := emutest.Send(t, right, command), emutest.Send(t, wrong, command); a == b || len(a) != len(b) {
		t.Error("card.wrong-signature: the signature is the right one")
	}
}
