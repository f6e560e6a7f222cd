package agent_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/smartcard-connect/smartcard-connect/agent/porttest"
)

// machine is a computer with a port service and several users' agents, all real
// programs of different users.
type machine struct {
	t                *testing.T
	dir, sock, login string
	ports            []int
}

// The users. The service has one of its own, as systemd's DynamicUser gives it.
const (
	serviceUser = 64100
	ada         = 64101
	ben         = 64102
	eve         = 64103 // has no agent
)

func newMachine(t *testing.T) *machine {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("only root can start programs as other users")
	}
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip("no curl to be a browser with: make install")
	}
	dir, err := os.MkdirTemp("", "machine")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	m := &machine{t: t, dir: dir, sock: filepath.Join(dir, "run", "ports.sock"), login: "http://127.0.0.1:9"}
	build := exec.Command("go", "build", "-o", dir, "./cmd/...")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	m.must(os.Chmod(dir, 0o755))
	m.must(os.Mkdir(filepath.Dir(m.sock), 0o755))
	m.must(os.Chown(filepath.Dir(m.sock), serviceUser, serviceUser))
	m.must(os.WriteFile(filepath.Join(dir, "settings.json"), []byte(`{"issuers":[{"url":"`+m.login+`/realm","environment":"int"}]}`), 0o644))
	m.ports = porttest.Several(t, 5)
	return m
}

func (m *machine) must(err error) {
	m.t.Helper()
	if err != nil {
		m.t.Fatal(err)
	}
}

// as starts a program as a user; it is killed at the test's end.
func (m *machine) as(uid uint32, program string, args ...string) (*exec.Cmd, *bufio.Reader) {
	m.t.Helper()
	c := exec.Command(filepath.Join(m.dir, program), args...)
	c.Dir, c.Env = "/", []string{"HOME=/nonexistent", "PATH=/usr/bin:/bin"}
	c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uid, Gid: uid}}
	log := &strings.Builder{}
	c.Stderr = log
	out, err := c.StdoutPipe()
	m.must(err)
	m.must(c.Start())
	m.t.Cleanup(func() {
		_ = c.Process.Kill()
		_ = c.Wait()
		if m.t.Failed() {
			m.t.Logf("%s of user %d:\n%s", program, uid, log)
		}
	})
	return c, bufio.NewReader(out)
}

// agent starts a user's agent and is its port.
func (m *machine) agent(uid uint32) (*exec.Cmd, int) {
	m.t.Helper()
	c, out := m.as(uid, "smartcard-connect", "run", "--settings", filepath.Join(m.dir, "settings.json"), "--port", "0", "--service", m.sock)
	line, err := out.ReadString('\n')
	m.must(err)
	var ready struct{ Port int }
	m.must(json.Unmarshal([]byte(line), &ready))
	return c, ready.Port
}

// curl is a user's browser at a page of an origin, or at none.
func (m *machine) curl(uid uint32, origin string, args ...string) string {
	m.t.Helper()
	args = append([]string{"--silent", "--max-time", "10", "--noproxy", "*", "--write-out", " HTTP %{http_code}"}, args...)
	if origin != "" {
		args = append(args, "--header", "Origin: "+origin)
	}
	c := exec.Command("curl", args...)
	c.Dir, c.Env = "/", []string{"HOME=/nonexistent"}
	c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uid, Gid: uid}}
	out, _ := c.Output() // a refused connection is an answer too
	return strings.ReplaceAll(string(out), "\n", "")
}

func (m *machine) portNumber(uid uint32, port int, more ...string) string {
	m.t.Helper()
	return m.curl(uid, m.login, append(more, portNumberAt(port))...)
}

func portNumberAt(port int) string { return fmt.Sprintf("http://127.0.0.1:%d/PRS/GetPortNumber", port) }

