package service

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/svc"
	"golang.org/x/sys/windows/svc/mgr"
)

// look is how often we look whether a service is where it is to be.
const look = 100 * time.Millisecond

func (s Service) run(ctx context.Context, serve func(context.Context, func()) error) error {
	h := &handler{ctx: ctx, serve: serve}
	if err := svc.Run(s.ID, h); err != nil {
		return fmt.Errorf("the service manager did not start this: %w", err)
	}
	return h.err
}

// handler is the service as its manager sees it.
type handler struct {
	ctx   context.Context
	serve func(context.Context, func()) error
	err   error
}

// Execute is svc.Handler's.
func (h *handler) Execute(_ []string, requests <-chan svc.ChangeRequest, status chan<- svc.Status) (bool, uint32) {
	now := svc.Status{State: svc.StartPending}
	status <- now
	ctx, stop := context.WithCancel(h.ctx)
	defer stop()
	ready, ended := make(chan struct{}), make(chan error, 1)
	go func() { ended <- h.serve(ctx, sync.OnceFunc(func() { close(ready) })) }()
	for {
		select {
		case <-ready:
			ready = nil
			now = svc.Status{State: svc.Running, Accepts: svc.AcceptStop | svc.AcceptShutdown}
			status <- now
		case h.err = <-ended:
			if h.err != nil && ctx.Err() == nil {
				return true, 1
			}
			return false, 0
		case r := <-requests:
			switch r.Cmd {
			case svc.Interrogate:
				status <- now
			case svc.Stop, svc.Shutdown:
				now = svc.Status{State: svc.StopPending}
				status <- now
				stop()
			}
		}
	}
}

func (s Service) install() (err error) {
	program := s.Program
	if program == "" {
		if program, err = os.Executable(); err != nil {
			return err
		}
	}
	m, err := mgr.Connect()
	if err != nil {
		return fmt.Errorf("%w (run as administrator)", err)
	}
	defer func() { _ = m.Disconnect() }()
	w, err := m.CreateService(s.ID, program, mgr.Config{DisplayName: s.Title, Description: s.Description, StartType: mgr.StartAutomatic}, s.Arguments...)
	if err != nil {
		return fmt.Errorf("service %s: %w", s.ID, err)
	}
	defer func() { _ = w.Close() }()
	again := mgr.RecoveryAction{Type: mgr.ServiceRestart, Delay: time.Second}
	// Where this is not known, as in Wine, the service is good without it.
	_ = w.SetRecoveryActions([]mgr.RecoveryAction{again, again, again}, 86400)
	return nil
}

// with opens the service.
func (s Service) with(do func(*mgr.Service) error) error {
	m, err := mgr.Connect()
	if err != nil {
		return fmt.Errorf("%w (run as administrator)", err)
	}
	defer func() { _ = m.Disconnect() }()
	w, err := m.OpenService(s.ID)
	if err != nil {
		return fmt.Errorf("service %s: %w", s.ID, err)
	}
	defer func() { _ = w.Close() }()
	if err := do(w); err != nil {
		return fmt.Errorf("service %s: %w", s.ID, err)
	}
	return nil
}

func (s Service) uninstall(ctx context.Context) (there bool, err error) {
	err = s.with(func(w *mgr.Service) error {
		if err := halt(ctx, w); err != nil {
			return err
		}
		return w.Delete()
	})
	if errors.Is(err, windows.ERROR_SERVICE_DOES_NOT_EXIST) {
		return false, nil
	}
	return true, err
}

func (s Service) start(ctx context.Context) error {
	return s.with(func(w *mgr.Service) error {
		if err := w.Start(); err != nil && !errors.Is(err, windows.ERROR_SERVICE_ALREADY_RUNNING) {
			return err
		}
		return await(ctx, w, svc.Running)
	})
}

func (s Service) stop(ctx context.Context) error {
	return s.with(func(w *mgr.Service) error { return halt(ctx, w) })
}

// halt stops a service, running or not.
func halt(ctx context.Context, w *mgr.Service) error {
	if _, err := w.Control(svc.Stop); err != nil && !errors.Is(err, windows.ERROR_SERVICE_NOT_ACTIVE) {
		return err
	}
	return await(ctx, w, svc.Stopped)
}

// await waits for a state. A service that is to run and has stopped failed.
func await(ctx context.Context, w *mgr.Service, want svc.State) error {
	for {
		now, err := w.Query()
		switch {
		case err != nil:
			return err
		case now.State == want:
			return nil
		case now.State == svc.Stopped:
			return fmt.Errorf("it stopped while it was starting, with code %d", now.Win32ExitCode)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%w: its state is %d", ctx.Err(), now.State)
		case <-time.After(look):
		}
	}
}
