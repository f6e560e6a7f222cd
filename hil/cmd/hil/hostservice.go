package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/smartcard-connect/smartcard-connect/hil/farm/host"
	"github.com/smartcard-connect/smartcard-connect/hil/service"
)

// patient is how long the service manager is waited for.
const patient = time.Minute

// hostService is the daemon as Windows knows it.
func hostService() service.Service {
	return service.Service{
		ID: "SmartcardConnectHilHost", Title: "Smartcard Connect bench host",
		Description: "Runs cells of a reader farm and guards this machine's readers and cards.",
	}
}

// hostInstallCommand registers the service:
//
//	hil host install --hub hub.example:7422 --identity bench-1 --rig bench.yaml
type hostInstallCommand struct{ hostFlags }

// Run registers it; it starts with the machine, or by 'hil host start'.
func (c hostInstallCommand) Run(w world) error {
	if err := host.CheckName(c.Name); err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	s := hostService()
	s.Program, s.Arguments = w.self, c.arguments(w)
	return said(w, "%s is installed, and starts with the machine; 'hil host start' starts it now", s.Install())
}

// arguments are those of the service: all that was asked for here, whatever the
// service's own folder, user and environment are.
func (c hostFlags) arguments(w world) []string {
	args := []string{"host", "run", "--service", "--name", c.Name, "--identity", c.Identity, "--dir", c.Dir, "--bin", c.programs(w).Bin,
		"--at-once", strconv.Itoa(c.AtOnce), "--ttl", c.TTL.String(), "--grace", c.Grace.String()}
	for _, h := range c.Hub {
		args = append(args, "--hub", h)
	}
	if c.Rig != "" {
		args = append(args, "--rig", c.Rig)
	}
	if c.State != "" {
		args = append(args, "--state", c.State)
	}
	if c.Direct {
		args = append(args, "--direct")
	}
	return args
}

// hostUninstallCommand removes the service.
type hostUninstallCommand struct{}

// Run stops it first. One that is not there is no error.
func (hostUninstallCommand) Run(w world) error {
	ctx, cancel := context.WithTimeout(w.ctx, patient)
	defer cancel()
	there, err := hostService().Uninstall(ctx)
	if err == nil && !there {
		return said(w, "%s was not installed", nil)
	}
	return said(w, "%s is removed; what the host kept is still in its folder", err)
}

// hostStartCommand starts the service.
type hostStartCommand struct{}

// Run waits until it runs.
func (hostStartCommand) Run(w world) error {
	ctx, cancel := context.WithTimeout(w.ctx, patient)
	defer cancel()
	return said(w, "%s runs", hostService().Start(ctx))
}

// hostStopCommand stops the service.
type hostStopCommand struct{}

// Run waits until it has ended.
func (hostStopCommand) Run(w world) error {
	ctx, cancel := context.WithTimeout(w.ctx, patient)
	defer cancel()
	return said(w, "%s has stopped", hostService().Stop(ctx))
}

// said tells about the service, or returns what went wrong. Elsewhere than on
// Windows it is wrong use.
func said(w world, what string, err error) error {
	if errors.Is(err, service.ErrWindows) {
		return fmt.Errorf("%w: %w; elsewhere the system's own service manager runs 'hil host'", errUsage, err)
	}
	if err == nil {
		_, err = fmt.Fprintf(w.stdout, what+"\n", hostService().ID)
	}
	return err
}

// serve is the daemon for the service manager. A service has no output: its log
// is DIR/host.log, and that of the start before it host.log.1.
func (c hostRunCommand) serve(w world) error {
	if err := os.MkdirAll(c.Dir, 0o755); err != nil {
		return err
	}
	path := filepath.Join(c.Dir, "host.log")
	_ = os.Rename(path, path+".1")
	log, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }()
	w.stdout, w.stderr = log, log
	err = hostService().Run(w.ctx, func(ctx context.Context, ready func()) error {
		w.ctx = ctx
		return c.work(w, ready)
	})
	if err != nil {
		_, _ = fmt.Fprintln(log, "hil:", err)
	}
	return err
}
