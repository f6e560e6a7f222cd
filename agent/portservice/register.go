package portservice

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/accept"
	"github.com/smartcard-connect/smartcard-connect/agent/local/peer"
	"github.com/smartcard-connect/smartcard-connect/agent/settings"
)

// Hello is an agent's line (PROTOCOL.md §2). Who sent it is the kernel's word.
type Hello struct {
	Version int `json:"version"`
	Port    int `json:"port"`
	// Origins are the pages that this user's browser may ask from.
	Origins []string `json:"origins,omitempty"`
}

// reply is the service's.
type reply struct {
	Status string `json:"status,omitempty"`
	Error  string `json:"error,omitempty"`
}

// maxHello bounds a line and maxOpen the connections that hold one.
const (
	maxHello = 16 << 10
	maxOpen  = 256
)

// register takes agents until ctx ends.
func (s *Service) register(ctx context.Context, l net.Listener) error {
	if err := accept.Each(ctx, l, maxOpen, s.hold); err != nil {
		return fmt.Errorf("portservice: %w", err)
	}
	return nil
}

// hold keeps an agent for as long as its connection, its process and its
// session live.
func (s *Service) hold(ctx context.Context, c net.Conn) {
	defer func() { _ = c.Close() }()
	ctx, leave := context.WithCancel(ctx)
	defer leave()
	defer context.AfterFunc(ctx, func() { _ = c.Close() })()
	who, err := s.identify(c)
	defer who.Release()
	if err == nil {
		err = s.registry.sit(who.Owner)
	}
	if err != nil {
		s.log().Warn("refused an agent", "user", who.Owner.User, "error", err)
		return
	}
	defer s.registry.up(who.Owner)
	go leaveWith(ctx, who.Ended, leave)
	a, err := s.greet(c, who.Owner, leave)
	if err != nil {
		s.log().Warn("refused an agent", "user", who.Owner.User, "error", err)
		_ = json.NewEncoder(c).Encode(reply{Error: err.Error()})
		return
	}
	defer s.registry.drop(a)
	s.log().Info("an agent registered", "user", a.owner.User, "session", a.owner.Session, "port", a.port)
	if json.NewEncoder(c).Encode(reply{Status: "registered"}) == nil {
		_, _ = io.Copy(io.Discard, c)
	}
	s.log().Info("an agent left", "user", a.owner.User, "session", a.owner.Session, "port", a.port)
}

// leaveWith hangs up when the agent's process has ended.
func leaveWith(ctx context.Context, ended <-chan struct{}, leave func()) {
	select {
	case <-ended:
		leave()
	case <-ctx.Done():
	}
}

func (s *Service) greet(c net.Conn, owner peer.Owner, leave func()) (*agent, error) {
	_ = c.SetReadDeadline(time.Now().Add(helloTime))
	line, err := bufio.NewReaderSize(io.LimitReader(c, maxHello), maxHello).ReadBytes('\n')
	if err != nil {
		return nil, fmt.Errorf("no line: %w", err)
	}
	_ = c.SetReadDeadline(time.Time{})
	h, err := parseHello(line)
	if err != nil {
		return nil, err
	}
	a := &agent{owner: owner, port: h.Port, origins: h.Origins, judged: s.sessions().Live(owner), leave: leave}
	return a, s.registry.add(a)
}

func parseHello(line []byte) (Hello, error) {
	var h Hello
	if err := json.Unmarshal(line, &h); err != nil {
		return h, err
	}
	if h.Version != 1 {
		return h, fmt.Errorf("version %d is not 1", h.Version)
	}
	if h.Port < 1024 || h.Port > 65535 {
		return h, errors.New("the port is not one an agent can have")
	}
	return h, settings.Settings{SigningOrigins: h.Origins}.Check()
}
