package piv_test

import (
	"strings"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/emu/applet/piv"
	"github.com/smartcard-connect/smartcard-connect/emu/emutest"
)

const (
	change  = "0024008010313233343536FFFF363534333231FFFF"
	unblock = "002C0080103132333435363738363534333231FFFF"
	badPUK  = "002C0080103030303030303030363534333231FFFF"
	other   = "0020008008363534333231FFFF" // VERIFY with what the two above set
)

var (
	reset  = say(emutest.Reset, "")
	locked = join(say(mistake, "63C2"), say(mistake, "63C1"), say(mistake, "63C0"))
)

// Requirement: the decision table of VERIFY. Source: SP 800-73-4 part 2 §3.2.1.
// Turned red by: any change to the rule in the row's name.
func TestVerify(t *testing.T) {
	script{
		"P1":                 join(say("0020018008313233343536FFFF", "6A86"), say("0020018000", "6A86"), say(status, "63C3")),
		"global":             join(say("00200000", "6A88"), say("0020000008313233343536FFFF", "6A88")),
		"PUK":                join(say("00200081", "6A88"), say("00200081083132333435363738", "6A88")),
		"fingerprints":       join(say("00200096", "6A88"), say("00200097", "6A88")),
		"pairing code":       say("00200098083132333435363738", "6A88"),
		"logout":             join(say(verify, "9000"), say("0020FF80", "9000"), say(status, "63C3")),
		"logout, twice":      join(say("0020FF80", "9000"), say("0020FF8000", "9000")),
		"logout with data":   join(say(verify, "9000"), say("0020FF8008313233343536FFFF", "6A80"), say(status, "9000")),
		"logout, global":     say("0020FF00", "6A88"),
		"logout, locked":     join(locked, say("0020FF80", "9000"), say(status, "6983")),
		"status":             join(say(status, "63C3"), say(verify, "9000"), say(status, "9000")),
		"status with P3":     say("0020008000", "63C3"),
		"status, locked":     join(locked, say(status, "6983"), say("0020008000", "6983")),
		"short":              join(say("0020008006313233343536", "6A80"), say(status, "63C3")),
		"long":               join(say("0020008009313233343536FFFFFF", "6A80"), say(status, "63C3")),
		"letters":            join(say("0020008008313233343561FFFF", "6A80"), say(status, "63C3")),
		"five digits":        join(say("00200080083132333435FFFFFF", "6A80"), say(status, "63C3")),
		"filled with zeros":  join(say("00200080083132333435360000", "6A80"), say(status, "63C3")),
		"filled within":      join(say("0020008008313233FF343536FF", "6A80"), say(status, "63C3")),
		"malformed, locked":  join(locked, say("0020008006313233343536", "6983")),
		"malformed keeps":    join(say(verify, "9000"), say("0020008006313233343536", "6A80"), say(status, "9000")),
		"wrong":              join(say(mistake, "63C2"), say(status, "63C2"), say(verify, "9000"), say("0020FF80", "9000"), say(status, "63C3")),
		"wrong drops right":  join(say(verify, "9000"), say(mistake, "63C2"), say(status, "63C2")),
		"blocked":            join(locked, say(verify, "6983"), say(status, "6983")),
		"blocked over reset": join(locked, reset, say(verify, "6983"), say(status, "6983")),
		"counter over reset": join(say(mistake, "63C2"), reset, say(status, "63C2")),
		"lost on reset":      join(say(verify, "9000"), reset, say(status, "63C3")),
		"with Le":            say(verify+"00", "9000"),
		"wrong length byte":  join(say("0020008009313233343536FFFF", "6700"), say(status, "63C3")),
	}.run(t)
}

