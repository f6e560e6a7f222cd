// Package forward lets a browser on the machine reach ports inside a
// namespace. The two sides meet at a unix socket, which a network namespace
// does not hide: outside, each port is listened on and its connections are
// passed to the socket with the port's number first; inside, that port is
// dialled. Only loopback addresses are used on both sides.
package forward

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"
)

// patience is for dialling and for the line with the port's number.
const patience = 5 * time.Second

// Outside listens on 127.0.0.1:port and passes connections to the socket until
// ctx ends. It returns at once; an error says that the port cannot be had.
func Outside(ctx context.Context, port int, socket string) error {
	l, err := net.Listen("tcp", loopback(port))
	if err != nil {
		return err
	}
	context.AfterFunc(ctx, func() { _ = l.Close() })
	go accept(l, func(c net.Conn) error {
		inner, err := net.DialTimeout("unix", socket, patience)
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintf(inner, "%d\n", port); err != nil {
			_ = inner.Close()
			return err
		}
		splice(c, inner, inner)
		return nil
	})
	return nil
}

// Inside listens on the socket and passes connections to those of our own ports
// that are in the list, until ctx ends.
func Inside(ctx context.Context, socket string, ports []int) error {
	l, err := net.Listen("unix", socket)
	if err != nil {
		return err
	}
	context.AfterFunc(ctx, func() { _ = l.Close() })
	go accept(l, func(c net.Conn) error { return pass(c, ports) })
	return nil
}

// pass reads the port's number and connects to it.
func pass(c net.Conn, ports []int) error {
	_ = c.SetReadDeadline(time.Now().Add(patience))
	from := bufio.NewReaderSize(c, 16)
	line, err := from.ReadSlice('\n')
	if err != nil {
		return err
	}
	_ = c.SetReadDeadline(time.Time{})
	port, err := strconv.Atoi(strings.TrimSpace(string(line)))
	if err != nil || !slices.Contains(ports, port) {
		return fmt.Errorf("forward: port %q is not offered", line)
	}
	inner, err := net.DialTimeout("tcp", loopback(port), patience)
	if err != nil {
		return err
	}
	splice(inner, c, from)
	return nil
}

func loopback(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }

// accept serves each connection and closes it when that fails; splice closes
// it otherwise.
func accept(l net.Listener, serve func(net.Conn) error) {
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		go func() {
			defer func() { _ = c.Close() }()
			_ = serve(c)
		}()
	}
}

// splice copies both ways between a and b, whose bytes come from fromB, until
// both have ended, passing on that one side has no more to say.
func splice(a, b net.Conn, fromB io.Reader) {
	done := make(chan struct{}, 2)
	go half(a, fromB, done)
	go half(b, a, done)
	<-done
	<-done
	_ = a.Close()
	_ = b.Close()
}

func half(to net.Conn, from io.Reader, done chan<- struct{}) {
	_, _ = io.Copy(to, from)
	if c, ok := to.(interface{ CloseWrite() error }); ok {
		_ = c.CloseWrite()
	}
	done <- struct{}{}
}
