//go:build !linux

package main

// harden does nothing here yet: Windows gets its own with the desktop agent.
func harden() error { return nil }
