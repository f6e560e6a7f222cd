//go:build cgo

package inventory_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/agent/reader/pcsc"
	"github.com/smartcard-connect/smartcard-connect/hil/bench"
	"github.com/smartcard-connect/smartcard-connect/hil/inventory"
	"github.com/smartcard-connect/smartcard-connect/hil/namespace"
)

// TestMain lets the test program stand in for the inner program.
func TestMain(m *testing.M) {
	if len(os.Args) > 2 && os.Args[1] == "inner" {
		if err := inner(os.Args[2]); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// inner looks at a private pcscd with its virtual reader and prints the file.
func inner(dir string) error {
	if err := namespace.Setup(func() { os.Exit(1) }); err != nil {
		return err
	}
	ctx := context.Background()
	b := &bench.Bench{Options: bench.Options{Dir: dir, Env: os.Environ()}}
	if err := b.StartDaemon(ctx); err != nil {
		return err
	}
	list, err := inventory.Look{System: pcsc.New()}.Readers(ctx)
	if err != nil {
		return err
	}
	raw, err := inventory.File("desk", list)
	fmt.Print(string(raw))
	return err
}

// Requirement: with a real pcscd, a virtual reader is listed, has no USB path,
// and the bench file says so. Source: issue 7, point 1. Turned red by: asking a
// driver for what it does not know and failing.
func TestRealDaemonsVirtualReader(t *testing.T) {
	for _, missing := range []func() error{
		func() error { _, err := bench.Programs{}.System(bench.PCSCD); return err },
		func() error { _, err := bench.Programs{}.Driver(); return err },
	} {
		if err := missing(); err != nil {
			t.Skipf("no pcscd with a virtual reader here: %v", err)
		}
	}
	var out strings.Builder
	cmd := exec.Command(os.Args[0], "inner", t.TempDir())
	cmd.Stdout, cmd.Stderr = &out, &out
	cut, err := namespace.Start(cmd)
	if errors.Is(err, namespace.ErrUnavailable) {
		t.Skipf("no namespaces here: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = cut() }()
	if err := cmd.Wait(); err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	for _, want := range []string{"name: Virtual PCD 00 00", "name: Virtual PCD 00 01", "driver: vpcd", "# it has no USB path"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
}
