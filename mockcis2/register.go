package mockcis2

import (
	"context"
	"fmt"

	"github.com/smartcard-connect/smartcard-connect/mockcis2/client"
	"github.com/smartcard-connect/smartcard-connect/mockcis2/op"
)

// mostClients bounds what a careless script can make of the memory.
const mostClients = 10000

// Registered are the applications there are, by their ids, secrets and all.
func (s *Server) Registered() []op.Client { return s.engine.Registered() }

// SetClient registers an application, or changes the one with its id. It fails
// on what client.Check refuses.
func (s *Server) SetClient(c op.Client) error {
	if err := client.Check(c); err != nil {
		return err
	}
	if _, known := s.Client(c.ID); !known && len(s.Registered()) >= mostClients {
		return fmt.Errorf("there are %d applications, and no room for more", mostClients)
	}
	if err := s.engine.Register(c); err != nil {
		return err
	}
	s.event("client " + c.ID + " registered")
	return nil
}

// RemoveClient forgets an application. It fails on an unknown id.
func (s *Server) RemoveClient(id string) error {
	if !s.engine.Deregister(id) {
		return fmt.Errorf("no client has the id %q", id)
	}
	s.event("client " + id + " removed")
	return nil
}

// Complete signs the person in whose sign-in waits for a card, without card,
// agent or page, and answers with the URL at which the same browser goes on.
// An empty role is the one that is chosen silently. Errors wrap those of
// login.Shortcut.
func (s *Server) Complete(transaction, uuid, role string) (string, error) {
	return s.pages.Shortcut(transaction, uuid, role)
}

// As is Complete for one person: the Complete of a shortcut.Visit.
func (s *Server) As(uuid, role string) func(context.Context, string) (string, error) {
	return func(_ context.Context, transaction string) (string, error) {
		return s.Complete(transaction, uuid, role)
	}
}

// Client is the registered application with this id.
func (s *Server) Client(id string) (op.Client, bool) { return s.engine.Client(id) }
