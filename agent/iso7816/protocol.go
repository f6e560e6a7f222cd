package iso7816

import "fmt"

// Protocol is the transmission protocol a powered card was told to speak
// (ISO/IEC 7816-3 §10, §11). The zero value is "not known yet".
type Protocol byte

const (
	// T0 is the byte-wise half-duplex protocol: a command has data or an
	// answer, never both, and no length above 256.
	T0 Protocol = 1
	// T1 is the block protocol: whole APDUs travel both ways.
	T1 Protocol = 2
)

// String is "T=0" or "T=1".
func (p Protocol) String() string {
	switch p {
	case T0:
		return "T=0"
	case T1:
		return "T=1"
	}
	return "T=?"
}

// MarshalText writes "T=0" or "T=1".
func (p Protocol) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText reads "T=0", "T0", "T=1" or "T1".
func (p *Protocol) UnmarshalText(text []byte) error {
	parsed, err := ParseProtocol(string(text))
	*p = parsed
	return err
}

// ParseProtocol reads "T=0", "T0", "T=1" or "T1".
func ParseProtocol(s string) (Protocol, error) {
	switch s {
	case "T=0", "T0", "t0":
		return T0, nil
	case "T=1", "T1", "t1":
		return T1, nil
	}
	return 0, fmt.Errorf("iso7816: unknown protocol %q: say T=0 or T=1", s)
}
