//go:build linux && cgo

package libcrypto_test

import (
	"testing"

	"github.com/smartcard-connect/smartcard-connect/mockcis2/libcrypto"
)

// Requirement: under Linux with cgo OpenSSL signs; Debian's has been there since
// ci/debian.packages names it. Source: issue 4, CPU a login. Turned red by: a name
// of the library that no longer exists.
func TestOpenSSLIsFound(t *testing.T) {
	if !libcrypto.New(generate(t, 2048)).Quick() {
		t.Error("crypto/rsa signs, OpenSSL was not found")
	}
}
