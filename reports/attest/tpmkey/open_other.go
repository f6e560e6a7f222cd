//go:build !linux && !windows

package tpmkey

import (
	"errors"

	"github.com/google/go-tpm/tpm2/transport"
)

func open(string) (transport.TPMCloser, error) {
	return nil, errors.New("no TPM is known on this system")
}
