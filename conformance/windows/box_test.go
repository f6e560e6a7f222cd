package windows_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// Paths from this package's folder.
const (
	repository = "../.."
	winebox    = repository + "/ci/winebox/"
	keys       = repository + "/agent/testpki/keys"
)

// boxTime is how long one visit to the box may take, its first making included.
const boxTime = 12 * time.Minute

// jobVariable tells this test program that it runs in the box, and what to do.
const jobVariable = "WINEBOX_JOB"

// job is the work of one visit, as a file in the folder that the box shows as
// /job.
type job struct {
	Kind     string   `json:"kind"` // what to do: a key of kinds
	Series   string   `json:"series,omitempty"`
	Protocol string   `json:"protocol,omitempty"`
	Holder   string   `json:"holder,omitempty"`   // UUID on the card
	Prompter string   `json:"prompter,omitempty"` // empty is by script
	Filters  []string `json:"filters,omitempty"`  // which specs, as the conformance program takes them
}

// kinds is what can be done in the box. Each answers with something to be
// written down as JSON.
var kinds = map[string]func(context.Context, job) (any, error){
	"judge":   judged,
	"service": serviced,
	"form":    formed,
	"desk":    signedIn,
	"tray":    clicked,
	"scan":    scan,
	farmKind:  farmed,
}

// TestMain is either the tests, or one job in the box.
func TestMain(m *testing.M) {
	if os.Getenv(jobVariable) == "" {
		code := m.Run()
		for _, dir := range programs.folders {
			_ = os.RemoveAll(dir)
		}
		os.Exit(code)
	}
	os.Exit(inside())
}

// inside does the job and leaves its result, or says what went wrong.
func inside() int {
	var j job
	err := readJSON("/job/job.json", &j)
	if err == nil {
		err = j.do()
	}
	if err != nil {
		_, _ = os.Stderr.WriteString(err.Error() + "\n")
		return 1
	}
	return 0
}

func (j job) do() error {
	ctx, stop := context.WithTimeout(context.Background(), boxTime)
	defer stop()
	found, err := kinds[j.Kind](ctx, j)
	if err != nil {
		return err
	}
	return writeJSON("/job/result.json", found)
}

func readJSON(path string, v any) error {
	raw, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	return json.Unmarshal(raw, v)
}

func writeJSON(path string, v any) error {
	raw, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return os.WriteFile(path, raw, 0o600)
}

// need skips the test where there can be no box, with the reason.
func need(t *testing.T) {
	t.Helper()
	out, err := exec.Command(winebox+"build.sh", "--check").CombinedOutput()
	if err != nil {
		t.Skip(strings.TrimSpace(string(out)))
	}
}

// visit runs the job in the box with the Windows programs of one word size, and
// reads what it found into result. The options are run.sh's.
func visit(t *testing.T, arch string, j job, result any, options ...string) {
	t.Helper()
	need(t)
	dir := t.TempDir()
	for _, from := range append(needed(t, arch, j), keys) {
		if err := os.CopyFS(dir, os.DirFS(from)); err != nil {
			t.Fatal(err)
		}
	}
	if err := writeJSON(filepath.Join(dir, "job.json"), j); err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithTimeout(t.Context(), boxTime)
	defer stop()
	args := append(options, "--job", dir, "--bind", filepath.Dir(self)+"=/test", "--env", jobVariable+"=1", "--", "/test/"+filepath.Base(self))
	cmd := exec.CommandContext(ctx, winebox+"run.sh", args...)
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Run(); err != nil {
		t.Fatalf("the job in the box: %v\n%s\n%s", err, said.String(), logs(dir))
	}
	if err := readJSON(filepath.Join(dir, "result.json"), result); err != nil {
		t.Fatalf("%v\n%s", err, said.String())
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Log(logs(dir))
		}
	})
}

// logEnd is how much of a log a failure shows, in bytes: that of a whole cell.
const logEnd = 64 << 10

// logs are the ends of what the programs wrote.
func logs(dir string) string {
	var all strings.Builder
	files, _ := filepath.Glob(dir + "/*.log")
	for _, f := range files {
		raw, _ := os.ReadFile(f)
		all.WriteString("== " + filepath.Base(f) + "\n" + string(raw[max(0, len(raw)-logEnd):]))
	}
	return all.String()
}

// programs are built once for all tests.
var programs struct {
	sync.Mutex
	folders map[string]string
}

// needed are the folders with the programs of a job.
func needed(t *testing.T, arch string, j job) []string {
	if j.Kind == farmKind {
		return farmPrograms(t, arch)
	}
	return append(windowed(t, arch, j), linuxPrograms(t), agentPrograms(t, arch), windowsPrograms(t, arch))
}

// linuxPrograms are those around the agent.
func linuxPrograms(t *testing.T) string {
	return built(t, "linux", "amd64", "./emu/cmd/cardemu", "./mockcis2/cmd/mockcis2")
}

// agentPrograms are what is judged, built as it is released.
func agentPrograms(t *testing.T, arch string) string {
	return built(t, "windows", arch, "./agent/cmd/smartcard-connect", "./agent/cmd/port-service")
}

// windowsPrograms are who judges, and the person who types.
func windowsPrograms(t *testing.T, arch string) string {
	return built(t, "windows", arch, "./conformance/cmd/conformance", "./conformance/cmd/scripted-pinentry", "./conformance/cmd/onlooker")
}

// flags are the linker's for a package: the agent's programs have those of a release.
func flags(t *testing.T, pack string) string {
	t.Helper()
	if !strings.HasPrefix(pack, "./agent/") {
		return ""
	}
	cmd := exec.CommandContext(t.Context(), "make", "-s", "--no-print-directory", "flags")
	cmd.Dir = repository
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}

func built(t *testing.T, system, arch string, packages ...string) string {
	t.Helper()
	programs.Lock()
	defer programs.Unlock()
	key := strings.Join(append([]string{system, arch}, packages...), " ")
	if dir := programs.folders[key]; dir != "" {
		return dir
	}
	dir, err := os.MkdirTemp("", "windows-"+system+"-"+arch)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "go", append([]string{"build", "-buildvcs=false", "-trimpath", "-ldflags", flags(t, packages[0]), "-o", dir + "/"}, packages...)...)
	cmd.Dir = repository
	cmd.Env = append(os.Environ(), "GOOS="+system, "GOARCH="+arch, "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatal(errors.Join(err, os.RemoveAll(dir)), string(out))
	}
	if programs.folders == nil {
		programs.folders = map[string]string{}
	}
	programs.folders[key] = dir
	return dir
}
