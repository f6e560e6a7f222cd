//go:build !windows

package main

import (
	"context"
	"errors"

	"github.com/smartcard-connect/smartcard-connect/agent/portservice"
)

// errWindows is said where there is no Windows service manager.
var errWindows = errors.New("this is for Windows only")

func managed(context.Context, *portservice.Service, func(context.Context) error) error {
	return errWindows
}

func installService(bool) error { return errWindows }

func uninstallService() error { return errWindows }
