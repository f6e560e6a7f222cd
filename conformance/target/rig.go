package target

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/reader"
	"github.com/smartcard-connect/smartcard-connect/agent/reader/readertest"
	"github.com/smartcard-connect/smartcard-connect/conformance/pcsc"
	"github.com/smartcard-connect/smartcard-connect/conformance/service"
	"github.com/smartcard-connect/smartcard-connect/emu"
	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

// shelfRig is the bench of a package cell.
type shelfRig struct {
	service *service.Service
	shelf   *readertest.Shelf // the service's
	name    string
	card    *emu.Card
	desk    *pcsc.Desk // the same reader, as other programs see it
	start   []string   // faults of the target file
	moved   bool       // a check changed what is on the desk: what is there says nothing about the bench
}

// plugged is the card in the reader. A fault that takes the reader away takes
// it off the shelf.
type plugged struct {
	*emu.Card
	rig *shelfRig
}

// Transmit passes the command on.
func (p plugged) Transmit(ctx context.Context, command []byte) ([]byte, error) {
	response, err := p.Card.Transmit(ctx, command)
	if errors.Is(err, emu.ErrReader) {
		p.rig.shelf.Vanish(p.rig.name)
	}
	if errors.Is(err, emu.ErrReset) {
		err = fmt.Errorf("%w: %w", reader.ErrReset, err)
	}
	return response, err
}

// Insert puts the card in.
func (r *shelfRig) Insert(context.Context) error {
	r.card.Insert()
	r.desk.Move(false) // a card that was in it comes out first
	r.desk.Move(true)
	r.shelf.Insert(r.name, plugged{r.card, r})
	return nil
}

// Remove takes the card out.
func (r *shelfRig) Remove(context.Context) error {
	r.card.Remove()
	r.desk.Move(false)
	r.shelf.Remove(r.name)
	return nil
}

// Restore makes the card as personalised, with the first faults.
func (r *shelfRig) Restore(ctx context.Context) error {
	r.clear()
	if err := r.card.Heal(); err != nil {
		return err
	}
	for _, id := range r.start {
		if err := r.Fault(ctx, id); err != nil {
			return err
		}
	}
	return r.Insert(ctx)
}

// Fault switches a card fault on and puts the changed card in anew.
func (r *shelfRig) Fault(ctx context.Context, id string) error {
	f, err := emu.Find(id)
	if err != nil {
		return err
	}
	if err := r.card.Inject(f); err != nil {
		return err
	}
	return r.Insert(ctx)
}

// TriesLeft is the passcode's counter as the bench knows it, whatever the card
// says.
func (r *shelfRig) TriesLeft() int { return r.card.TriesLeft() }

// sound asks the reader and, where there is a card, wants an answer of any kind
// to a harmless command.
func (r *shelfRig) sound(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	states, err := r.shelf.Readers(ctx)
	if err != nil {
		return err
	}
	if r.moved {
		return nil
	}
	if len(states) == 0 {
		return reader.ErrNoReader
	}
	if !states[0].Present {
		return nil
	}
	c, err := r.shelf.Connect(ctx, r.name)
	if err != nil {
		return err
	}
	defer c.Close()
	// GET CHALLENGE (ISO/IEC 7816-4 §11.5.3) changes nothing on a card.
	if _, err = c.Transmit(ctx, []byte{0, 0x84, 0, 0, 8}); errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("the reader does not answer: %w", err)
	}
	return nil
}

// Ports are the process's: where the search began, and how many it has looked at.
var (
	first = rand.Uint32N(20000)
	found atomic.Uint32
)

// freePorts finds n ports that nobody has. They lie below the range from which
// the kernel hands out ports by itself (32768 on Linux), so that no listener at
// port 0 takes one between being found and being used; and none is found twice by one
// process, so that targets which are opened at once do not meet at one.
func freePorts(n int) ([]int, error) {
	var ports []int
	for range 100 * n {
		if len(ports) == n {
			return ports, nil
		}
		port := 10000 + int((first+found.Add(1))%20000)
		l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err == nil {
			defer l.Close()
			ports = append(ports, port)
		}
	}
	return nil, errors.New("no free ports between 10000 and 30000")
}

// socketPath is a place for a unix socket in a folder of its own.
func socketPath() (path string, clean func() error, err error) {
	dir, err := os.MkdirTemp("", "cell")
	return filepath.Join(dir, "port.sock"), func() error { return os.RemoveAll(dir) }, err
}

// Heard is what the card kept.
func (r *shelfRig) Heard(context.Context) ([]result.Exchange, error) {
	var out []result.Exchange
	for _, e := range r.card.Trace() {
		out = append(out, result.Exchange{Command: e.Command, Response: e.Response})
	}
	r.card.ForgetTrace()
	return out, nil
}
