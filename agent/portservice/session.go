package portservice

import (
	"context"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/local/peer"
)

// Sessions knows who is logged in.
type Sessions interface {
	// Live says whether this user, in this session, is logged in now.
	Live(peer.Owner) bool
}

// sessionTime is between two looks at the sessions.
const sessionTime = 2 * time.Second

// Drop forgets the agents of owners that match, as their session is over, and
// hangs up on them. Systems that say when a session ends call it.
func (s *Service) Drop(match func(peer.Owner) bool) {
	for _, a := range s.registry.matching(match) {
		s.log().Info("an agent's session ended", "user", a.owner.User, "session", a.owner.Session, "port", a.port)
		s.registry.drop(a)
		a.leave()
	}
}

// follow drops agents whose session is over, until ctx ends. An agent that had
// none when it registered, as a service of a user who is not logged in, is
// judged by its process alone.
func (s *Service) follow(ctx context.Context) error {
	look := time.NewTicker(sessionTime)
	defer look.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-look.C:
			s.prune()
		}
	}
}

// prune is one look.
func (s *Service) prune() {
	sessions := s.sessions()
	for _, a := range s.registry.matching(func(peer.Owner) bool { return true }) {
		if a.judged && !sessions.Live(a.owner) {
			s.Drop(func(o peer.Owner) bool { return o == a.owner })
		}
	}
}

func (s *Service) sessions() Sessions {
	if s.Sessions == nil {
		return logins()
	}
	return s.Sessions
}
