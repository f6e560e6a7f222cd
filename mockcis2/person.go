package mockcis2

import (
	"fmt"
	"slices"

	"github.com/smartcard-connect/smartcard-connect/mockcis2/people"
)

// Persons are the personas the provider knows.
func (s *Server) Persons() []people.Person {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.People)
}

// Person is the persona with this UUID.
func (s *Server) Person(uuid string) (people.Person, bool) { return s.person(uuid) }

// SetPerson adds a persona, or changes the one with its UUID. Sign-ins that the
// person has completed stay as they were.
func (s *Server) SetPerson(p people.Person) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.setPerson(p)
	return nil
}

// setPerson keeps list and index alike. s.mu is held.
func (s *Server) setPerson(p people.Person) {
	s.people[p.UUID] = p
	same := func(q people.Person) bool { return q.UUID == p.UUID }
	if i := slices.IndexFunc(s.People, same); i >= 0 {
		s.People[i] = p
	} else {
		s.People = append(s.People, p)
	}
	s.wake()
}

// RemovePerson forgets a persona. It fails on an unknown UUID.
func (s *Server) RemovePerson(uuid string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.people[uuid]; !ok {
		return fmt.Errorf("nobody has the UUID %q", uuid)
	}
	delete(s.people, uuid)
	s.People = slices.DeleteFunc(s.People, func(p people.Person) bool { return p.UUID == uuid })
	s.wake()
	return nil
}
