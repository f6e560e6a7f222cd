//go:build linux && cgo

package desktop_test

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/conformance/leak"
)

// inMemory says what of it lies in the memory of a process, and where.
func inMemory(t testing.TB, w leak.Wanted, pid int) []string {
	t.Helper()
	found, err := w.InMemory(pid)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// running are the processes of a program, by what their command line holds.
func running(program, argument string) []int {
	return leak.Running(func(name, line string) bool { return name == program && strings.Contains(line, argument) })
}

// hold keeps in memory what it is told, in hexadecimal and hidden, until its
// input ends.
func hold() {
	in := bufio.NewScanner(os.Stdin)
	var kept [][]byte
	for in.Scan() {
		b, err := hex.DecodeString(in.Text())
		if err != nil {
			os.Exit(1)
		}
		kept = append(kept, hide(b))
		fmt.Println(len(kept))
	}
	runtime.KeepAlive(kept)
	os.Exit(0)
}

// hide keeps a secret from being found on its way to where it is planted; twice
// is the secret again.
func hide(secret []byte) []byte {
	out := bytes.Clone(secret)
	for i := range out {
		out[i] ^= 0x55
	}
	return out
}
