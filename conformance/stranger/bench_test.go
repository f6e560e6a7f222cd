package stranger_test

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/smartcard-connect/smartcard-connect/emu"
)

// BenchmarkOpenSCSignIn counts what OpenSC sends for one login and one
// signature with the authentication key, to stand beside our own numbers of
// BenchmarkSignIn. The counts do not depend on the machine.
func BenchmarkOpenSCSignIn(b *testing.B) {
	need(b, "pcscd", "pkcs11-tool", "unshare")
	for _, c := range faces {
		b.Run(c.name(), func(b *testing.B) {
			var apdus, bytes int
			for b.Loop() {
				apdus, bytes = openscSignIn(b, c)
			}
			b.ReportMetric(float64(apdus), "apdus/op")
			b.ReportMetric(float64(bytes), "bytes/op")
		})
	}
}

// openscSignIn runs pkcs11-tool once on a fresh card and counts its trace.
func openscSignIn(b *testing.B, c face) (apdus, bytes int) {
	b.Helper()
	dir := b.TempDir()
	trace, input := filepath.Join(dir, "trace"), filepath.Join(dir, "input")
	if err := os.WriteFile(input, make([]byte, 51), 0o600); err != nil {
		b.Fatal(err)
	}
	out, err := c.exec(b, time.Minute, []string{"--trace", trace},
		"pkcs11-tool", "--login", "--pin", emu.DefaultPasscode, "--sign", "--id", c.ids[0], "-m", "RSA-PKCS", "-i", input, "-o", filepath.Join(dir, "signature"))
	if err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	return countTrace(b, trace)
}

// countTrace reads cardemu's trace: one JSON object a line, hexadecimal.
func countTrace(b *testing.B, path string) (apdus, bytes int) {
	b.Helper()
	f, err := os.Open(path)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		var e emu.Exchange
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			b.Fatal(err)
		}
		apdus++
		bytes += (len(e.Command) + len(e.Response)) / 2
	}
	if apdus == 0 {
		b.Fatal("the trace is empty")
	}
	return apdus, bytes
}
