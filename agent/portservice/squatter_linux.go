package portservice

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// listening is the state column of a listening socket in /proc/net/tcp (proc(5)).
const listening = "0A"

// Squatter names the program that listens on a loopback port: its name and
// process where /proc tells, otherwise its user, otherwise "unknown".
func Squatter(port int) string {
	uid, inode, ok := listener(port)
	if !ok {
		return "unknown"
	}
	if name := program(inode); name != "" {
		return name
	}
	return "a program of user " + uid
}

// listener finds user and socket of a listening port.
func listener(port int) (uid, inode string, ok bool) {
	for _, table := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		f, err := os.Open(table)
		if err != nil {
			continue
		}
		defer func() { _ = f.Close() }()
		for lines := bufio.NewScanner(f); lines.Scan(); {
			c := strings.Fields(lines.Text())
			if len(c) > 9 && c[3] == listening && strings.HasSuffix(c[1], fmt.Sprintf(":%04X", port)) {
				return c[7], c[9], true
			}
		}
	}
	return "", "", false
}

// program finds the process that has a socket open. Other users' processes are
// only visible to root.
func program(inode string) string {
	links, _ := filepath.Glob("/proc/[0-9]*/fd/*")
	for _, l := range links {
		if to, err := os.Readlink(l); err == nil && to == "socket:["+inode+"]" {
			pid := strings.Split(l, "/")[2]
			name, _ := os.ReadFile("/proc/" + pid + "/comm")
			return fmt.Sprintf("%s (process %s)", strings.TrimSpace(string(name)), pid)
		}
	}
	return ""
}
