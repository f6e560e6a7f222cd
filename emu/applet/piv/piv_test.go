package piv_test

import (
	"encoding/hex"
	"strings"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/emu"
	"github.com/smartcard-connect/smartcard-connect/emu/emutest"
)

const (
	selectPIV = "00A404000BA000000308000010000100"
	verify    = "0020008008313233343536FFFF"
	mistake   = "0020008008303030303030FFFF"
	status    = "00200080"
	discovery = "00CB3FFF035C017E00"
)

// sign is GENERAL AUTHENTICATE in two chained parts over a block that a host
// has padded, and the GET RESPONSE for the end of the answer.
func sign(key, want string) []emutest.Step {
	block := "0001" + strings.Repeat("FF", 202) + "00" + "3031300D060960864801650304020105000420" + strings.Repeat("A5", 32)
	all := "7C82010682008182" + "0100" + block
	first, rest := all[:2*255], all[2*255:]
	steps := emutest.Join(emutest.Say("108707"+key+"FF"+first, "9000"), emutest.Say("008707"+key+"0B"+rest+"00", want))
	if strings.HasSuffix(want, "6108") {
		steps = append(steps, emutest.Say("00C0000008", "…9000")...)
	}
	return steps
}

const signed = "7C82010482820100…6108"

// Requirement: each row names its clause of SP 800-73-4. Turned red by: any
// change to the rule in the row's name.
func TestRules(t *testing.T) {
	reset := emutest.Say(emutest.Reset, "")
	rows := map[string][]emutest.Step{
		"select, full name":            emutest.Say(selectPIV+"00", "61…9000"),
		"select, RID alone":            emutest.Say("00A4040005A00000030800", "61…9000"),
		"select, nine bytes":           emutest.Say("00A4040009A0000003080000100000", "61…9000"),
		"select, unknown keeps state":  emutest.Join(emutest.Say(verify, "9000"), emutest.Say("00A4040005A000000999", "6A82"), emutest.Say(status, "9000")),
		"select, itself keeps state":   emutest.Join(emutest.Say(verify, "9000"), emutest.Say(selectPIV, "61…9000"), emutest.Say(status, "9000")),
		"select, another clears state": emutest.Join(emutest.Say(verify, "9000"), emutest.Say("00A4040008A000000003000000", "9000"), emutest.Say(status, "6D00"), emutest.Say(selectPIV, "61…9000"), emutest.Say(status, "63C3")),
		"select, master file":          emutest.Say("00A4000C023F00", "6A86"),
		"selected by default":          emutest.Say(discovery, "7E124F0BA0000003080000100001005F2F0240009000"),
		"read, eight bytes first":      emutest.Say("00CB3FFF055C035FC10508", "538204…6100"),
		"read, P1 P2":                  emutest.Say("00CB0000035C017E00", "6A86"),
		"read, no tag list":            emutest.Say("00CB3FFF025F2F00", "6A80"),
		"read, absent":                 emutest.Say("00CB3FFF055C035FC10C00", "6A82"),
		"read, guarded":                emutest.Join(emutest.Say("00CB3FFF055C035FC10900", "6982"), emutest.Say(verify, "9000"), emutest.Say("00CB3FFF055C035FC10900", "53…9000")),
		"read, guarded and absent":     emutest.Say("00CB3FFF055C035FC10300", "6982"),
		"verify, P1":                   emutest.Say("0020018008313233343536FFFF", "6A86"),
		"verify, reference":            emutest.Join(emutest.Say("00200000", "6A88"), emutest.Say("00200081", "6A88")),
		"verify, logout":               emutest.Join(emutest.Say(verify, "9000"), emutest.Say("0020FF80", "9000"), emutest.Say(status, "63C3")),
		"verify, logout with data":     emutest.Say("0020FF8008313233343536FFFF", "6A80"),
		"verify, status with P3":       emutest.Say("0020008000", "63C3"),
		"verify, short":                emutest.Join(emutest.Say("0020008006313233343536", "6A80"), emutest.Say(status, "63C3")),
		"verify, letters":              emutest.Join(emutest.Say("0020008008313233343561FFFF", "6A80"), emutest.Say(status, "63C3")),
		"verify, five digits":          emutest.Join(emutest.Say("00200080083132333435FFFFFF", "6A80"), emutest.Say(status, "63C3")),
		"verify, wrong":                emutest.Join(emutest.Say(mistake, "63C2"), emutest.Say(status, "63C2"), emutest.Say(verify, "9000"), emutest.Say("0020FF80", "9000"), emutest.Say(status, "63C3")),
		"verify, wrong drops right":    emutest.Join(emutest.Say(verify, "9000"), emutest.Say(mistake, "63C2"), emutest.Say(status, "63C2")),
		"verify, blocked":              emutest.Join(emutest.Say(mistake, "63C2"), emutest.Say(mistake, "63C1"), emutest.Say(mistake, "63C0"), emutest.Say(verify, "6983"), emutest.Say(status, "6983")),
		"verify, counter over reset":   emutest.Join(emutest.Say(mistake, "63C2"), reset, emutest.Say(status, "63C2")),
		"verify, lost on reset":        emutest.Join(emutest.Say(verify, "9000"), reset, emutest.Say(status, "63C3")),
		"change":                       emutest.Join(emutest.Say("0024008010313233343536FFFF363534333231FFFF", "9000"), emutest.Say(status, "9000"), emutest.Say(verify, "63C2"), emutest.Say("0020008008363534333231FFFF", "9000")),
		"change, wrong old":            emutest.Join(emutest.Say("0024008010303030303030FFFF363534333231FFFF", "63C2"), emutest.Say(verify, "9000")),
		"change, bad new":              emutest.Join(emutest.Say(mistake, "63C2"), emutest.Say("0024008010313233343536FFFF313233FFFFFFFFFF", "6A80"), emutest.Say(status, "63C2")),
		"change, reference":            emutest.Say("0024000010313233343536FFFF363534333231FFFF", "6A88"),
		"change, length":               emutest.Say("0024008008313233343536FFFF", "6A80"),
		"change PUK":                   emutest.Join(emutest.Say("002400811031323334353637383837363534333231", "9000"), emutest.Say("002C0080103132333435363738363534333231FFFF", "63C2")),
		"unblock":                      emutest.Join(emutest.Say(mistake, "63C2"), emutest.Say(mistake, "63C1"), emutest.Say(mistake, "63C0"), emutest.Say("002C0080103132333435363738363534333231FFFF", "9000"), emutest.Say(status, "63C3"), emutest.Say("0020008008363534333231FFFF", "9000")),
		"unblock, wrong PUK":           emutest.Join(emutest.Say("002C0080103030303030303030363534333231FFFF", "63C2"), emutest.Say(verify, "9000")),
		"unblock, bad new":             emutest.Say("002C0080103132333435363738313233FFFFFFFFFF", "6A80"),
		"sign 9A, no passcode":         sign("9A", "6982"),
		"sign 9A, twice":               emutest.Join(emutest.Say(verify, "9000"), sign("9A", signed), emutest.Say(discovery, "7E…9000"), sign("9A", signed)),
		"sign 9C, at once":             emutest.Join(emutest.Say(verify, "9000"), sign("9C", signed)),
		"sign 9C, twice":               emutest.Join(emutest.Say(verify, "9000"), sign("9C", signed), sign("9C", "6982")),
		"sign 9C, after a read":        emutest.Join(emutest.Say(verify, "9000"), emutest.Say(discovery, "7E…9000"), sign("9C", "6982")),
		"sign 9C, after a status":      emutest.Join(emutest.Say(verify, "9000"), emutest.Say(status, "9000"), sign("9C", "6982")),
		"sign, no such key":            emutest.Join(emutest.Say(verify, "9000"), sign("9E", "6A86")),
		"sign, malformed":              emutest.Join(emutest.Say(verify, "9000"), emutest.Say("0087079A047C02810000", "6A80"), emutest.Say("0087079A0100", "6A80")),
		"administration refused":       emutest.Join(emutest.Say("00DB3FFF045C027E5300", "6982"), emutest.Say("0047009A05AC0380010700", "6982")),
		"random through 9B":            emutest.Say("0087039B047C02810000", "7C0A8108…9000"),
		"foreign probes":               emutest.Join(emutest.Say("00CADF3005", "6D00"), emutest.Say("00FD000000", "6D00"), emutest.Say("0084000008", "6D00"), emutest.Say("80CA9F7F00", "6E00")),
		"more data, in pieces":         emutest.Join(emutest.Say("00CB3FFF055C035FC10708", "53…612D"), emutest.Say("00C0000010", "…611D"), emutest.Say("00C0000000", "…9000"), emutest.Say("00C0000000", "6985")),
		"more data, given up":          emutest.Join(emutest.Say("00CB3FFF055C035FC10708", "53…612D"), emutest.Say(status, "63C3"), emutest.Say("00C0000000", "6985")),
	}
	for name, steps := range rows {
		t.Run(name, func(t *testing.T) {
			emutest.Run(t, emutest.New(t, emu.Options{}), steps...)
		})
	}
}

// Requirement: whatever bytes come, on either protocol, the card answers at
// least a status word, at most 258 bytes unless asked for more, and does not
// panic. Turned red by: any unchecked index.
func FuzzTransmit(f *testing.F) {
	for _, seed := range []string{selectPIV, verify, discovery, "00CB3FFF055C035FC105", "0087079A047C028100", "00C0000000"} {
		b, _ := hex.DecodeString(seed)
		f.Add(b)
	}
	emutest.Fuzz(f, "series9")
}
