package stranger_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// sign is a login with passcode and a signature that openssl verifies.
func sign(name, passcode string) step {
	return step{
		name: name,
		run:  fmt.Sprintf("now=%s\n%s", passcode, with(`"$authentication"`, signAndVerify)),
		says: []string{"Verified OK"},
	}
}

// refused is a login with passcode that OpenSC reports by a PKCS #11 code.
func refused(name, passcode, code string) step {
	return step{name: name, run: "pkcs11-tool --login --pin " + passcode + " --list-objects --type privkey", fails: true, says: []string{"C_Login failed", code}}
}

// passcodeSteps take a card through everything that happens to its passcode.
func passcodeSteps(c face) []step {
	return slices.Concat([]step{
		{name: "change with pkcs15-tool", run: `pkcs15-tool --auth-id 01 --change-pin --pin "$pin" --new-pin 654321`},
		refused("the old one", "$pin", "CKR_PIN_INCORRECT"),
		sign("the new one", "654321"),
		{name: "change with pkcs11-tool", run: `pkcs11-tool --login --pin 654321 --change-pin --new-pin 12345678`, says: []string{"PIN successfully changed"}},
		{name: "too short", run: "pkcs15-tool --auth-id 01 --change-pin --pin 12345678 --new-pin 12", fails: true, says: []string{"Invalid PIN length"}},
		sign("eight digits", "12345678"),
		{name: "wrong once", run: verifyWrong, fails: true, says: []string{"PIN code or key incorrect"}},
		sign("right after one wrong", "12345678"),
	}, lock(c.tries), []step{
		refused("right on a locked card", "12345678", "CKR_PIN_LOCKED"),
		{name: "unblock, wrong PUK", run: "pkcs15-tool --auth-id 01 --unblock-pin --puk 00000000 --new-pin 445566", fails: true, says: []string{"PUK code incorrect"}},
		refused("still locked", "12345678", "CKR_PIN_LOCKED"),
		{name: "unblock", run: `pkcs15-tool --auth-id 01 --unblock-pin --puk "$puk" --new-pin 445566`},
		refused("the one from before", "12345678", "CKR_PIN_INCORRECT"),
		sign("the one after unblocking", "445566"),
	})
}

// lock spends all tries. Some cards and drivers call the passcode locked at the
// last one, others say it is wrong.
func lock(tries int) []step {
	var steps []step
	for left := tries - 1; left >= 0; left-- {
		s := step{name: fmt.Sprintf("wrong, %d left", left), run: verifyWrong, fails: true, says: []string{"PIN code or key incorrect"}}
		if left == 0 {
			s.says = []string{"Operation failed: "}
		}
		steps = append(steps, s)
	}
	return steps
}

const verifyWrong = "pkcs15-tool --auth-id 01 --verify-pin --pin 000000"

// Requirement: OpenSC changes the passcode, locks the card by wrong ones,
// is refused with the wrong PUK, unlocks it with the right one, and signs with
// the new passcode; each refusal is the PKCS #11 code that fits.
// Turned red by: card.counter-not-decremented, card.pin-blocked; see
// TestPasscodeNoticesFaults.
func TestPasscode(t *testing.T) {
	need(t, openscPrograms...)
	for _, c := range faces {
		t.Run(c.name(), func(t *testing.T) { beside(t, c, nil, passcodeSteps(c)...) })
	}
}

// Requirement: the check above is able to fail: where wrong passcodes spend no
// try the card is not locked, and a locked one lets nobody change anything.
func TestPasscodeNoticesFaults(t *testing.T) {
	need(t, openscPrograms...)
	for _, f := range []struct {
		id, step, says string
		face           face
	}{
		{"card.counter-not-decremented", "right on a locked card", "Auth", called(t, "series8-T1")},
		{"card.counter-not-decremented", "right on a locked card", "PIV AUTH key", called(t, "series9-T1")},
		{"card.pin-blocked", "change with pkcs15-tool", "Authentication method blocked", called(t, "series9-T1")},
	} {
		is := session(t, f.face, []string{"--fault", f.id}, passcodeSteps(f.face)...)[f.step]
		if !strings.Contains(is.output, f.says) {
			t.Errorf("%s with %s, %s: it does not say %q:\n%s", f.face.name(), f.id, f.step, f.says, is.output)
		}
	}
}
