//go:build cgo || windows

package pcsc

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/ebfe/scard"

	"github.com/smartcard-connect/smartcard-connect/agent/reader"
)

// A call that blocks in C does not block its caller past the context; the owner
// cleans up when the call returns (package comment).
// Turned red by: waiting for the call itself.
func TestBlockedCallIsAbandoned(t *testing.T) {
	cleaned, free := make(chan bool, 1), make(chan struct{})
	o := startOwner(func(abandoned bool) { cleaned <- abandoned })
	ctx, cancel := context.WithCancel(t.Context())
	started := make(chan struct{})
	go func() { <-started; cancel() }()
	if err := o.do(ctx, func() error { close(started); <-free; return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("blocked: %v", err)
	}
	if err := o.do(t.Context(), func() error { return nil }); !errors.Is(err, errGone) {
		t.Errorf("afterwards: %v", err)
	}
	close(free)
	if !<-cleaned {
		t.Error("cleaned up as if nobody had given up")
	}
}

// A panic of the binding is an error, and the owner lives on.
// Turned red by: a goroutine that dies with the program.
func TestPanicIsContained(t *testing.T) {
	o := startOwner(func(bool) {})
	defer o.stop()
	if err := o.do(t.Context(), func() error { panic("unknown protocol") }); err == nil {
		t.Error("no error")
	}
	if err := o.do(t.Context(), func() error { return nil }); err != nil {
		t.Error(err)
	}
}

// PC/SC codes keep their number and gain a meaning; a card that is not there
// any more was taken out (PC/SC part 5, winscard.h).
// Turned red by: losing the code, or NO_SMARTCARD on a connection.
func TestMeanings(t *testing.T) {
	for _, c := range []struct {
		err        error
		code       uint32
		fresh, old error
	}{
		{scard.ErrNoService, 0x8010001D, reader.ErrNoService, reader.ErrNoService},
		{scard.ErrCommError, 0x80100013, reader.ErrNoService, reader.ErrNoService},
		{scard.ErrNoSmartcard, 0x8010000C, reader.ErrNoCard, reader.ErrRemoved},
		{scard.ErrReaderUnavailable, 0x80100017, reader.ErrNoReader, reader.ErrRemoved},
		{scard.ErrNotTransacted, 0x80100016, nil, reader.ErrRemoved},
		{scard.ErrResetCard, 0x80100068, reader.ErrReset, reader.ErrReset},
		{scard.ErrRemovedCard, 0x80100069, reader.ErrRemoved, reader.ErrRemoved},
		{scard.ErrSharingViolation, 0x8010000B, reader.ErrBusy, reader.ErrBusy},
		{scard.ErrUnresponsiveCard, 0x80100066, reader.ErrMute, reader.ErrMute},
		{scard.ErrProtoMismatch, 0x8010000F, reader.ErrProtocol, reader.ErrProtocol},
	} {
		var fresh, old Error
		if !errors.As(failed("call", c.err), &fresh) || fresh.Code != c.code || fresh.Meaning != c.fresh {
			t.Errorf("%08X: %v", c.code, fresh)
		}
		if !errors.As(lost("call", c.err), &old) || old.Code != c.code || old.Meaning != c.old {
			t.Errorf("%08X on a connection: %v", c.code, old)
		}
	}
	if text := (Error{Call: "call", Meaning: reader.ErrRemoved}).Error(); strings.Contains(text, "0000") {
		t.Errorf("a call that succeeded is said to have failed: %s", text)
	}
	if failed("call", nil) != nil || lost("call", nil) != nil {
		t.Error("success became an error")
	}
}
