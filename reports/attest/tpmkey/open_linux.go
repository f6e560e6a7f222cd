package tpmkey

import (
	"os"

	"github.com/google/go-tpm/tpm2/transport"
	"github.com/google/go-tpm/tpm2/transport/linuxtpm"
	"github.com/google/go-tpm/tpm2/transport/linuxudstpm"
)

// resourceManager is the kernel's door to the TPM, which several programs may
// use at once.
const resourceManager = "/dev/tpmrm0"

func open(where string) (transport.TPMCloser, error) {
	if where == "" {
		where = resourceManager
	}
	at, err := os.Stat(where)
	if err != nil {
		return nil, err
	}
	if at.Mode()&os.ModeSocket != 0 {
		return linuxudstpm.Open(where)
	}
	return linuxtpm.Open(where)
}
