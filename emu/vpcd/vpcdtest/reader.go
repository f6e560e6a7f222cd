// Package vpcdtest is the other end of package vpcd for tests: one slot of a
// virtual reader without pcscd.
package vpcdtest

import (
	"encoding/binary"
	"io"
	"net"
	"testing"
	"time"
)

// patience bounds every wait; a test that hits it fails.
const patience = 10 * time.Second

// Reader is one slot. Make it with New.
type Reader struct {
	t        testing.TB
	listener *net.TCPListener
	conn     net.Conn
}

// New listens on a free loopback port until the test ends.
func New(t testing.TB) *Reader {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := &Reader{t: t, listener: l.(*net.TCPListener)}
	t.Cleanup(func() {
		r.Unplug()
		l.Close()
	})
	return r
}

// Address is host:port.
func (r *Reader) Address() string { return r.listener.Addr().String() }

// Accept waits for a card.
func (r *Reader) Accept() {
	r.t.Helper()
	_ = r.listener.SetDeadline(time.Now().Add(patience))
	conn, err := r.listener.Accept()
	if err != nil {
		r.t.Fatal("no card was plugged in: ", err)
	}
	r.conn = conn
}

// Nobody reports whether no card tries to connect for a while.
func (r *Reader) Nobody(wait time.Duration) bool {
	_ = r.listener.SetDeadline(time.Now().Add(wait))
	conn, err := r.listener.Accept()
	if err == nil {
		conn.Close()
	}
	return err != nil
}

// Unplug drops the connection, as a pcscd that ends does.
func (r *Reader) Unplug() {
	if r.conn != nil {
		r.conn.Close()
	}
	r.conn = nil
}

// Send writes one message in two pieces, as the Debian driver does.
func (r *Reader) Send(message []byte) {
	r.t.Helper()
	var head [2]byte
	binary.BigEndian.PutUint16(head[:], uint16(len(message)))
	for _, part := range [][]byte{head[:], message} {
		if _, err := r.conn.Write(part); err != nil {
			r.t.Fatal(err)
		}
	}
}

// Receive reads one message; io.EOF says that the card was taken out.
func (r *Reader) Receive() ([]byte, error) {
	_ = r.conn.SetReadDeadline(time.Now().Add(patience))
	var head [2]byte
	if _, err := io.ReadFull(r.conn, head[:]); err != nil {
		return nil, err
	}
	message := make([]byte, binary.BigEndian.Uint16(head[:]))
	_, err := io.ReadFull(r.conn, message)
	return message, err
}

// Exchange is Send and a Receive that must work.
func (r *Reader) Exchange(message []byte) []byte {
	r.t.Helper()
	r.Send(message)
	answer, err := r.Receive()
	if err != nil {
		r.t.Fatal(err)
	}
	return answer
}

// ATR asks for the answer to reset, as pcscd does to see if a card is there.
func (r *Reader) ATR() []byte {
	r.t.Helper()
	return r.Exchange([]byte{0x04})
}
