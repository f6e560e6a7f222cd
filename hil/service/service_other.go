//go:build !windows

package service

import "context"

func (Service) run(context.Context, func(context.Context, func()) error) error { return ErrWindows }

func (Service) install() error { return ErrWindows }

func (Service) uninstall(context.Context) (bool, error) { return false, ErrWindows }

func (Service) start(context.Context) error { return ErrWindows }

func (Service) stop(context.Context) error { return ErrWindows }
