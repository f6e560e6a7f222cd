package mockcis2

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/smartcard-connect/smartcard-connect/mockcis2/people"
)

// mostPeople bounds the memory that the side door can fill.
const mostPeople = 10000

// ErrNobody is a UUID that no persona has.
var ErrNobody = errors.New("nobody has this UUID")

// Persons are the personas as they are now, by UUID.
func (s *Server) Persons() []people.Person {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.SortedFunc(maps.Values(s.people), func(a, b people.Person) int { return cmp.Compare(a.UUID, b.UUID) })
}

// SetPerson adds a persona, or replaces the one with the same UUID. Sessions
// keep what they began with; the next sign-in sees the change. The error names
// the field that is wrong.
func (s *Server) SetPerson(p people.Person) error {
	if err := p.Check(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, there := s.people[p.UUID]; !there && len(s.people) >= mostPeople {
		return fmt.Errorf("persona %s: there are %d already", p.UUID, mostPeople)
	}
	s.people[p.UUID] = p
	return nil
}

// RemovePerson takes a persona away and ends the sessions of that person. It
// fails with ErrNobody.
func (s *Server) RemovePerson(uuid string) error {
	s.mu.Lock()
	_, there := s.people[uuid]
	delete(s.people, uuid)
	s.mu.Unlock()
	if !there {
		return fmt.Errorf("%w: %q", ErrNobody, uuid)
	}
	s.pages.EndSessions(uuid, "the person is no more")
	return nil
}

// Revoke makes the cards of one person revoked. Sessions go on: as with the
// real one, revocation is looked at when a card signs. It fails with ErrNobody.
func (s *Server) Revoke(uuid string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, ok := s.people[uuid]
	if !ok {
		return fmt.Errorf("%w: %q", ErrNobody, uuid)
	}
	p.Revoked = true
	s.people[uuid] = p
	return nil
}

// EndSessions ends the sessions of one person and lets the applications know
// (OpenID Connect Back-Channel Logout 1.0).
func (s *Server) EndSessions(uuid string) { s.pages.EndSessions(uuid, "ended from outside") }

// Person is the persona with this UUID.
func (s *Server) Person(uuid string) (people.Person, bool) { return s.person(uuid) }

func (s *Server) person(uuid string) (people.Person, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, ok := s.people[uuid]
	return p, ok
}
