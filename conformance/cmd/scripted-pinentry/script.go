package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
)

// answer is what the absent person does.
type answer struct {
	Passcode   string `json:"passcode,omitempty"` // a test card's
	Cancel     bool   `json:"cancel,omitempty"`
	NotStarted bool   `json:"not_started,omitempty"`
	Hang       bool   `json:"hang,omitempty"`
	WaitFor    string `json:"wait_for,omitempty"` // a file to exist first
	On         string `json:"on,omitempty"`       // MESSAGE, or empty for the others
}

// script is the answers and how far they have been used, over several runs of
// this program.
type script struct {
	path    string
	answers []answer
}

func readScript(path string) (*script, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var file struct {
		Answers []answer `json:"answers"`
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(&file); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if len(file.Answers) == 0 {
		return nil, fmt.Errorf("%s: no answers", path)
	}
	return &script{path: path, answers: file.Answers}, nil
}

// next takes the answer for a command. A MESSAGE with no answer of its own
// stays up.
func (s *script) next(command string) (answer, error) {
	on := ""
	if command == "MESSAGE" {
		on = command
	}
	var mine []answer
	for _, a := range s.answers {
		if a.On == on {
			mine = append(mine, a)
		}
	}
	if len(mine) == 0 {
		return answer{Hang: true}, nil
	}
	at, err := s.advance(on)
	if err != nil {
		return answer{}, err
	}
	return mine[min(at, len(mine)-1)], nil
}

// advance reads the position and writes the one after it. Pinentries run one
// after the other, so the file needs no lock.
func (s *script) advance(on string) (int, error) {
	path := s.path + ".position"
	if on != "" {
		path += "." + strings.ToLower(on)
	}
	at := 0
	raw, err := os.ReadFile(path)
	if err == nil {
		at, err = strconv.Atoi(strings.TrimSpace(string(raw)))
	}
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return 0, err
	}
	return at, os.WriteFile(path, []byte(strconv.Itoa(at+1)+"\n"), 0o600)
}
