package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/svc"
	"golang.org/x/sys/windows/svc/mgr"

	"github.com/smartcard-connect/smartcard-connect/agent/portservice"
)

// serviceName is what sc and the registry call it.
const serviceName = "SmartcardConnectPortService"

// managedArguments start this program as the service. The program cannot find
// out by itself everywhere whether the service manager started it.
func managedArguments() []string { return []string{"serve", "--managed"} }

// managed serves until the service manager says stop.
func managed(ctx context.Context, service *portservice.Service, serve func(context.Context) error) error {
	h := &handler{ctx: ctx, service: service, serve: serve}
	if err := svc.Run(serviceName, h); err != nil {
		return fmt.Errorf("the service manager did not start this: %w", err)
	}
	return h.err
}

// handler is the service as its manager sees it.
type handler struct {
	ctx     context.Context
	service *portservice.Service
	serve   func(context.Context) error
	err     error
}

// Execute is svc.Handler's: running once every door is open, stopped when they
// are closed again.
func (h *handler) Execute(_ []string, requests <-chan svc.ChangeRequest, status chan<- svc.Status) (bool, uint32) {
	status <- svc.Status{State: svc.StartPending}
	ctx, stop := context.WithCancel(h.ctx)
	defer stop()
	ready, ended := make(chan struct{}), make(chan error, 1)
	h.service.Ready = func() { close(ready) }
	go func() { ended <- h.serve(ctx) }()
	running := svc.Status{State: svc.StartPending}
	for {
		select {
		case <-ready:
			ready = nil
			running = svc.Status{State: svc.Running, Accepts: svc.AcceptStop | svc.AcceptShutdown}
			status <- running
		case h.err = <-ended:
			if h.err != nil {
				return true, 1
			}
			return false, 0
		case r := <-requests:
			obey(r, running, status, stop)
		}
	}
}

func obey(r svc.ChangeRequest, now svc.Status, status chan<- svc.Status, stop func()) {
	switch r.Cmd {
	case svc.Interrogate:
		status <- now
	case svc.Stop, svc.Shutdown:
		status <- svc.Status{State: svc.StopPending}
		stop()
	}
}

// installService registers this program as a service that starts with the
// machine and comes back when it fails. It runs as LocalSystem: nobody less may
// ask whose the processes of every session are.
func installService(print bool) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	if print {
		_, err := fmt.Println(windows.ComposeCommandLine(append([]string{self}, managedArguments()...)))
		return err
	}
	m, err := mgr.Connect()
	if err != nil {
		return fmt.Errorf("%w (run as administrator, or use --print)", err)
	}
	defer func() { _ = m.Disconnect() }()
	s, err := m.CreateService(serviceName, self, mgr.Config{
		DisplayName: "Smartcard Connect Port Service", StartType: mgr.StartAutomatic,
		Description: "Tells browsers on which port the smartcard agent of their user listens.",
	}, managedArguments()...)
	if err != nil {
		return fmt.Errorf("service %s: %w", serviceName, err)
	}
	defer func() { _ = s.Close() }()
	again := mgr.RecoveryAction{Type: mgr.ServiceRestart, Delay: time.Second}
	if err := s.SetRecoveryActions([]mgr.RecoveryAction{again, again, again}, 86400); err != nil {
		fmt.Fprintln(os.Stderr, "port-service: Windows will not start it again by itself when it fails:", err)
	}
	fmt.Println("installed", serviceName+"\nnow run: sc start", serviceName)
	return nil
}

// uninstallService stops the service and removes it; it is no error that there
// is none.
func uninstallService() error {
	m, err := mgr.Connect()
	if err != nil {
		return fmt.Errorf("%w (run as administrator)", err)
	}
	defer func() { _ = m.Disconnect() }()
	s, err := m.OpenService(serviceName)
	if errors.Is(err, windows.ERROR_SERVICE_DOES_NOT_EXIST) {
		fmt.Println("there is no service", serviceName)
		return nil
	}
	if err != nil {
		return fmt.Errorf("service %s: %w", serviceName, err)
	}
	defer func() { _ = s.Close() }()
	_, _ = s.Control(svc.Stop) // one that does not run cannot be stopped
	if err := s.Delete(); err != nil {
		return fmt.Errorf("service %s: %w", serviceName, err)
	}
	fmt.Println("removed", serviceName)
	return nil
}
