package portservice

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/smartcard-connect/smartcard-connect/agent/local/peer"
	"github.com/smartcard-connect/smartcard-connect/agent/porttest"
)

// TestMain lets this program be an agent that dies, see TestEntryDiesWithProcess.
func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == "-die-as-agent" {
		if err := dieAsAgent(os.Args[2]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// dieAsAgent registers, leaves its connection to a child, says the child's
// number and waits to be killed.
func dieAsAgent(socket string) error {
	c, err := net.Dial("unix", socket)
	if err != nil {
		return err
	}
	if _, err := io.WriteString(c, `{"version":1,"port":43485}`+"\n"); err != nil {
		return err
	}
	if _, err := bufio.NewReader(c).ReadString('\n'); err != nil {
		return err
	}
	f, err := c.(*net.UnixConn).File()
	if err != nil {
		return err
	}
	child := exec.Command("sleep", "600")
	child.ExtraFiles = []*os.File{f}
	if err := child.Start(); err != nil {
		return err
	}
	fmt.Println(child.Process.Pid)
	return child.Wait()
}

// Requirement: an entry dies with the process that registered, even when
// another process keeps its connection open (issue, point 8: "entries die with
// the process"). Turned red by: watching the connection alone.
func TestEntryDiesWithProcess(t *testing.T) {
	port, socket := porttest.Free(t), filepath.Join(t.TempDir(), "s")
	defer serve(t, socket, []int{port})()
	await(t, port, "PR30007")
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	agent := exec.Command(self, "-die-as-agent", socket)
	agent.Stderr = os.Stderr
	out, err := agent.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := agent.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	child, err := strconv.Atoi(strings.TrimSpace(line))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = syscall.Kill(child, syscall.SIGKILL) }()
	await(t, port, `"portNumber":43485`)
	if err := agent.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = agent.Wait()
	await(t, port, "PR30007")
	if err := syscall.Kill(child, 0); err != nil {
		t.Errorf("the child that keeps the connection is gone too, so nothing was shown: %v", err)
	}
}

// Requirement: on kernels without SO_PEERPIDFD the process behind the number
// must still be of the user who connected (PID reuse). Turned red by: taking
// whatever process has the number now.
func TestReusedNumberIsRefused(t *testing.T) {
	own := &unix.Ucred{Pid: int32(os.Getpid()), Uid: uint32(os.Getuid())}
	fd, err := byNumber(own)
	if err != nil {
		t.Fatalf("this very process: %v", err)
	}
	_ = unix.Close(fd)
	own.Uid++
	if fd, err := byNumber(own); err == nil {
		_ = unix.Close(fd)
		t.Error("another user's process was taken")
	}
}

// Requirement: a user with a session is online or active; one who lingers or
// logs out has none (sd_uid_get_state(3)). Turned red by: asking only whether
// the file is there.
func TestLogins(t *testing.T) {
	l := logind(t.TempDir())
	for uid, state := range map[string]string{"1": "active", "2": "online", "3": "lingering", "4": "closing", "5": ""} {
		if err := os.WriteFile(filepath.Join(string(l), uid), []byte("# private data\nNAME=x\nSTATE="+state+"\nSTOPPING=no\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for uid, want := range map[string]bool{"1": true, "2": true, "3": false, "4": false, "5": false, "6": false} {
		if got := l.Live(peer.Owner{User: uid}); got != want {
			t.Errorf("user %s: %v", uid, got)
		}
	}
}
