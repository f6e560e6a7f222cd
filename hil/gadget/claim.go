package gadget

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"
)

// ErrClaimed is wrapped when another program moves this machine's gadgets.
var ErrClaimed = errors.New("another program has this machine's gadgets")

// Claim takes this machine's gadgets for one program, by a lock in the folder of
// its state that the system drops when the program ends. The host daemon holds
// it all its life: a command line that moved a card behind its back would break
// the leases.
func Claim(state string) (release func() error, err error) {
	if err := os.MkdirAll(state, 0o700); err != nil {
		return nil, err
	}
	lock := flock.New(filepath.Join(state, "gadgets.lock"))
	got, err := lock.TryLock()
	if err != nil {
		return nil, err
	}
	if !got {
		return nil, fmt.Errorf("%w: is 'hil host' running here? Then use the farm's page", ErrClaimed)
	}
	return lock.Close, nil
}
