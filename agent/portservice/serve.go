package portservice

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/smartcard-connect/smartcard-connect/agent/local"
)

// taken is a port that another program holds.
type taken struct {
	port   int
	holder string // as far as it can be told
	err    error
}

// ErrNoPort is wrapped when none of the ports could be had.
var ErrNoPort = errors.New("portservice: every port is taken")

// doors are listeners by port.
type doors map[int][]net.Listener

// open takes every one of ports it can get, and says who holds the others.
func open(ctx context.Context, ports []int) (doors, []taken) {
	opened, lost := doors{}, []taken(nil)
	for _, p := range ports {
		l, err := local.Listen(ctx, p)
		if err != nil {
			lost = append(lost, taken{p, Squatter(p), err})
			continue
		}
		opened[p] = l
	}
	return opened, lost
}

// close lets go of all ports.
func (d doors) close() {
	for _, listeners := range d {
		for _, l := range listeners {
			_ = l.Close()
		}
	}
}

// Serve answers browsers on every one of ports that is free and agents on
// socket, until ctx ends. It logs who holds a port that is not free, and fails
// with ErrNoPort if there is none.
func (s *Service) Serve(ctx context.Context, socket string, ports []int) error {
	opened, lost := open(ctx, ports)
	defer opened.close()
	for _, t := range lost {
		s.log().Error("a port of the port service is taken", "port", t.port, "by", t.holder, "error", t.err)
	}
	if len(opened) == 0 {
		return fmt.Errorf("%w: %v", ErrNoPort, ports)
	}
	registrations, err := listenSocket(socket)
	if err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return s.register(ctx, registrations) })
	for port, listeners := range opened {
		actual := listeners[0].Addr().(*net.TCPAddr).Port
		group.Go(func() error { return local.Serve(ctx, s.server(actual), listeners) })
		s.log().Info("listening", "port", port)
	}
	group.Go(func() error { return s.follow(ctx) })
	if s.Ready != nil {
		s.Ready()
	}
	return group.Wait()
}

// helloTime is how long an agent may take to say its line.
const helloTime = 5 * time.Second
