package target

import (
	"context"
	"net/http"
)

// remoteService is a real pcscd, behind the bench's side door.
type remoteService struct {
	side   sideDoor
	reader string
	wait   func(ctx context.Context, present bool) error
}

// Stop ends it.
func (s *remoteService) Stop(ctx context.Context) error {
	return s.side.call(ctx, http.MethodPost, "/stop", struct{}{}, nil)
}

// Start starts it and waits for the card.
func (s *remoteService) Start(ctx context.Context) error {
	if err := s.run(ctx); err != nil {
		return err
	}
	return s.wait(ctx, true)
}

// run starts it where it does not run.
func (s *remoteService) run(ctx context.Context) error {
	return s.side.call(ctx, http.MethodPost, "/start", struct{}{}, nil)
}

// Hold connects to the card exclusively.
func (s *remoteService) Hold(ctx context.Context) (func() error, error) { return hold(ctx, s.reader) }
