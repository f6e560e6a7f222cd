package piv_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/emu/applet/piv"
	"github.com/smartcard-connect/smartcard-connect/emu/emutest"
)

func get(tag uint32) string {
	t := fmt.Sprintf("%X", tag)
	return fmt.Sprintf("00CB3FFF%02X5C%02X%s00", 2+len(t)/2, len(t)/2, t)
}

// Requirement: GET DATA names one object in a tag list, and guarded objects do
// not show if they exist. Source: SP 800-73-4 part 2 §3.1.2. Turned red by: any
// change to the rule in the row's name.
func TestGetData(t *testing.T) {
	script{
		"eight bytes first":  say("00CB3FFF055C035FC10508", "538204…6100"),
		"P1 P2":              join(say("00CB0000035C017E00", "6A86"), say("00CB3F00035C017E00", "6A86")),
		"no tag list":        join(say("00CB3FFF025F2F00", "6A80"), say("00CB3FFF00", "6A80"), say("00CB3FFF025C0000", "6A80")),
		"tag list cut short": say("00CB3FFF045C035FC100", "6A80"),
		"two tags":           say("00CB3FFF045C017E0100", "6A80"),
		"four bytes of tag":  say("00CB3FFF065C045FC1050000", "6A80"),
		"absent":             join(say(get(piv.TagKeyHistory), "6A82"), say(get(piv.TagManagement), "6A82"), say(get(piv.TagBiometrics), "6A82")),
		"unknown":            say("00CB3FFF055C035FC17F00", "6A82"),
		"guarded":            join(say(get(piv.TagPrinted), "6982"), say(verify, "9000"), say(get(piv.TagPrinted), "53…9000")),
		"guarded and absent": join(say(get(piv.TagFingerprints), "6982"), say(get(piv.TagFace), "6982"), say(get(piv.TagIris), "6982"), say(get(piv.TagPairingCode), "6982"), say(verify, "9000"), say(get(piv.TagFace), "6A82")),
		"case 4 without Le":  say("00CB3FFF035C017E", "7E…9000"),
		"more, in pieces":    join(say("00CB3FFF055C035FC10708", "53…612D"), say("00C0000001", "…612C"), say("00C0000010", "…611C"), say("00C0000000", "…9000"), say("00C0000000", "6985")),
		"more, given up":     join(say("00CB3FFF055C035FC10708", "53…612D"), say(status, "63C3"), say("00C0000000", "6985")),
		"nothing pending":    say("00C0000000", "6985"),
	}.run(t)
}

// Requirement: a card may answer in three ways for an object it could hold and
// does not; a tag of no standard is not found on any. Source: facts of cards.
// Turned red by: answering unknown tags as empty.
func TestEmptyObject(t *testing.T) {
	for how, want := range map[piv.Empty]string{piv.EmptyNotFound: "6A82", piv.EmptyNothing: "9000", piv.EmptyObject: "53009000"} {
		script{
			want:               join(say(get(piv.TagSigner), want), say(get(0x5FFF00), "6A82")),
			want + ", guarded": join(say(get(piv.TagPairingCode), "6982"), say(verify, "9000"), say(get(piv.TagPairingCode), want)),
		}.runWith(t, func(c *piv.Config) { c.Empty = how })
	}
}

// Requirement: PUT DATA wants the administrator, keeps what it is given, and
// refuses what does not fit. Source: SP 800-73-4 part 2 §3.3.1. Turned red by:
// any change to the rule in the row's name.
func TestPutData(t *testing.T) {
	history := "530AC10101C20100F300FE00"
	long := strings.Repeat("A5", 200)
	script{
		"no administrator":            join(say("00DB3FFF045C027E5300", "6982"), say(verify, "9000"), say("00DB3FFF075C035FC10C5300", "6982")),
		"malformed, no administrator": say("00DB3FFF0153", "6982"),
		"P1 P2":                       join(administrator, say("00DB3F00075C035FC10C5300", "6A86"), say("00DB00FF075C035FC10C5300", "6A86")),
		"read back":                   join(administrator, say("00DB3FFF11"+"5C035FC10C"+history, "9000"), say(get(piv.TagKeyHistory), history+"9000")),
		"over reset":                  join(administrator, say("00DB3FFF085C035FC10C5301AA", "9000"), say(emutest.Reset, ""), say(get(piv.TagKeyHistory), "5301AA9000")),
		"case 3 with Le":              join(administrator, say("00DB3FFF085C035FC10C5301AA00", "9000")),
		"delete":                      join(administrator, say("00DB3FFF075C035FC1055300", "9000"), say(get(piv.TagCertificate), "6A82")),
		"delete, absent":              join(administrator, say("00DB3FFF075C035FC1205300", "9000"), say(get(0x5FC120), "6A82")),
		"delete, discovery":           join(administrator, say("00DB3FFF027E00", "9000"), say(discovery, "6A82")),
		"discovery, bare":             join(administrator, say("00DB3FFF147E124F0BA0000003080000100001005F2F026010", "9000"), say(discovery, "7E124F0BA0000003080000100001005F2F0260109000")),
		"biometrics, bare":            join(administrator, say("00DB3FFF067F6103020100", "9000"), say(get(piv.TagBiometrics), "7F61030201009000")),
		"discovery, listed":           join(administrator, say("00DB3FFF065C017E5301AA", "6A80")),
		"guarded":                     join(administrator, say("00DB3FFF085C035FC1035301AA", "9000"), say(get(piv.TagFingerprints), "6982"), say(verify, "9000"), say(get(piv.TagFingerprints), "5301AA9000")),
		"unknown tag":                 join(administrator, say("00DB3FFF085C035FFF005301AA", "6A81")),
		"no object":                   join(administrator, say("00DB3FFF055C035FC10C", "6A80")),
		"other object":                join(administrator, say("00DB3FFF085C035FC10C5401AA", "6A80")),
		"text after":                  join(administrator, say("00DB3FFF095C035FC10C5301AABB", "6A80")),
		"cut short":                   join(administrator, say("00DB3FFF085C035FC10C5302AA", "6A80")),
		"too big":                     join(administrator, say("00DB3FFFD0"+"5C035FC10C"+"5381C8"+long, "6A84"), say(get(piv.TagKeyHistory), "6A82")),
		"chained":                     join(administrator, say("10DB3FFF08"+"5C035FC106538190", "9000"), say("10DB3FFF48"+long[:144], "9000"), say("00DB3FFF48"+long[:144], "9000"), say(get(piv.TagSecurity), "538190"+long[:288]+"9000")),
		"malformed, then right":       join(administrator, say("00DB3FFF0153", "6A80"), say("00DB3FFF11"+"5C035FC10C"+history, "9000")),
	}.run(t)
}

// Requirement: a certificate as long as the standard lets it be is taken in
// 255-byte parts, and one byte more is not. Source: SP 800-73-4 part 1 table 9.
// Turned red by: another limit.
func TestPutLargest(t *testing.T) {
	for _, r := range []struct {
		n    int
		want string
	}{{1905, "9000"}, {1906, "6A84"}} {
		c := made(nil)
		emutest.Run(t, c, administrator...)
		all := fmt.Sprintf("5C035FC101"+"5382%04X", r.n) + strings.Repeat("5A", r.n)
		for len(all) > 510 {
			emutest.Run(t, c, say("10DB3FFFFF"+all[:510], "9000")...)
			all = all[510:]
		}
		emutest.Run(t, c, say(fmt.Sprintf("00DB3FFF%02X%s", len(all)/2, all), r.want)...)
	}
}
