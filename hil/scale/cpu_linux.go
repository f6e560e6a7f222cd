package scale

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// tick is how proc(5) counts: USER_HZ is 100 on every Linux there is.
const tick = 10 * time.Millisecond

// CPU is what process root and all below it have used so far, those that have
// ended and were waited for included, and what the machine has left unused
// (proc(5): /proc/PID/stat fields 14 to 17, /proc/stat field 4).
func CPU(root int) (ours, idle time.Duration) {
	parents, used := map[int]int{}, map[int]time.Duration{}
	files, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, f := range files {
		raw, err := os.ReadFile(f)
		if err != nil {
			continue // it has just ended
		}
		pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(f)))
		fields := strings.Fields(string(raw[bytes.LastIndexByte(raw, ')')+1:]))
		if len(fields) < 15 {
			continue
		}
		parents[pid], _ = strconv.Atoi(fields[1])
		for _, n := range fields[11:15] {
			ticks, _ := strconv.Atoi(n)
			used[pid] += time.Duration(ticks) * tick
		}
	}
	for pid, t := range used {
		if below(pid, root, parents) {
			ours += t
		}
	}
	return ours, unused()
}

func below(pid, root int, parents map[int]int) bool {
	for range 64 {
		if pid == root {
			return true
		}
		var ok bool
		if pid, ok = parents[pid]; !ok {
			return false
		}
	}
	return false
}

func unused() time.Duration {
	raw, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0
	}
	first, _, _ := strings.Cut(string(raw), "\n")
	fields := strings.Fields(first)
	if len(fields) < 6 {
		return 0
	}
	idle, _ := strconv.Atoi(fields[4])
	waiting, _ := strconv.Atoi(fields[5])
	return time.Duration(idle+waiting) * tick
}
