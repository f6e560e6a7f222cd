//go:build !windows

package main

// systemOpener opens an address in whatever the person uses for it.
func systemOpener() []string { return []string{"xdg-open"} }
