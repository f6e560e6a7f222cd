package stranger_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/porttest"
)

// running is a provider that answers, alone on the last core.
type running struct {
	peer
	cmd     *exec.Cmd
	ready   time.Duration // from exec to the first answer of discovery
	control string        // URL of the control door; of ours only
	at      struct {
		Authorize string `json:"authorization_endpoint"`
		Token     string `json:"token_endpoint"`
	}
}

// start runs a provider until it answers for itself.
func (p peer) start(b *testing.B, h hall) *running {
	b.Helper()
	port := strconv.Itoa(porttest.Free(b))
	argv := append([]string{"-c", strconv.Itoa(runtime.NumCPU() - 1)}, p.argv(h, port)...)
	r := &running{peer: p, cmd: exec.Command("taskset", argv...)}
	said, err := r.cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	begun := time.Now()
	if err := r.cmd.Start(); err != nil {
		b.Fatal(err)
	}
	r.await(b, "http://127.0.0.1:"+port+p.discovery)
	r.ready = time.Since(begun)
	if p.ours {
		var line struct{ Control string }
		if err := json.NewDecoder(bufio.NewReader(said)).Decode(&line); err != nil {
			b.Fatalf("%s: %v", p.name, err)
		}
		r.control = line.Control
	}
	return r
}

// await polls discovery twice a millisecond, and reads it.
func (r *running) await(b *testing.B, url string) {
	b.Helper()
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 5 * time.Second}
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(time.Millisecond / 2) {
		answer, err := client.Get(url)
		if err != nil {
			continue
		}
		err = json.NewDecoder(answer.Body).Decode(&r.at)
		answer.Body.Close()
		if answer.StatusCode == http.StatusOK && err == nil && r.at.Token != "" {
			return
		}
	}
	r.stop()
	b.Fatalf("%s does not answer at %s", r.name, url)
}

func (r *running) stop() {
	_ = r.cmd.Process.Kill() // it may be gone already
	_ = r.cmd.Wait()
}

// cpu is the processor time of the process so far, its own and the kernel's for
// it (proc(5), stat, fields 14 and 15, in hundredths of a second).
func (r *running) cpu() (time.Duration, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", r.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	_, after, _ := strings.Cut(string(text), ") ") // the name may hold spaces
	fields := strings.Fields(after)
	user, err1 := strconv.Atoi(fields[11])
	kernel, err2 := strconv.Atoi(fields[12])
	if err1 != nil || err2 != nil {
		return 0, fmt.Errorf("/proc/PID/stat reads %q", text)
	}
	return time.Duration(user+kernel) * 10 * time.Millisecond, nil
}

// memory is what the process holds in memory, in MiB (proc(5), status, VmRSS).
func (r *running) memory() (float64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", r.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	_, after, _ := strings.Cut(string(text), "VmRSS:")
	fields := strings.Fields(after)
	if len(fields) == 0 {
		return 0, fmt.Errorf("/proc/PID/status has no VmRSS")
	}
	kib, err := strconv.Atoi(fields[0])
	return float64(kib) / 1024, err
}

// stepAside keeps this process off the core of the providers, where there is
// more than one.
func stepAside(b *testing.B) {
	b.Helper()
	others := "0"
	if n := runtime.NumCPU(); n > 2 {
		others = fmt.Sprintf("0-%d", n-2)
	}
	if out, err := exec.Command("taskset", "-acp", others, strconv.Itoa(os.Getpid())).CombinedOutput(); err != nil {
		b.Fatalf("taskset: %v\n%s", err, out)
	}
}
