package iasecc

// algorithm is a row of EF.TokenInfo: what PKCS #11 calls it, what it can do
// (hash, sign or decipher, as the bits of an ISO/IEC 7816-15 Operations string),
// its object identifier, and what this card calls it.
type algorithm struct {
	mechanism  []byte
	operations []byte
	identifier []byte
	reference  byte
}

// The object identifiers of the table.
var (
	oidSHA1       = []byte{0x2B, 0x0E, 0x03, 0x02, 0x1A}
	oidSHA256     = []byte{0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01}
	oidRSA        = []byte{0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01}
	oidSHA1RSA    = []byte{0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x05}
	oidSHA256RSA  = []byte{0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x0B}
	toHash        = []byte{1, 0x02}
	toSign        = []byte{6, 0x40}
	toDecipher    = []byte{2, 0x04}
	allAlgorithms = []algorithm{
		{[]byte{0x02, 0x20}, toHash, oidSHA1, hashSHA1},
		{[]byte{0x02, 0x50}, toHash, oidSHA256, hashSHA256},
		{[]byte{0x06}, toSign, oidSHA1RSA, algorithmSHA1},
		{[]byte{0x40}, toSign, oidSHA256RSA, algorithmSHA256},
		{[]byte{0x01}, toSign, oidRSA, algorithmAny},
		{[]byte{0x01}, toDecipher, oidRSA, algorithmDecipher},
	}
)

// tokenInfo is EF.TokenInfo: serial number, manufacturer, label, flags
// authentication required and card generates random numbers, algorithms.
func tokenInfo(n []byte) []byte {
	var table []byte
	for i, x := range allAlgorithms {
		table = append(table, seq(
			integer(byte(i+1)), integer(x.mechanism...), []byte{0x05, 0x00},
			bits(x.operations...), wrap(0x06, x.identifier), integer(x.reference))...)
	}
	return seq(integer(0), octets(append(append([]byte(nil), n...), 0x00)...), utf8("IDEMIA"),
		wrap(0x80, []byte("OT AWP card")), bits(5, 0x60), wrap(0xA2, table))
}

// passcodes is EF.AODF: both case-sensitive, initialised, exchangeable ASCII,
// filled with FF to 64 characters; the PUK unblocks the passcode.
func passcodes() []byte {
	private := bits(6, 0xC0)
	user := seq(
		label("User PIN", private, octets(refPUK)),
		seq(octets(refUser)),
		wrap(0xA1, attributes(bits(4, 0x8C, 0x10), leastUser, refUser)))
	puk := seq(
		label("PUK", private),
		seq(octets(refPUK)),
		wrap(0xA1, attributes(bits(4, 0x0F, 0x10), leastPUK, refPUK)))
	return append(user, puk...)
}

func attributes(flags []byte, least, ref byte) []byte {
	return seq(flags, wrap(0x0A, []byte{1}), integer(least), integer(maxLength), integer(maxLength),
		wrap(0x80, []byte{ref}), octets(0xFF))
}

// nowhere is the path of what is no file, with the size of a key in bits.
var nowhere = wrap(0xA1, seq(seq(octets()), integer(0x08, 0x00)))

// privateKeys is EF.PrKDF: the authentication key decrypts, signs and unwraps,
// the other signs and commits. Both want passcode 1.
func privateKeys() []byte {
	key := func(name string, id byte, usage []byte, ref byte) []byte {
		return seq(
			label(name, bits(7, 0x80), octets(refUser)),
			seq(octets(id), usage, bits(4, 0xB0), integer(0x00, local|ref)),
			nowhere)
	}
	return append(
		key("Auth key", idAuthentication, bits(2, 0x64), keyAuthentication),
		key("Sign key", idCommitment, bits(6, 0x20, 0x40), keyCommitment)...)
}

// publicKeys is EF.PuKDF: the other halves encrypt and verify, or verify.
func publicKeys() []byte {
	key := func(name string, id byte, usage []byte, ref byte) []byte {
		return seq(
			label(name, bits(0)),
			seq(octets(id), usage, integer(0x00, local|ref)),
			nowhere)
	}
	return append(
		key("Auth pub", idAuthentication, bits(1, 0x82), keyAuthentication),
		key("Sign pub", idCommitment, bits(1, 0x02), keyCommitment)...)
}

// certificates is EF.CDF.
func certificates() []byte {
	certificate := func(name string, id, file byte) []byte {
		return seq(label(name, bits(0)), seq(octets(id)), wrap(0xA1, seq(seq(octets(0x34, file)))))
	}
	return append(
		certificate("Auth cert", idAuthentication, 0x01),
		certificate("Sign cert", idCommitment, 0x02)...)
}
