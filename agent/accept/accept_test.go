package accept_test

import (
	"context"
	"errors"
	"io"
	"net"
	"sync/atomic"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/agent/accept"
)

func dial(t *testing.T, l net.Listener) net.Conn {
	t.Helper()
	c, err := net.Dial(l.Addr().Network(), l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// Requirement: so many callers are held at once and no more, and a place that is free
// again is given to the next; when the context ends, who is held is waited for.
// Source: issue 5 point 7, size limits. Turned red by: a place that is not given back,
// a caller too many, or a return before the last has gone.
func TestEach(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	held, leave, ended := make(chan net.Conn, 9), make(chan struct{}), make(chan error, 1)
	var gone atomic.Int32
	go func() {
		ended <- accept.Each(ctx, l, 2, func(_ context.Context, c net.Conn) {
			held <- c
			<-leave
			gone.Add(1)
			_ = c.Close()
		})
	}()
	dial(t, l)
	dial(t, l)
	<-held
	<-held
	if _, err := dial(t, l).Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		t.Errorf("a third caller: %v", err)
	}
	leave <- struct{}{}
	for again := false; !again; { // a place is free a moment after its caller has gone
		c := dial(t, l)
		select {
		case <-held:
			again = true
		case <-turnedAway(c):
		}
	}
	stop()
	leave <- struct{}{}
	leave <- struct{}{}
	if err := <-ended; err != nil || gone.Load() != 3 {
		t.Errorf("ended with %v when %d of 3 had gone", err, gone.Load())
	}
	if _, err := l.Accept(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("it still listens: %v", err)
	}
}

// turnedAway is closed when the other side has closed the connection.
func turnedAway(c net.Conn) <-chan struct{} {
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, _ = c.Read(make([]byte, 1))
	}()
	return done
}

// broken is a listener that fails when it is told to.
type broken struct {
	net.Listener
	fail chan struct{}
}

func (b broken) Accept() (net.Conn, error) {
	c, err := b.Listener.Accept()
	if err != nil {
		return c, err
	}
	select {
	case <-b.fail:
		_ = c.Close()
		return nil, errors.New("too many open files")
	default:
		return c, nil
	}
}

// Requirement: a listener that breaks is said to have, at once: who is held does not
// keep it back. Turned red by: going on, or waiting for callers that nobody ends.
func TestBroken(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b, held, ended := broken{l, make(chan struct{})}, make(chan struct{}), make(chan error, 1)
	go func() {
		ended <- accept.Each(t.Context(), b, 2, func(ctx context.Context, c net.Conn) {
			held <- struct{}{}
			<-ctx.Done()
			_ = c.Close()
		})
	}()
	dial(t, l)
	<-held
	close(b.fail)
	dial(t, l)
	if err := <-ended; err == nil {
		t.Error("it was not broken")
	}
}
