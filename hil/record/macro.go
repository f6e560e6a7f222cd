package record

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Secrets are what macros stand for. They are the caller's to wipe.
type Secrets struct {
	Passcode    []byte // {pin}
	PUK         []byte // {puk}
	NewPasscode []byte // {newpin}
}

// part is literal bytes, or a macro of so many bytes.
type part struct {
	literal []byte
	macro   string
	size    int
}

// parseMacro reads what is between braces: "pin" or "pin:64".
func parseMacro(word string) (part, error) {
	name, size, sized := strings.Cut(word, ":")
	p := part{macro: name, size: 8}
	if sized {
		n, err := strconv.Atoi(size)
		if err != nil || n < 4 || n > 64 {
			return p, fmt.Errorf("{%s: a passcode is padded to 4 to 64 bytes", name)
		}
		p.size = n
	}
	if !slices.Contains([]string{"pin", "puk", "newpin"}, name) {
		return p, fmt.Errorf("there is no {%s}, only {pin}, {puk} and {newpin}", name)
	}
	return p, nil
}

// value is the secret behind a macro, padded with FF. The error names the macro.
func (s Secrets) value(p part) ([]byte, error) {
	b := map[string][]byte{"pin": s.Passcode, "puk": s.PUK, "newpin": s.NewPasscode}[p.macro]
	if len(b) == 0 {
		return nil, fmt.Errorf("the script wants {%s}, and it was not given", p.macro)
	}
	if len(b) > p.size {
		return nil, fmt.Errorf("{%s} is longer than the %d bytes the script gives it", p.macro, p.size)
	}
	return append(bytes.Clone(b), bytes.Repeat([]byte{0xFF}, p.size-len(b))...), nil
}

// macros are the names of the step's macros.
func (s Step) macros() (out []string) {
	for _, p := range s.parts {
		if p.macro != "" {
			out = append(out, p.macro)
		}
	}
	return out
}

// shape is the command with zeros for secrets.
func (s Step) shape() (out []byte) {
	for _, p := range s.parts {
		out = append(append(out, p.literal...), make([]byte, p.size)...)
	}
	return out
}

// command is the command with its secrets, the caller's to wipe.
func (s Step) command(secrets Secrets) (out []byte, err error) {
	out = make([]byte, 0, len(s.shape())) // no copy is left behind by growing
	for _, p := range s.parts {
		b := p.literal
		if p.macro != "" {
			if b, err = secrets.value(p); err != nil {
				return nil, err
			}
		}
		out = append(out, b...)
		if p.macro != "" {
			clear(b)
		}
	}
	return out, nil
}
