//go:build !linux || !cgo

package libcrypto

import "crypto/rsa"

// load finds nothing.
func load(*rsa.PrivateKey) func(sum []byte) ([]byte, error) { return nil }