// until asks until the answer has want.
func (m *machine) until(uid uint32, want string) {
	m.t.Helper()
	last := ""
	for range 600 {
		if last = m.portNumber(uid, m.ports[0]); strings.Contains(last, want) {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	m.t.Fatalf("user %d never gets %s, but %s", uid, want, last)
}

// Requirement: two users on one machine never see each other's agent: both
// programs run as two users, each browser gets its own user's port on all five,
// a third gets none, claims in the line or in headers change nothing, and an
// agent that is killed is gone at once for its user alone (issue, point 8).
// Turned red by: door.same-for-all, a port service that believes the line, or
// an agent without the peer check.
func TestTwoUsers(t *testing.T) {
	m := newMachine(t)
	list := strings.Trim(strings.ReplaceAll(fmt.Sprint(m.ports), " ", ","), "[]")
	m.as(serviceUser, "port-service", "serve", "--socket", m.sock, "--ports", list)
	first, adas := m.agent(ada)
	_, bens := m.agent(ben)
	named := func(port int) string { return fmt.Sprintf(`"portNumber":%d}`, port) }
	m.until(ada, named(adas))
	m.until(ben, named(bens))

	forged := []string{"--header", "X-Forwarded-For: 10.0.0.1", "--header", "X-Forwarded-User: " + strconv.Itoa(ada), "--header", "Forwarded: for=10.0.0.1"}
	for _, port := range m.ports {
		for _, more := range [][]string{nil, forged} {
			if got := m.portNumber(ada, port, more...); !strings.Contains(got, named(adas)) || !strings.HasSuffix(got, "HTTP 200") {
				t.Errorf("ada at %d: %s", port, got)
			}
			if got := m.portNumber(ben, port, more...); !strings.Contains(got, named(bens)) || !strings.HasSuffix(got, "HTTP 200") {
				t.Errorf("ben at %d: %s", port, got)
			}
			// No agent of hers vouches for the page's origin.
			if got := m.portNumber(eve, port, more...); !strings.HasSuffix(got, "HTTP 403") {
				t.Errorf("eve at %d: %s", port, got)
			}
		}
	}
	if got := m.curl(eve, "", portNumberAt(m.ports[0])); !strings.Contains(got, "PR30007") {
		t.Errorf("eve without a page: %s", got)
	}

	m.forge(adas)
	m.until(eve, named(adas)) // her own claim, for herself alone
	for uid, want := range map[uint32]int{ada: adas, ben: bens} {
		if got := m.portNumber(uid, m.ports[0]); !strings.Contains(got, named(want)) {
			t.Errorf("after eve's claims user %d gets %s", uid, got)
		}
	}
	for uid, want := range map[uint32]string{ada: "HTTP 200", ben: "HTTP 403", eve: "HTTP 403", 0: "HTTP 403"} {
		if got := m.curl(uid, m.login, fmt.Sprintf("http://127.0.0.1:%d/v1/status", adas)); !strings.HasSuffix(got, want) {
			t.Errorf("user %d at ada's agent: %s", uid, got)
		}
	}

	m.must(first.Process.Kill())
	for range 600 {
		if strings.HasSuffix(m.portNumber(ada, m.ports[0]), "HTTP 403") {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	if got := m.portNumber(ada, m.ports[0]); !strings.HasSuffix(got, "HTTP 403") {
		t.Errorf("ada's agent is dead: %s", got)
	}
	if got := m.portNumber(ben, m.ports[0]); !strings.Contains(got, named(bens)) {
		t.Errorf("ben's is not: %s", got)
	}
}

// forge registers as eve with lines that claim to be ada's agent, and to be
// allowed another page for everybody. The connections stay open.
func (m *machine) forge(adas int) {
	m.t.Helper()
	for _, line := range []string{
		fmt.Sprintf(`{"version":1,"port":%d,"user":"%d","uid":%d,"session":0,"pid":1,"origins":[%q]}`, adas, ada, ada, m.login),
		fmt.Sprintf(`{"version":1,"port":%d,"owner":{"User":"%d"},"origins":[%q,"https://evil.example"]}`, adas, ada, m.login),
	} {
		c := m.connectAs(eve)
		_, err := io.WriteString(c, line+"\n")
		m.must(err)
		answer, err := bufio.NewReader(c).ReadString('\n')
		m.must(err)
		if !strings.Contains(answer, `"status":"registered"`) {
			m.t.Fatalf("%s", answer)
		}
	}
	if got := m.curl(ada, "https://evil.example", portNumberAt(m.ports[0])); !strings.HasSuffix(got, "HTTP 403") {
		m.t.Errorf("eve opened the door of ada's browser: %s", got)
	}
}

// connectAs connects to the service's socket as a user: the kernel takes the
// credentials of the thread at connect (unix(7)).
func (m *machine) connectAs(uid uintptr) net.Conn {
	m.t.Helper()
	type outcome struct {
		c   net.Conn
		err error
	}
	done := make(chan outcome)
	go func() {
		runtime.LockOSThread() // and never unlocked: this thread ends as another user
		same := ^uintptr(0)
		if _, _, e := unix.RawSyscall(unix.SYS_SETRESUID, same, uid, same); e != 0 {
			done <- outcome{nil, e}
			return
		}
		c, err := net.Dial("unix", m.sock)
		done <- outcome{c, err}
	}()
	o := <-done
	m.must(o.err)
	m.t.Cleanup(func() { _ = o.c.Close() })
	return o.c
}
