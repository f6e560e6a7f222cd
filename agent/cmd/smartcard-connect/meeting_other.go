//go:build !windows

package main

import "path/filepath"

// socket is where the agent and later launches meet; empty without a folder of
// the session's own.
func (f sessionFlag) socket() string {
	if f.Session == "" {
		return ""
	}
	return filepath.Join(f.Session, "smartcard-connect", "agent.sock")
}

// letForward does nothing: a desktop decides itself which window comes to the
// front.
func letForward() {}
