package bench

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/smartcard-connect/smartcard-connect/hil/part"
)

// SWTPM is a TPM 2.0 made of software, which has the computer's device key.
const SWTPM = "swtpm"

// tpmSocket is in the cell's own /run, where its path is short enough for a socket.
const tpmSocket = "/run/tpm.sock"

// StartTPM starts a TPM of its own for the computer that the cell is, and returns
// where the agent finds it.
func (b *Bench) StartTPM(ctx context.Context) (where string, err error) {
	path, err := b.Programs.System(SWTPM)
	if err != nil {
		return "", err
	}
	state := b.path("tpm")
	if err := os.MkdirAll(state, 0o700); err != nil {
		return "", err
	}
	p, err := b.start(ctx, part.Program{Name: SWTPM, Path: path, Silent: true, Args: []string{
		"socket", "--tpm2", "--tpmstate", "dir=" + state, "--server", "type=unixio,path=" + tpmSocket, "--flags", "not-need-init,startup-clear"}})
	if err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(ctx, startTime)
	defer cancel()
	tick := time.NewTicker(look)
	defer tick.Stop()
	for {
		if _, err := os.Stat(tpmSocket); !errors.Is(err, os.ErrNotExist) {
			return tpmSocket, err
		}
		if !p.Alive() {
			return "", fmt.Errorf("%s ended: %s", SWTPM, part.Tail(b.path(SWTPM+".log")))
		}
		select {
		case <-ctx.Done():
			return "", fmt.Errorf("%s: %w", SWTPM, part.ErrNotReady)
		case <-tick.C:
		}
	}
}
