package portservice

import (
	"context"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/agent/local/peer"
)

const testPipe = `\\.\pipe\smartcard-connect-ports-test`

// TestMain is either the tests, or an agent that connects and waits for the end
// of its input.
func TestMain(m *testing.M) {
	if path := os.Getenv("CONNECTS_TO"); path != "" {
		connects(path)
		return
	}
	os.Exit(m.Run())
}

func connects(path string) {
	c, err := dialSocket(context.Background(), path)
	if err != nil {
		os.Exit(1)
	}
	_, _ = os.Stdin.Read(make([]byte, 1))
	_ = c.Close()
}

// testSocket is a place where a test's service takes registrations.
func testSocket(t *testing.T) string { return testPipe + "-" + t.Name() }

// Requirement: whoever registers is the process that Windows names, whatever it
// says, and is gone when that process is. Source: issue, point 8;
// GetNamedPipeClientProcessId. Turned red by: believing a message, or waiting
// for the connection instead of the process.
func TestRegistrantIsTheProcess(t *testing.T) {
	l, err := listenSocket(testPipe)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	other := exec.Command(os.Args[0])
	other.Env = append(os.Environ(), "CONNECTS_TO="+testPipe)
	input, err := other.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := other.Start(); err != nil {
		t.Fatal(err)
	}
	c, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	who, err := registrant(c)
	if err != nil {
		t.Fatal(err)
	}
	defer who.Release()
	if self, err := peer.Self(); err != nil || who.Owner != self {
		t.Errorf("%v, want %v (%v)", who.Owner, self, err)
	}
	select {
	case <-who.Ended:
		t.Error("it is said to be gone, and lives")
	default:
	}
	_ = input.Close()
	_ = other.Wait()
	<-who.Ended
}

// Requirement: a second server of the pipe is refused, so that nobody stands in
// for the service. Turned red by: a pipe of which anybody may serve an instance.
func TestOneServer(t *testing.T) {
	l, err := listenSocket(testPipe)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if second, err := listenSocket(testPipe); err == nil {
		_ = second.Close()
		t.Error("there are two")
	}
}

// Requirement: a session that exists is live, one that does not is not. Turned
// red by: asking for the wrong session.
func TestSessions(t *testing.T) {
	self, err := peer.Self()
	if err != nil {
		t.Fatal(err)
	}
	if !logins().Live(self) {
		t.Errorf("the session of %v is over", self)
	}
	if (terminal{}).Live(peer.Owner{User: self.User, Session: 4711}) {
		t.Error("there is a session 4711")
	}
}

// Requirement: a port that is taken is reported with who holds it (design §4:
// "names a squatter"). Turned red by: the wrong table.
func TestSquatterHasAName(t *testing.T) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if who := Squatter(l.Addr().(*net.TCPAddr).Port); !strings.Contains(who, "portservice.test.exe") {
		t.Errorf("%q", who)
	}
	if who := Squatter(1); who != "unknown" {
		t.Errorf("port 1: %q", who)
	}
}
