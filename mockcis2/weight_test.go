package mockcis2_test

import (
	"debug/buildinfo"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/mockcis2"
)

// BenchmarkWeight says what the linked program weighs: bytes as 'make build'
// links it and with symbols for a debugger, modules and packages that are not
// the standard library's.
func BenchmarkWeight(b *testing.B) {
	size := func(flags ...string) float64 {
		to := filepath.Join(b.TempDir(), "mockcis2")
		build := exec.Command("go", append(append([]string{"build", "-trimpath"}, flags...), "-o", to, "./cmd/mockcis2")...)
		build.Stderr = os.Stderr
		if err := build.Run(); err != nil {
			b.Fatal(err)
		}
		info, err := os.Stat(to)
		if err != nil {
			b.Fatal(err)
		}
		linked, err := buildinfo.ReadFile(to)
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(len(linked.Deps)), "modules")
		return float64(info.Size())
	}
	list, err := exec.Command("go", "list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}", "./cmd/mockcis2").Output()
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(0, "ns/op") // the time is that of the compiler
	b.ReportMetric(size("-ldflags=-s -w"), "bytes")
	b.ReportMetric(size(), "bytes-with-symbols")
	b.ReportMetric(float64(len(strings.Fields(string(list)))), "packages")
}

// BenchmarkStart is a provider in process, from nothing to serving.
func BenchmarkStart(b *testing.B) {
	for b.Loop() {
		s := &mockcis2.Server{}
		if err := s.Start(); err != nil {
			b.Fatal(err)
		}
		_ = s.Close()
	}
}
