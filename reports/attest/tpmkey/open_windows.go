package tpmkey

import (
	"fmt"

	"github.com/google/go-tpm/tpm2/transport"
	"github.com/google/go-tpm/tpm2/transport/windowstpm"
)

// open asks the TPM Base Services of Windows, the only way to a TPM there.
func open(where string) (transport.TPMCloser, error) {
	if where != "" {
		return nil, fmt.Errorf("Windows has one TPM, and %q is not it", where)
	}
	return windowstpm.Open()
}
