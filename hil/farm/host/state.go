package host

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"github.com/gofrs/flock"

	"github.com/smartcard-connect/smartcard-connect/hil/durable"
	"github.com/smartcard-connect/smartcard-connect/hil/farm"
)

// State is what a host's daemon keeps over its starts, in a folder that only one
// daemon has at a time.
type State struct {
	Marks   *HighWater
	Journal *Journal
	dir     string
	lock    *flock.Flock
	probing sync.Mutex
}

// OpenState opens or begins it. farm.ErrBusy: another daemon runs here.
func OpenState(dir string) (s *State, err error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	s = &State{dir: dir, lock: flock.New(filepath.Join(dir, "lock"))}
	mine, err := s.lock.TryLock()
	if err != nil {
		return nil, err
	}
	if !mine {
		return nil, fmt.Errorf("%w: another daemon has %s", farm.ErrBusy, dir)
	}
	if s.Marks, err = OpenHighWater(filepath.Join(dir, "highwater.json")); err == nil {
		s.Journal, err = OpenJournal(filepath.Join(dir, "journal.jsonl"))
	}
	if err != nil {
		return nil, errors.Join(err, s.lock.Unlock())
	}
	return s, nil
}

// room is what must be free for new work: a mark and an outcome of some size.
const room = 64 << 10

// Able says whether an outcome could still be written down.
func (s *State) Able() error {
	s.probing.Lock() // several workers ask, and there is one probe
	defer s.probing.Unlock()
	probe := filepath.Join(s.dir, "able")
	if err := durable.Replace(probe, bytes.Repeat([]byte{' '}, room)); err != nil {
		return fmt.Errorf("no room to work: %w", err)
	}
	return os.Remove(probe)
}

// Close lets another daemon have it.
func (s *State) Close() error { return errors.Join(s.Journal.Close(), s.lock.Unlock()) }
