package agent_test

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
)

// Requirement: a second user on the machine cannot reach the first user's agent
// (issue, "Must show"). Turned red by: leaving out the peer check.
func TestSecondUserIsRefused(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("only root can start a program as another user")
	}
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("no bash to connect with")
	}
	h := open(t)
	for uid, want := range map[uint32]string{65534: "403 Forbidden", 0: "200 OK"} {
		script := fmt.Sprintf("exec 3<>/dev/tcp/127.0.0.1/%d; printf '%%b' \"$1\" >&3; head -n 1 <&3", h.port) // the door reads no body of whom it turns away: the rest may be cut off
		text := fmt.Sprintf("POST /v1/authenticate HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nOrigin: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s",
			h.port, h.origin, len(request()), request())
		c := exec.Command(bash, "-c", script, "bash", text)
		c.Dir = "/"
		c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uid, Gid: uid}}
		out, err := c.CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		if first, _, _ := strings.Cut(string(out), "\r\n"); !strings.HasSuffix(first, want) {
			t.Errorf("user %d: %s", uid, out)
		}
	}
}
