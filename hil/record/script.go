package record

import (
	"bufio"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
)

//go:embed script/*.txt
var builtin embed.FS

// ErrScript is wrapped by every error about a script. It names the line, never
// its bytes.
var ErrScript = errors.New("the script cannot be used")

// Script is commands to be sent, in order.
type Script struct {
	Name  string
	Title string // of a built-in one: its first comment
	Steps []Step
}

// Step is a command or a warm reset.
type Step struct {
	Line  int
	Reset bool
	Raw   bool // sent as it is, and nothing after it
	parts []part
}

// Builtin is the script of ours with this name.
func Builtin(name string) (Script, error) {
	raw, err := builtin.ReadFile("script/" + name + ".txt")
	if err != nil {
		return Script{}, fmt.Errorf("%w: none of ours is called %q", ErrScript, name)
	}
	s, err := Parse(name+", built in", strings.NewReader(string(raw)))
	title, _, _ := strings.Cut(strings.TrimPrefix(string(raw), "# "), "\n")
	s.Title = title
	return s, err
}

// Builtins are the names of our scripts, in order.
func Builtins() ([]string, error) {
	files, err := fs.Glob(builtin, "script/*.txt")
	for i, f := range files {
		files[i] = strings.TrimSuffix(path.Base(f), ".txt")
	}
	return files, err
}

// Parse reads a script: a command a line in hexadecimal, spaces allowed, text
// after # ignored. A line "reset" restarts the card. {pin}, {puk} and {newpin}
// stand for 8 bytes padded with FF, {pin:64} for 64; only the data of VERIFY,
// CHANGE REFERENCE DATA and RESET RETRY COUNTER may hold them. A command is
// encoded for the card's protocol, and 61xx and 6Cxx are followed; after the
// word raw it is sent as it stands. Errors wrap ErrScript.
func Parse(name string, r io.Reader) (Script, error) {
	s := Script{Name: name}
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	for n := 1; lines.Scan(); n++ {
		line, _, _ := strings.Cut(lines.Text(), "#")
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		step, err := parseStep(line)
		if err != nil {
			return Script{}, fmt.Errorf("%w: line %d: %w", ErrScript, n, err)
		}
		step.Line = n
		s.Steps = append(s.Steps, step)
	}
	if err := lines.Err(); err != nil {
		return Script{}, fmt.Errorf("%w: %w", ErrScript, err)
	}
	if len(s.Steps) == 0 {
		return Script{}, fmt.Errorf("%w: there is no command in it", ErrScript)
	}
	return s, nil
}

func parseStep(line string) (Step, error) {
	if line == "reset" {
		return Step{Reset: true}, nil
	}
	rest, raw := strings.CutPrefix(line, "raw ")
	parts, err := parseParts(strings.Join(strings.Fields(rest), ""))
	if err != nil {
		return Step{}, err
	}
	s := Step{Raw: raw, parts: parts}
	if err := s.checkMacros(); err != nil {
		return Step{}, err
	}
	_, err = iso7816.ParseCommand(s.shape())
	switch {
	case len(s.shape()) < 4:
		return Step{}, err
	case err != nil && !raw:
		return Step{}, fmt.Errorf("%w; say raw before it if it is meant so", err)
	}
	return s, nil
}

// checkMacros refuses a passcode where it would be written down: outside the
// data of the three commands whose data never is.
func (s Step) checkMacros() error {
	if len(s.macros()) == 0 {
		return nil
	}
	if first := s.parts[0]; first.macro != "" || len(first.literal) < 5 || !carriesSecret(s.shape()) {
		return errors.New("a passcode belongs only into the data of VERIFY (20), CHANGE REFERENCE DATA (24) or RESET RETRY COUNTER (2C)")
	}
	return nil
}

// parseParts splits literal bytes and macros.
func parseParts(text string) ([]part, error) {
	var out []part
	for text != "" {
		literal, rest, found := strings.Cut(text, "{")
		if literal != "" {
			b, err := hex.DecodeString(literal)
			if err != nil {
				return nil, errors.New("neither hexadecimal nor reset, raw, {pin}, {puk} or {newpin}")
			}
			out = append(out, part{literal: b})
		}
		if !found {
			break
		}
		word, after, closed := strings.Cut(rest, "}")
		m, err := parseMacro(word)
		if err != nil || !closed {
			return nil, errors.Join(err, unclosed(closed))
		}
		out, text = append(out, m), after
	}
	return out, nil
}

func unclosed(closed bool) error {
	if closed {
		return nil
	}
	return errors.New("a { without its }")
}