// Requirement: CHANGE REFERENCE DATA and RESET RETRY COUNTER. Source: SP
// 800-73-4 part 2 §3.2.2 and §3.2.3. Turned red by: any change to the rule in
// the row's name.
func TestChangeAndUnblock(t *testing.T) {
	puks := join(say(badPUK, "63C2"), say(badPUK, "63C1"), say(badPUK, "63C0"))
	script{
		"change":                 join(say(change, "9000"), say(status, "9000"), say(verify, "63C2"), say(other, "9000")),
		"change, over reset":     join(say(change, "9000"), reset, say(other, "9000")),
		"change, wrong old":      join(say(strings.Replace(change, "313233", "303030", 1), "63C2"), say(verify, "9000")),
		"change, wrong drops":    join(say(verify, "9000"), say(strings.Replace(change, "313233", "303030", 1), "63C2"), say(status, "63C2")),
		"change, bad new":        join(say(mistake, "63C2"), say("0024008010313233343536FFFF313233FFFFFFFFFF", "6A80"), say(status, "63C2"), say(verify, "9000")),
		"change, bad new keeps":  join(say(verify, "9000"), say("0024008010313233343536FFFF313233FFFFFFFFFF", "6A80"), say(status, "9000")),
		"change, wrong and bad":  join(say("0024008010303030303030FFFF313233FFFFFFFFFF", "63C2")),
		"change, gives back":     join(say(mistake, "63C2"), say(change, "9000"), say("0020FF80", "9000"), say(status, "63C3")),
		"change, locked":         join(locked, say(change, "6983")),
		"change, reference":      join(say("0024000010313233343536FFFF363534333231FFFF", "6A88"), say("0024009610313233343536FFFF363534333231FFFF", "6A88")),
		"change, P1":             say("0024018010313233343536FFFF363534333231FFFF", "6A86"),
		"change, length":         join(say("0024008008313233343536FFFF", "6A80"), say("00240080", "6A80"), say(status, "63C3")),
		"change, with Le":        say(change+"00", "9000"),
		"change, then 9C":        join(say(change, "9000"), sign("9C", signed)),
		"change PUK":             join(say("002400811031323334353637383837363534333231", "9000"), say(unblock, "63C2"), say("002C0080103837363534333231363534333231FFFF", "9000")),
		"change PUK, wrong":      join(say("002400811030303030303030303837363534333231", "63C2"), say(badPUK, "63C1")),
		"change PUK, locked":     join(puks, say("002400811031323334353637383837363534333231", "6983")),
		"change PUK, then 9C":    join(say(verify, "9000"), say("002400811031323334353637383837363534333231", "9000"), sign("9C", "6982")),
		"change PUK, any bytes":  say("00240081103132333435363738000102030405FEFF", "9000"),
		"unblock":                join(locked, say(unblock, "9000"), say(status, "63C3"), say(other, "9000")),
		"unblock, not verified":  join(say(unblock, "9000"), say(status, "63C3")),
		"unblock keeps verified": join(say(verify, "9000"), say(unblock, "9000"), say(status, "9000")),
		"unblock, over reset":    join(say(unblock, "9000"), reset, say(other, "9000")),
		"unblock, wrong PUK":     join(say(badPUK, "63C2"), say(verify, "9000")),
		"unblock, PUK back":      join(say(badPUK, "63C2"), say(unblock, "9000"), say(badPUK, "63C2")),
		"unblock, PUK locked":    join(puks, say(unblock, "6983"), reset, say(unblock, "6983"), say(verify, "9000")),
		"unblock, bad new":       join(say("002C0080103132333435363738313233FFFFFFFFFF", "6A80"), say(verify, "9000")),
		"unblock, reference":     join(say("002C00811031323334353637383637363534333231", "6A88"), say("002C0000103132333435363738363534333231FFFF", "6A88")),
		"unblock, P1":            say("002C0180103132333435363738363534333231FFFF", "6A86"),
		"unblock, length":        join(say("002C00800831323334353637 38", "6A80"), say("002C0080", "6A80"), say(badPUK, "63C2")),
		"unblock, then 9C":       join(say(verify, "9000"), say(unblock, "9000"), sign("9C", "6982")),
	}.run(t)
}

// Requirement: what SP 800-73-4 leaves to the issuer is set by the
// configuration. Turned red by: not asking it.
func TestPasscodeOptions(t *testing.T) {
	script{"last try": join(say(mistake, "63C2"), say(mistake, "63C1"), say(mistake, "6983"), say(verify, "6983"))}.
		runWith(t, func(c *piv.Config) { c.BlockedAtOnce = true })
	script{
		"short":   join(say("0020008006313233343536", "63C2"), say(status, "63C2")),
		"letters": join(say("0020008008313233343561FFFF", "63C2"), say(verify, "9000")),
		"status":  join(say(status, "63C3"), say(status, "63C3")),
	}.runWith(t, func(c *piv.Config) { c.MalformedSpends = true })
	script{"PUK": join(say(badPUK, "63C2"), say(unblock, "9000"), say(badPUK, "63C1"))}.
		runWith(t, func(c *piv.Config) { c.PUKStaysSpent = true })
}
