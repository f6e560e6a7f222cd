//go:build !linux

package main

// threads are those of this program.
type threads struct{}

// EndResting does nothing: ending threads was tried under Linux only.
func (*threads) EndResting() {}
