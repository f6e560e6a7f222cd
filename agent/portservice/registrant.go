package portservice

import (
	"net"

	"github.com/smartcard-connect/smartcard-connect/agent/local/peer"
)

// Registrant is the process at the other end of an agent's connection, by the
// kernel's word.
type Registrant struct {
	Owner peer.Owner
	// Ended is closed when that very process is gone, even if another one
	// keeps the connection or has its number. nil says nothing.
	Ended <-chan struct{}
	// Release lets go of the process; nil has nothing to let go of.
	Release func()
}

// identify asks the service's own resolver, or the kernel.
func (s *Service) identify(c net.Conn) (Registrant, error) {
	find := s.Registrant
	if find == nil {
		find = registrant
	}
	who, err := find(c)
	if who.Release == nil {
		who.Release = func() {}
	}
	return who, err
}
