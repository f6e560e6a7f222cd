//go:build cgo || windows

package pcsc

import (
	"errors"
	"time"

	"github.com/ebfe/scard"
)

// System is the machine's resource manager. A call that blocks there blocks
// here: whoever judges abandons it.
func System() Service { return system{} }

type system struct{}

func (system) Establish() (Context, error) {
	c, err := scard.EstablishContext()
	if err != nil {
		return nil, code(err)
	}
	return systemContext{c}, nil
}

// code is the number in an error of the binding.
func code(err error) error {
	var e scard.Error
	if errors.As(err, &e) {
		return Code(e)
	}
	return err
}

type systemContext struct{ *scard.Context }

func (c systemContext) Readers() ([]string, error) {
	names, err := c.ListReaders()
	return names, code(err)
}

func (c systemContext) Status(reader string, known uint32, wait time.Duration) (uint32, []byte, error) {
	states := []scard.ReaderState{{Reader: reader, CurrentState: scard.StateFlag(known)}}
	if err := c.GetStatusChange(states, wait); err != nil {
		return known, nil, code(err)
	}
	return uint32(states[0].EventState), states[0].Atr, nil
}

func (c systemContext) Cancel() error  { return code(c.Context.Cancel()) }
func (c systemContext) Release() error { return code(c.Context.Release()) }

func (c systemContext) Connect(reader string, share, protocols uint32) (Handle, error) {
	h, err := c.Context.Connect(reader, scard.ShareMode(share), scard.Protocol(protocols))
	if err != nil {
		return nil, code(err)
	}
	return systemHandle{h}, nil
}

type systemHandle struct{ card *scard.Card }

func (h systemHandle) Status() ([]byte, error) {
	s, err := h.card.Status()
	if err != nil {
		return nil, code(err)
	}
	return s.Atr, nil
}

func (h systemHandle) Protocol() uint32 { return uint32(h.card.ActiveProtocol()) }

func (h systemHandle) Transmit(command []byte) ([]byte, error) {
	answer, err := h.card.Transmit(command)
	return answer, code(err)
}

func (h systemHandle) Begin() error { return code(h.card.BeginTransaction()) }

func (h systemHandle) End(disposition uint32) error {
	return code(h.card.EndTransaction(scard.Disposition(disposition)))
}

func (h systemHandle) Reconnect(share, protocols, disposition uint32) error {
	return code(h.card.Reconnect(scard.ShareMode(share), scard.Protocol(protocols), scard.Disposition(disposition)))
}

func (h systemHandle) Attribute(id uint32) ([]byte, error) {
	value, err := h.card.GetAttrib(scard.Attrib(id))
	return value, code(err)
}

func (h systemHandle) Disconnect(disposition uint32) error {
	return code(h.card.Disconnect(scard.Disposition(disposition)))
}
