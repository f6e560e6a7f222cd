//go:build cgo || windows

package pcsc

import (
	"context"
	"fmt"

	"github.com/smartcard-connect/smartcard-connect/agent/reader"
)

// errGone is what a caller gets who uses an owner after it was abandoned.
var errGone = fmt.Errorf("pcsc: %w", reader.ErrAbandoned)

// owner is a goroutine that runs calls into PC/SC one after the other, for one
// context. It ends when its queue is closed; then it runs cleanup.
type owner struct {
	queue   chan func()
	gone    chan struct{} // closed when a caller gave up waiting
	cleanup func(abandoned bool)
}

func startOwner(cleanup func(abandoned bool)) *owner {
	o := &owner{queue: make(chan func()), gone: make(chan struct{}), cleanup: cleanup}
	go o.serve()
	return o
}

func (o *owner) serve() {
	keepThread()
	for {
		select {
		case call, open := <-o.queue:
			if !open {
				_ = contain(func() error { o.cleanup(false); return nil })
				return
			}
			call()
		case <-o.gone:
			_ = contain(func() error { o.cleanup(true); return nil })
			return
		}
	}
}

// do runs call on the owner and waits for it, or for ctx: then the owner is
// abandoned and every later do fails. Safe for one caller at a time.
func (o *owner) do(ctx context.Context, call func() error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	done := make(chan error, 1)
	select {
	case <-o.gone:
		return errGone
	case o.queue <- func() { done <- contain(call) }:
	}
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		close(o.gone)
		return ctx.Err()
	}
}

// abandoned says, to a call on the owner, whether its caller still waits for it.
func (o *owner) abandoned() bool {
	select {
	case <-o.gone:
		return true
	default:
		return false
	}
}

// stop ends the owner; its cleanup runs on its own goroutine.
func (o *owner) stop() {
	select {
	case <-o.gone:
	default:
		close(o.queue)
	}
}

// contain turns a panic of the binding into an error.
func contain(call func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("pcsc: the PC/SC binding panicked: %v", r)
		}
	}()
	return call()
}
