package fidelity

import (
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
)

// names of instructions (ISO/IEC 7816-4 §11, GlobalPlatform, Yubico).
var names = map[byte]string{
	0x20: "VERIFY", 0x21: "VERIFY", 0x22: "MANAGE SECURITY ENVIRONMENT", 0x24: "CHANGE PASSCODE", 0x2A: "SECURITY OPERATION",
	0x2C: "RESET RETRY COUNTER", 0x47: "GENERATE KEY", 0x82: "EXTERNAL AUTHENTICATE", 0x84: "GET CHALLENGE",
	0x87: "GENERAL AUTHENTICATE", 0x88: "INTERNAL AUTHENTICATE", 0xA4: "SELECT", 0xB0: "READ", 0xC0: "GET RESPONSE",
	0xCA: "GET DATA", 0xCB: "GET DATA", 0xD6: "UPDATE", 0xDB: "PUT DATA", 0xE0: "CREATE", 0xE4: "DELETE",
}

// called is what PIV's objects are (SP 800-73-4 part 1 table 3).
var called = map[string]string{
	"7E": "discovery", "7F61": "biometric group", "5FC107": "capabilities", "5FC102": "holder number", "5FC105": "certificate 9A",
	"5FC10A": "certificate 9C", "5FC10B": "certificate 9D", "5FC101": "certificate 9E", "5FC106": "security object",
	"5FC10C": "key history", "5FC103": "fingerprints", "5FC108": "face", "5FC109": "printed", "5FC121": "iris", "5FC122": "SM signer",
	"5FC123": "pairing code",
}

// title is a command in a few words: what it is and what it is about.
func (w whole) title() string {
	c, err := iso7816.ParseCommand(first(bytesOf(w.text)))
	if err != nil {
		return "malformed " + w.text[:min(8, len(w.text))]
	}
	name, ok := names[c.INS]
	if !ok {
		name = fmt.Sprintf("INS %02X", c.INS)
	}
	if c.CLA&0x10 != 0 {
		name = "part of " + name
	}
	if c.CLA&^0x10 != 0 {
		name = fmt.Sprintf("class %02X %s", c.CLA, name)
	}
	if about := about(c); about != "" {
		name += " " + about
	}
	if c.Le > 0 && c.Le < iso7816.MaxShort && c.INS != 0xC0 {
		name += fmt.Sprintf(", %d bytes", c.Le)
	}
	return name
}

// about is what tells a command from others of its kind. Data that may be secret
// is not looked at.
func about(c iso7816.Command) string {
	switch c.INS {
	case 0x20, 0x24, 0x2C:
		if len(c.Data) == 0 {
			return fmt.Sprintf("status %02X%02X", c.P1, c.P2)
		}
		return fmt.Sprintf("%02X%02X", c.P1, c.P2)
	case 0xA4:
		return fmt.Sprintf("%02X%02X %s", c.P1, c.P2, hexOf(c.Data))
	case 0xCB:
		if tag, ok := iso7816.Find(c.Data, 0x5C); ok && c.P1 == 0x3F && c.P2 == 0xFF {
			return strings.TrimSpace(hexOf(tag) + " " + called[hexOf(tag)])
		}
		return fmt.Sprintf("%02X%02X %s", c.P1, c.P2, hexOf(c.Data))
	case 0xC0, 0x84:
		return ""
	}
	return fmt.Sprintf("%02X%02X", c.P1, c.P2)
}

func hexOf(b []byte) string { return strings.ToUpper(hex.EncodeToString(b)) }
