//go:build !linux

package host

import "os/exec"

// withParent does nothing. On Windows the program is in a job that ends with this
// process; elsewhere one that outlives the daemon finds its door shut, and its
// token ended by the daemon that comes next.
func withParent(*exec.Cmd) {}
