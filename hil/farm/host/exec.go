package host

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"time"

	"github.com/smartcard-connect/smartcard-connect/hil/farm"
	"github.com/smartcard-connect/smartcard-connect/hil/part"
	"github.com/smartcard-connect/smartcard-connect/hil/trace"
)

// Names in the environment of a program that Exec runs: where it asks for
// devices to be moved, and with which password. See Door.
const (
	EnvActuator = "HIL_ACTUATOR_URL"
	EnvSecret   = "HIL_ACTUATOR_SECRET"
)

// Exec is a Runner that starts a program for each attempt, as a process group of
// its own. The program reads the farm.Work from its standard input, and writes
// one JSON object to its standard output: verdict, reason, result and unfit of
// farm.Outcome. Its standard error is kept as a log.
//
// When the attempt's time is up the whole group is killed: first the lease, then
// manners.
type Exec struct {
	Path string
	Args []string
	Env  []string
	Logs string // folder for logs; empty: none are kept
	Now  func() time.Time

	Tracer *trace.Tracer  // adds a span for each attempt to the trace of its work; nil adds none
	Traces trace.Settings // where the program's own spans go; it finds its traceparent in its environment
}

// most is what a program may say; a result with all its artifacts' digests is
// far below.
const most = 16 << 20

// Run runs the program.
func (e Exec) Run(ctx context.Context, w farm.Work, a Actuator) farm.Outcome {
	o := farm.Outcome{Start: e.Now()}
	ctx, end := e.Tracer.Span(trace.Resume(ctx, w.Trace), "run cell", trace.Run, w.Run, trace.Cell, w.Cell, trace.Attempt, strconv.Itoa(w.Attempt), trace.Host, w.Host)
	answer, err := e.run(ctx, w, a)
	defer func() {
		trace.Note(ctx, trace.Verdict, o.Verdict)
		end(err)
	}()
	if err == nil {
		err = decide(answer, &o)
	}
	o.End = e.Now()
	switch {
	case ctx.Err() != nil:
		o.Verdict, o.Reason, o.Result, o.Unfit = "ERROR", fmt.Sprintf("ended at its time: %v", context.Cause(ctx)), nil, nil
	case err != nil:
		o.Verdict, o.Reason, o.Result = "ERROR", err.Error(), nil
	}
	return o
}

func (e Exec) run(ctx context.Context, w farm.Work, a Actuator) ([]byte, error) {
	door, err := OpenDoor(a)
	if err != nil {
		return nil, err
	}
	defer door.Close()
	work, err := json.Marshal(w)
	if err != nil {
		return nil, err
	}
	log, err := e.log(w)
	if err != nil {
		return nil, err
	}
	defer func() { _ = log.Close() }()
	var out capped
	cmd := exec.Command(e.Path, e.Args...)
	cmd.Env = append(append([]string{}, e.Env...), EnvActuator+"="+door.URL, EnvSecret+"="+door.Secret)
	cmd.Env = append(cmd.Env, trace.Environ(ctx, e.Traces)...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(work), &out, log
	cmd.WaitDelay = time.Second
	if err := guarded(ctx, cmd); err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Base(e.Path), err)
	}
	return out.Bytes(), out.err
}

// guarded runs cmd to its end, or kills its group at the end of ctx. Nothing of
// the group is left when it returns.
func guarded(ctx context.Context, cmd *exec.Cmd) error {
	runtime.LockOSThread() // Linux takes the end of the thread that forked for the parent's death
	defer runtime.UnlockOSThread()
	part.OwnGroup(cmd)
	withParent(cmd)
	group, err := part.StartGroup(cmd)
	if err != nil {
		return err
	}
	defer group.Close()
	stop := context.AfterFunc(ctx, group.Kill)
	err = cmd.Wait()
	stop()
	group.Kill() // what the program has left behind
	if errors.Is(err, exec.ErrWaitDelay) {
		return nil // only such a leftover held the output open
	}
	return err
}

func (e Exec) log(w farm.Work) (*os.File, error) {
	if e.Logs == "" {
		return os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	}
	dir := filepath.Join(e.Logs, safe(w.Run))
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	return os.Create(filepath.Join(dir, fmt.Sprintf("%s.%d.log", safe(w.Cell), w.Attempt)))
}

// safe is a name without what would lead out of a folder.
func safe(name string) string { return filepath.Base(filepath.Clean("/" + name)) }

// decide reads what the program found.
func decide(answer []byte, o *farm.Outcome) error {
	var said farm.Outcome
	if err := json.Unmarshal(bytes.TrimSpace(answer), &said); err != nil {
		return fmt.Errorf("the program's answer is no JSON: %w", err)
	}
	if said.Verdict == "" {
		return errors.New("the program's answer has no verdict")
	}
	o.Verdict, o.Reason, o.Result, o.Unfit = said.Verdict, said.Reason, said.Result, said.Unfit
	return nil
}

// capped keeps what is written up to most.
type capped struct {
	bytes.Buffer
	err error
}

func (c *capped) Write(p []byte) (int, error) {
	if c.Len()+len(p) > most {
		c.err = fmt.Errorf("the program said more than %d bytes: %w", most, io.ErrShortBuffer)
		return len(p), nil
	}
	return c.Buffer.Write(p)
}
