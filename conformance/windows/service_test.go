package windows_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os/exec"
	"strings"
	"testing"
	"time"
)

const (
	serviceName = "SmartcardConnectPortService"
	pipe        = `\\.\pipe\smartcard-connect-ports`
)

// step is one thing done with the service, and what was wrong with it.
type step struct {
	Title   string `json:"title"`
	Problem string `json:"problem,omitempty"`
	Took    string `json:"took,omitempty"`
}

// Requirement: the port service is installed, started, queried, stopped and
// removed by the service manager; an agent that registers over the pipe is told
// to this user's programs on every port, and forgotten when its process ends.
// Source: issue, point 8 and "Must show". Turned red by: a service that does not
// tell its manager what it does, or a registration that outlives its agent.
func TestService(t *testing.T) {
	for _, arch := range []string{"amd64", "386"} {
		t.Run(arch, func(t *testing.T) {
			var steps []step
			visit(t, arch, job{Kind: "service"}, &steps)
			for _, s := range steps {
				t.Run(s.Title, func(t *testing.T) {
					if s.Problem != "" {
						t.Error(s.Problem)
					}
				})
			}
		})
	}
}

// serviced goes through the life of the service. A step that fails ends it.
func serviced(ctx context.Context, _ job) (any, error) {
	var c cell
	defer c.close()
	// A Windows that stays up between two programs: otherwise it boots again,
	// and starts the service by itself.
	if err := exec.CommandContext(ctx, "wineserver", "-p").Run(); err != nil {
		return nil, err
	}
	settings := map[string]any{"issuers": []map[string]string{{"url": "https://am.example.test:443/realm", "environment": "int"}}}
	if err := writeJSON(config, settings); err != nil {
		return nil, err
	}
	life := []struct {
		title string
		do    func() error
	}{
		{"installed", func() error { return says(ctx, serviceName, "/job/port-service.exe", "install") }},
		{"queried before its start", func() error { return says(ctx, "STOPPED", "sc", "query", serviceName) }},
		{"started", func() error { return says(ctx, "", "net", "start", serviceName) }},
		{"queried", func() error { return comes(ctx, "RUNNING") }},
		{"every port answers, no agent", func() error { return ports(ctx, 0) }},
		{"an agent registers over the pipe", func() error {
			_, err := c.program(ctx, "smartcard-connect", "/usr/bin/wine", "/job/smartcard-connect.exe", "run", "--settings", config, "--service", pipe)
			return err
		}},
		{"every port names this user's agent", func() error { return ports(ctx, agentPort) }},
		{"the agent is forgotten when its process ends", func() error { c.close(); return ports(ctx, 0) }},
		{"stopped", func() error { return says(ctx, "", "net", "stop", serviceName) }},
		{"queried after its end", func() error { return comes(ctx, "STOPPED") }},
		{"removed", func() error { return says(ctx, serviceName, "/job/port-service.exe", "uninstall") }},
		{"removed again is no error", func() error { return says(ctx, serviceName, "/job/port-service.exe", "uninstall") }},
	}
	var steps []step
	for _, l := range life {
		s := step{Title: l.title}
		if err := l.do(); err != nil {
			s.Problem = err.Error()
		}
		if steps = append(steps, s); s.Problem != "" {
			break
		}
	}
	return steps, nil
}

// says runs a Windows program that must succeed and say a word.
func says(ctx context.Context, word, program string, args ...string) error {
	out, err := wine(ctx, append([]string{program}, args...)...)
	if err == nil && !strings.Contains(string(out), word) {
		err = fmt.Errorf("it does not say %s", word)
	}
	if err != nil {
		return fmt.Errorf("%s %s: %w: %s", program, strings.Join(args, " "), err, out)
	}
	return nil
}

// comes waits until the service manager has the service in a state: net starts and
// stops, and does not wait.
func comes(ctx context.Context, state string) (err error) {
	ctx, stop := context.WithTimeout(ctx, startTime)
	defer stop()
	for ctx.Err() == nil {
		if err = says(ctx, state, "sc", "query", serviceName); err == nil {
			return nil
		}
		time.Sleep(200 * time.Millisecond)
	}
	return err
}

// ports waits until the service knows the agent at this port, or none.
func ports(ctx context.Context, agent int) error {
	ctx, stop := context.WithTimeout(ctx, startTime)
	defer stop()
	var out []byte
	for ctx.Err() == nil {
		out, _ = wine(ctx, "/job/port-service.exe", "status", "--json")
		var rows []struct {
			OK    bool `json:"ok"`
			Agent int  `json:"agent"`
		}
		good := json.NewDecoder(bytes.NewReader(out)).Decode(&rows) == nil && len(rows) == 5
		for _, r := range rows {
			good = good && r.OK && r.Agent == agent
		}
		if good {
			return nil
		}
		time.Sleep(100 * time.Millisecond)
	}
	return fmt.Errorf("not every port answers with agent %d: %s", agent, out)
}
