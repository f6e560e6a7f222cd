//go:build !windows

package settings

// defaultOpener hands an address to whatever the person uses for it.
func defaultOpener() []string { return []string{"xdg-open"} }
