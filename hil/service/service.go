// Package service has a program of ours run as a Windows service, such as the
// daemon of a host with readers: started with the machine, before anybody signs
// in, and again when it fails.
package service

import (
	"context"
	"errors"
)

// ErrWindows is wrapped where there is no Windows service manager.
var ErrWindows = errors.New("this is for Windows only")

// Service is a service of this machine. ID must be set.
type Service struct {
	ID          string   // what sc and the registry call it
	Title       string   // what people see
	Description string   // a sentence
	Program     string   // absolute path; empty is this program
	Arguments   []string // with which it knows that it is to call Run
}

// Run is for the program that the service manager started: it serves until the
// manager says stop, or serve ends, whose error it returns. The manager is told
// that the service runs when serve calls ready. A serve that fails is started
// again by the manager, one that ends without an error is not.
func (s Service) Run(ctx context.Context, serve func(ctx context.Context, ready func()) error) error {
	return s.run(ctx, serve)
}

// Install registers the service, to be started with the machine. It runs as
// LocalSystem, who may use the smartcard service without a session.
func (s Service) Install() error { return s.install() }

// Uninstall stops the service and removes it. Whether there was one is said.
func (s Service) Uninstall(ctx context.Context) (there bool, err error) { return s.uninstall(ctx) }

// Start starts it and waits until it runs.
func (s Service) Start(ctx context.Context) error { return s.start(ctx) }

// Stop stops it and waits until it has ended.
func (s Service) Stop(ctx context.Context) error { return s.stop(ctx) }
