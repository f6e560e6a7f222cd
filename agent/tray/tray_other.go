//go:build !linux && !windows

package tray

import (
	"context"
	"fmt"
	"runtime"
)

// Run says that there is no tray.
func (*Tray) Run(context.Context) error { return fmt.Errorf("%w: %s", ErrNone, runtime.GOOS) }

// OpenWindow says that there is none.
func (*Tray) OpenWindow() error { return fmt.Errorf("%w: %s", ErrNone, runtime.GOOS) }

// native is nothing here.
type native struct{}
