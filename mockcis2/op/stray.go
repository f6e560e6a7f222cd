package op

import (
	"crypto/rsa"

	"github.com/smartcard-connect/smartcard-connect/agent/testpki"
)

// stray is a key that no key set of ours lists.
func stray() *rsa.PrivateKey { return testpki.Published("card-10") }
