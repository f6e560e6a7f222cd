//go:build !linux

package scale

import "time"

// CPU is not known here.
func CPU(int) (ours, idle time.Duration) { return 0, 0 }
