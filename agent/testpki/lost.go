package testpki

import "math/big"

// Lost is the serial number of the card that was reported lost before the toy
// hierarchy was founded: both authorities' revocation lists have named it ever
// since. A card that carries it is revoked.
func Lost() *big.Int { return new(big.Int).SetUint64(0x105_7CA4_D000_0001) }
