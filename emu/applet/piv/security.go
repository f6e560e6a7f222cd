package piv

import (
	"crypto/sha256"
	"crypto/x509/pkix"
	"encoding/asn1"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
)

// The objects a security object vouches for, in the order of their data group
// numbers, with their container identifiers (SP 800-73-4 part 1 table 3).
var vouched = []struct {
	tag       uint32
	container uint16
}{
	{TagCCC, 0xDB00},
	{TagCHUID, 0x3000},
	{TagFingerprints, 0x6010},
	{TagFace, 0x6030},
	{TagPrinted, 0x3001},
	{TagKeyHistory, 0x6060},
	{TagIris, 0x1015},
}

// dataGroup is the digest of one object's content (ICAO 9303-10 §4.6.2).
type dataGroup struct {
	Number int
	Digest []byte
}

// security is the security object (SP 800-73-4 part 1 §3.1.7): a map from data
// group numbers to containers, and the signed list of digests. The signer's
// certificate is left to the CHUID.
func security(objects map[uint32][]byte) []byte {
	var list []byte
	var groups []dataGroup
	for i, v := range vouched {
		object, ok := objects[v.tag]
		if !ok {
			continue
		}
		t, _, _ := iso7816.ReadTLV(object)
		sum := sha256.Sum256(t.Value)
		list = append(list, byte(i+1), byte(v.container>>8), byte(v.container))
		groups = append(groups, dataGroup{i + 1, sum[:]})
	}
	content := encode(struct {
		Version int
		Digest  pkix.AlgorithmIdentifier
		Groups  []dataGroup
	}{0, pkix.AlgorithmIdentifier{Algorithm: oidSHA256, Parameters: asn1.NullRawValue}, groups})
	return iso7816.Wrap(0x53, iso7816.Wrap(0xBA, list), iso7816.Wrap(0xBB, signed(oidLDS, content, false)), []byte{0xFE, 0})
}
