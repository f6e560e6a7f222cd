package main

import (
	"bufio"
	"fmt"
	"io"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"
)

// The answers of a real pinentry: source pinentry (5 << 24) and the libgpg-error
// code.
const (
	errTimeout      = "ERR 83886142 Timeout <Pinentry>"
	errCanceled     = "ERR 83886179 Operation cancelled <Pinentry>"
	errNotConfirmed = "ERR 83886194 Not confirmed <Pinentry>"
	errUnknown      = "ERR 536871187 Unknown IPC command <User defined source 1>"
)

// shown is what a person would have seen, never what was typed.
type shown struct {
	At          time.Time `json:"at"`
	Command     string    `json:"command"`
	Description string    `json:"description"`
	Prompt      string    `json:"prompt"`
	Title       string    `json:"title"`
	Error       string    `json:"error"`
	OK          string    `json:"ok,omitempty"`
	NotOK       string    `json:"not_ok,omitempty"`
	Cancel      string    `json:"cancel,omitempty"`
	Timeout     int       `json:"timeout"` // seconds
}

// pinentry is one conversation.
type pinentry struct {
	in     io.Reader
	out    io.Writer
	script *script
	show   func(shown) error
	now    func() time.Time
	screen shown
}

func (p *pinentry) say(line string) error {
	_, err := fmt.Fprintln(p.out, line)
	return err
}

// serve answers lines until BYE or the end of input. Input is read beside the
// answers, so that a hang ends when the other side goes.
func (p *pinentry) serve() error {
	lines := make(chan string)
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		for s := bufio.NewScanner(p.in); s.Scan(); {
			lines <- s.Text()
		}
	}()
	if err := p.say("OK Pleased to meet you"); err != nil {
		return err
	}
	for {
		select {
		case <-gone:
			return nil
		case line := <-lines:
			if strings.EqualFold(line, "BYE") {
				return p.say("OK closing connection")
			}
			if err := p.handle(line, gone); err != nil {
				return err
			}
		}
	}
}

func (p *pinentry) handle(line string, gone <-chan struct{}) error {
	command, rest, _ := strings.Cut(line, " ")
	command = strings.ToUpper(command)
	switch command {
	case "GETPIN", "CONFIRM", "MESSAGE":
		if command == "CONFIRM" && strings.Contains(rest, "--one-button") {
			command = "MESSAGE"
		}
		return p.ask(command, gone)
	case "OPTION", "NOP", "SETKEYINFO":
		return p.say("OK")
	case "RESET":
		p.screen = shown{}
		return p.say("OK")
	case "GETINFO":
		return p.say("D scripted\nOK")
	case "SETTIMEOUT":
		n, err := strconv.Atoi(rest)
		if err != nil || n < 0 {
			return p.say("ERR 83886135 Invalid value passed to IPC <Pinentry>")
		}
		p.screen.Timeout = n
		return p.say("OK")
	}
	if field := p.field(command); field != nil {
		*field = text(rest)
		return p.say("OK")
	}
	return p.say(errUnknown)
}

func (p *pinentry) field(command string) *string {
	switch command {
	case "SETDESC":
		return &p.screen.Description
	case "SETPROMPT":
		return &p.screen.Prompt
	case "SETTITLE":
		return &p.screen.Title
	case "SETERROR":
		return &p.screen.Error
	case "SETOK":
		return &p.screen.OK
	case "SETNOTOK":
		return &p.screen.NotOK
	case "SETCANCEL":
		return &p.screen.Cancel
	}
	return nil
}

// text is an Assuan argument unescaped; a malformed one is shown as it came.
func text(s string) string {
	if plain, err := url.PathUnescape(s); err == nil {
		return plain
	}
	return s
}

// ask shows the screen and does what the script says. The error is shown once.
func (p *pinentry) ask(command string, gone <-chan struct{}) error {
	seen := p.screen
	seen.At, seen.Command = p.now(), command
	if err := p.show(seen); err != nil {
		return err
	}
	p.screen.Error = ""
	a, err := p.script.next(command)
	if err != nil {
		return err
	}
	switch p.wait(a, gone) {
	case waitGone:
		return nil
	case waitTimeout:
		return p.say(errTimeout)
	}
	switch {
	case a.Cancel:
		return p.say(errCanceled)
	case a.NotStarted:
		return p.say(errNotConfirmed)
	case command == "GETPIN" && a.Passcode != "":
		return p.say("D " + escape(a.Passcode) + "\nOK")
	}
	return p.say("OK")
}

type waited int

const (
	waitDone waited = iota
	waitGone
	waitTimeout
)

// wait holds back the answer: for ever with hang, until a file exists with
// wait_for. A person who waits too long meets the timeout.
func (p *pinentry) wait(a answer, gone <-chan struct{}) waited {
	var timeout <-chan time.Time
	if p.screen.Timeout > 0 {
		timeout = time.After(time.Duration(p.screen.Timeout) * time.Second)
	}
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	for a.Hang || !exists(a.WaitFor) {
		select {
		case <-gone:
			return waitGone
		case <-timeout:
			return waitTimeout
		case <-look.C:
		}
	}
	return waitDone
}

func exists(path string) bool {
	if path == "" {
		return true
	}
	_, err := os.Stat(path)
	return err == nil
}

func escape(s string) string {
	return strings.NewReplacer("%", "%25", "\n", "%0A", "\r", "%0D").Replace(s)
}
