package local

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"time"

	"golang.org/x/sync/errgroup"
)

// Listen opens port on 127.0.0.1 and, where this machine has it, on ::1: a
// browser that looks up "localhost" may use either. Both must be ours, or
// someone else would answer for us.
func Listen(ctx context.Context, port int) ([]net.Listener, error) {
	config := net.ListenConfig{Control: exclusive}
	four, err := config.Listen(ctx, "tcp4", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		return nil, fmt.Errorf("local: %w", err)
	}
	port = four.Addr().(*net.TCPAddr).Port
	six, err := config.Listen(ctx, "tcp6", net.JoinHostPort("::1", strconv.Itoa(port)))
	if inUse(err) {
		_ = four.Close()
		return nil, fmt.Errorf("local: %w", err)
	}
	if err != nil {
		return []net.Listener{four}, nil // no IPv6 here
	}
	return []net.Listener{four, six}, nil
}

// Serve runs server on every listener until ctx ends, then gives requests a
// moment to finish.
func Serve(ctx context.Context, server *http.Server, listeners []net.Listener) error {
	group, ctx := errgroup.WithContext(ctx)
	for _, l := range listeners {
		group.Go(func() error {
			if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
				return err
			}
			return nil
		})
	}
	group.Go(func() error {
		<-ctx.Done()
		stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		if server.Shutdown(stop) != nil {
			return server.Close()
		}
		return nil
	})
	return group.Wait()
}
