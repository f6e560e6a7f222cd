package virtual

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/smartcard-connect/smartcard-connect/hil/attempt"
	"github.com/smartcard-connect/smartcard-connect/hil/bench"
	"github.com/smartcard-connect/smartcard-connect/hil/health"
	"github.com/smartcard-connect/smartcard-connect/hil/namespace"
	"github.com/smartcard-connect/smartcard-connect/hil/part"
	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

var (
	_ attempt.Place = (*Reader)(nil)
	_ attempt.Place = (*Bare)(nil)
)

// ErrGone is wrapped when the process inside does not answer any more.
var ErrGone = errors.New("the virtual reader's process is gone")

// Reader is a virtual reader as seen from outside. Job is what runs there next;
// set it before each attempt. It is for one goroutine.
type Reader struct {
	Job bench.Job

	cmd   *exec.Cmd
	cut   func() error
	to    io.WriteCloser
	from  *json.Decoder
	calls int // so many were made
	found result.Cell
}

// Open starts the process inside namespaces: program and its verb, which is given
// the path of job's file. job says folder, programs and which cell comes first.
func Open(program []string, job bench.Job, env []string) (*Reader, error) {
	file := filepath.Join(job.Dir, "job.json")
	if err := job.Write(file); err != nil {
		return nil, err
	}
	log, err := os.Create(filepath.Join(job.Dir, "reader.log"))
	if err != nil {
		return nil, err
	}
	defer func() { _ = log.Close() }()
	s := &Reader{Job: job, cmd: exec.Command(program[0], append(program[1:len(program):len(program)], file)...)}
	s.cmd.Env, s.cmd.Stderr = env, log
	part.OwnGroup(s.cmd)
	if s.to, err = s.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if s.cut, err = namespace.Start(s.cmd); err != nil {
		return nil, err
	}
	s.from = json.NewDecoder(bufio.NewReader(out))
	var ready struct {
		Ready bool `json:"ready"`
	}
	if err := s.from.Decode(&ready); err != nil || !ready.Ready {
		s.Close()
		return nil, fmt.Errorf("%w before it was ready: %s", ErrGone, part.Tail(log.Name()))
	}
	return s, nil
}

// Close ends everything inside.
func (s *Reader) Close() {
	_ = s.to.Close()
	_ = s.cut()
	_ = s.cmd.Wait()
}

// Process is the number of the process inside, as seen from outside.
func (s *Reader) Process() int { return s.cmd.Process.Pid }

// patience is what the process inside gets to end a judge that is told to stop.
const patience = 15 * time.Second

// call does one thing inside. At the end of ctx a judge is told to stop; what
// does not come back then is given up with the whole stand.
func (s *Reader) call(ctx context.Context, do string) (answer, error) {
	s.calls++
	if err := json.NewEncoder(s.to).Encode(call{Do: do, Number: s.calls, Job: s.Job}); err != nil {
		return answer{}, fmt.Errorf("%w: %w", ErrGone, err)
	}
	back := make(chan error, 1)
	var a answer
	go func() { back <- s.from.Decode(&a) }()
	var err error
	select {
	case err = <-back:
	case <-ctx.Done():
		_ = json.NewEncoder(s.to).Encode(call{Do: "stop", Number: s.calls, Job: s.Job})
		late := time.AfterFunc(patience, func() { _ = s.cut() })
		err = <-back
		late.Stop()
	}
	switch {
	case err != nil:
		return answer{}, fmt.Errorf("%w: %w", ErrGone, err)
	case a.Error != "":
		return a, errors.New(a.Error)
	}
	return a, nil
}

func (s *Reader) just(ctx context.Context, do string) error {
	_, err := s.call(ctx, do)
	return err
}

// Route puts the card in.
func (s *Reader) Route(ctx context.Context) error {
	if err := os.MkdirAll(filepath.Join(s.Job.Dir, "home"), 0o755); err != nil {
		return err
	}
	return s.just(ctx, "route")
}

// Detect waits for pcscd to see it, which looks every 400 ms.
func (s *Reader) Detect(ctx context.Context) error { return s.just(ctx, "detect") }

// Identify asks for the card's serial number.
func (s *Reader) Identify(ctx context.Context) (string, error) {
	a, err := s.call(ctx, "identify")
	return a.Serial, err
}

// Power powers the card afresh.
func (s *Reader) Power(ctx context.Context) error { return s.just(ctx, "power") }

// Tries asks the card's side door.
func (s *Reader) Tries(ctx context.Context) (int, bool, error) {
	a, err := s.call(ctx, "tries")
	return a.Tries, a.Known, err
}

// Judge runs the conformance program inside.
func (s *Reader) Judge(ctx context.Context) error {
	a, err := s.call(ctx, "judge")
	if err != nil {
		return err
	}
	return json.Unmarshal(a.Cell, &s.found)
}

// Collect keeps what the card heard beside the result.
func (s *Reader) Collect(ctx context.Context) (result.Cell, error) {
	return s.found, s.just(ctx, "collect")
}

// Hands are the repairs that a virtual reader knows. It has no power port.
func (s *Reader) Hands() health.Hands {
	by := func(name string) func(context.Context) error {
		return func(ctx context.Context) error { return s.just(ctx, name) }
	}
	return health.Hands{Reconnect: by("reconnect"), WarmReset: by("warm reset"), Unpower: by("unpower"), RestartDaemon: by("daemon restart")}
}

// Bare is a reader inside the conformance process: nothing is to be moved.
type Bare struct {
	Job bench.Job
	Env []string

	found result.Cell
}

// Route makes the attempt's folder.
func (b *Bare) Route(context.Context) error {
	return os.MkdirAll(filepath.Join(b.Job.Dir, "home"), 0o755)
}

// Detect has nothing to see.
func (b *Bare) Detect(context.Context) error { return nil }

// Identify knows nobody.
func (b *Bare) Identify(context.Context) (string, error) { return "", nil }

// Power is there.
func (b *Bare) Power(context.Context) error { return nil }

// Tries are the conformance process's own matter.
func (b *Bare) Tries(context.Context) (int, bool, error) { return 0, false, nil }

// Judge runs the conformance program.
func (b *Bare) Judge(ctx context.Context) error {
	b.found = b.Job.Judge(ctx, b.Env, b.Job.Cell.Target(b.Job.Seed))
	return nil
}

// Collect is what it found.
func (b *Bare) Collect(context.Context) (result.Cell, error) { return b.found, nil }
