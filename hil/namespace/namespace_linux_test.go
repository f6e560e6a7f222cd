package namespace_test

import (
	"errors"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/hil/namespace"
)

// TestMain lets the test program stand in for the inner program.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "inner" {
		os.Exit(inner())
	}
	os.Exit(m.Run())
}

func inner() int {
	dead := make(chan struct{})
	if err := namespace.Setup(func() { close(dead) }); err != nil {
		println(err.Error())
		return 2
	}
	if _, err := net.Listen("tcp", "127.0.0.1:35963"); err != nil {
		println(err.Error())
		return 3
	}
	entries, _ := os.ReadDir("/run")
	for _, e := range entries {
		_, _ = os.Stdout.WriteString(e.Name() + " ")
	}
	if os.Getpid() == 1 {
		_, _ = os.Stdout.WriteString("one\n")
	}
	if len(os.Args) > 2 {
		<-dead
	}
	return 0
}

func start(t *testing.T, args ...string) (*exec.Cmd, func() error, *strings.Builder) {
	t.Helper()
	cmd := exec.Command(os.Args[0], append([]string{"inner"}, args...)...)
	out := &strings.Builder{}
	cmd.Stdout, cmd.Stderr = out, out
	cut, err := namespace.Start(cmd)
	if errors.Is(err, namespace.ErrUnavailable) {
		t.Skipf("no namespaces here: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return cmd, cut, out
}

func wait(t *testing.T, cmd *exec.Cmd, out *strings.Builder) {
	t.Helper()
	err := cmd.Wait()
	if cmd.ProcessState.ExitCode() == 2 {
		t.Skipf("no namespaces here: %s", out)
	}
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
}

// Source: shared design §6, a pcscd cell is one set of namespaces. Turned red
// by: leaving out a clone flag, the tmpfs or the loopback.
func TestInnerProgramHasAMachineOfItsOwn(t *testing.T) {
	cmd, cut, out := start(t)
	defer func() { _ = cut() }()
	wait(t, cmd, out)
	if got := out.String(); got != "pcscd one\n" {
		t.Errorf("inside: %q, want an empty /run with pcscd's directory and process number 1", got)
	}
}

// Source: shared design §6, "leaves nothing behind". Turned red by: not
// watching the lifeline.
func TestInnerProgramEndsWhenTheLifelineIsCut(t *testing.T) {
	cmd, cut, out := start(t, "wait")
	if err := cut(); err != nil {
		t.Fatal(err)
	}
	wait(t, cmd, out)
}
