package applet

import (
	"io"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
)

// Challenge is the answer to GET CHALLENGE (ISO/IEC 7816-4 §7.5.3): as many
// random bytes as asked for.
func Challenge(c iso7816.Command, random io.Reader) iso7816.Response {
	if c.P1 != 0 || c.P2 != 0 {
		return Status(iso7816.WrongP1P2)
	}
	if len(c.Data) != 0 || c.Le == 0 || c.Le > iso7816.MaxShort {
		return Status(iso7816.WrongLength)
	}
	b := make([]byte, c.Le)
	if _, err := io.ReadFull(random, b); err != nil {
		return Status(iso7816.NoDiagnosis)
	}
	return Data(b)
}
