package part

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"time"
)

// ErrEnded is wrapped when a part ended before it was ready.
var ErrEnded = errors.New("it ended before it was ready")

// ErrNotReady is wrapped when a part ran but never said that it was ready.
var ErrNotReady = errors.New("it did not get ready in time")

// Program is what to start.
type Program struct {
	Name       string   // for people and for the log's name
	Path       string   // of the executable
	Args       []string // without the program's own name
	Env        []string // the whole environment
	Log        string   // file that gets standard output and error
	Silent     bool     // says no ready line: ready when started
	Foreground bool     // stays in our process group and may use the terminal
	Nice       int      // how far it stands back for others where there are more than cores: 0 to 19, nice(1)
}

// Part is a started Program.
type Part struct {
	Name  string
	Ready json.RawMessage // the ready line, empty for a silent program
	cmd   *exec.Cmd
	group *Group // nil: it stays in ours
	ended chan struct{}
	err   error // of Wait, once ended is closed
}

// Start runs p and waits for its ready line or the end of ctx. Errors wrap
// ErrEnded or ErrNotReady and carry the end of the log. On error nothing runs.
func (p Program) Start(ctx context.Context) (*Part, error) {
	log, err := os.Create(p.Log)
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(p.Path, p.Args...)
	cmd.Env, cmd.Stderr = p.Env, log
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	group, err := p.start(cmd)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", p.Name, err)
	}
	if p.Nice > 0 && !p.Foreground {
		standBack(cmd, p.Nice)
	}
	part := &Part{Name: p.Name, cmd: cmd, group: group, ended: make(chan struct{})}
	ready := part.follow(out, log)
	if p.Silent {
		return part, nil
	}
	return part.await(ctx, ready, p.Log)
}

// start starts the command, in a group of its own if it is not for the
// foreground.
func (p Program) start(cmd *exec.Cmd) (*Group, error) {
	if p.Foreground {
		cmd.Stdin = os.Stdin
		return nil, cmd.Start()
	}
	OwnGroup(cmd)
	return StartGroup(cmd)
}

// follow copies the output to the log, passes the first ready line on and
// collects the end of the program.
func (p *Part) follow(out io.Reader, log *os.File) <-chan json.RawMessage {
	ready := make(chan json.RawMessage, 1)
	go func() {
		defer close(p.ended)
		defer func() { _ = log.Close() }()
		var once sync.Once
		lines := bufio.NewReader(out)
		for {
			line, err := lines.ReadBytes('\n')
			_, _ = log.Write(line)
			if isReady(line) {
				once.Do(func() { ready <- line })
			}
			if err != nil {
				break
			}
		}
		p.err = p.cmd.Wait()
		if p.group != nil {
			p.group.Close()
		}
	}()
	return ready
}

func isReady(line []byte) bool {
	var r struct {
		Ready bool `json:"ready"`
	}
	return json.Unmarshal(line, &r) == nil && r.Ready
}

func (p *Part) await(ctx context.Context, ready <-chan json.RawMessage, log string) (*Part, error) {
	select {
	case p.Ready = <-ready:
		return p, nil
	case <-p.ended:
		return nil, fmt.Errorf("%s: %w: %s", p.Name, ErrEnded, Tail(log))
	case <-ctx.Done():
		p.Stop(time.Second)
		return nil, fmt.Errorf("%s: %w: %s", p.Name, ErrNotReady, Tail(log))
	}
}

// Alive says whether the program still runs.
func (p *Part) Alive() bool {
	select {
	case <-p.ended:
		return false
	default:
		return true
	}
}

// Stop asks the program's group to end with SIGINT and kills it after grace.
// It may be called again.
func (p *Part) Stop(grace time.Duration) {
	p.signal(os.Interrupt)
	select {
	case <-p.ended:
	case <-time.After(grace):
		p.Kill()
	}
}

// Kill ends the program's group at once.
func (p *Part) Kill() {
	p.signal(os.Kill)
	<-p.ended
}

// Wait waits for the program's end, at the end of ctx helped by Stop, and
// returns its exit code, -1 if a signal ended it. late says that ctx ended
// first.
func (p *Part) Wait(ctx context.Context, grace time.Duration) (code int, late bool) {
	select {
	case <-p.ended:
	case <-ctx.Done():
		late = true
		p.Stop(grace)
	}
	return p.cmd.ProcessState.ExitCode(), late
}

func (p *Part) signal(s os.Signal) {
	switch {
	case !p.Alive():
	case p.group != nil:
		p.group.signal(s)
	default:
		_ = p.cmd.Process.Signal(s)
	}
}
