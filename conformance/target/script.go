package target

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// scriptFile is the person behind the scripted pinentry program.
type scriptFile struct{ script, shown string }

// Will writes the script whole or not at all and starts it from the top.
func (s *scriptFile) Will(_ context.Context, answers ...Answer) error {
	raw, err := json.Marshal(struct {
		Answers []Answer `json:"answers"`
	}{answers})
	if err != nil {
		return err
	}
	for _, stale := range []string{s.script + ".position", s.shown} {
		if err := os.Remove(stale); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	next := s.script + ".next"
	if err := os.WriteFile(next, raw, 0o600); err != nil {
		return err
	}
	return os.Rename(next, s.script)
}

// Saw reads what the program wrote down.
func (s *scriptFile) Saw(context.Context) ([]Form, error) {
	f, err := os.Open(s.shown)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var forms []Form
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		var line struct {
			Command, Description, Prompt, Title, Error string
			Timeout                                    int
		}
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			return nil, fmt.Errorf("what the person saw: %w", err)
		}
		text := strings.Join([]string{line.Title, line.Error, line.Description, line.Prompt}, "\n")
		forms = append(forms, Form{Command: line.Command, Text: text, Timeout: line.Timeout})
	}
	return forms, lines.Err()
}

// opening is how long a desktop may take to open an address that it was given.
const opening = 8 * time.Second

// openByProgram runs the built agent program as the desktop would for a URI.
// The agent's browser opener writes the address it is given into opened.
func openByProgram(program, settings, opened string) func(context.Context, string) (string, error) {
	return func(ctx context.Context, uri string) (string, error) {
		if err := os.WriteFile(opened, nil, 0o600); err != nil {
			return "", err
		}
		c := exec.CommandContext(ctx, program, "authenticate", uri, "--settings", settings, "--log-folder", filepath.Join(filepath.Dir(opened), "agent-logs"),
			"--session-dir", filepath.Dir(settings)) // the cell's session, not the bench's
		out, ran := c.CombinedOutput()
		for end := time.Now().Add(opening); time.Now().Before(end); {
			if raw, err := os.ReadFile(opened); err == nil && len(raw) > 0 {
				lines := strings.Split(strings.TrimSpace(string(raw)), "\n")
				return lines[len(lines)-1], nil
			}
			select {
			case <-ctx.Done():
				return "", ctx.Err()
			case <-time.After(50 * time.Millisecond):
			}
		}
		return "", fmt.Errorf("%s authenticate opened nothing: %w: %.300s", filepath.Base(program), ran, out)
	}
}
