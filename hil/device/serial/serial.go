// Package serial drives relays and actuators behind a serial port: a multiplexer
// that connects one of several cards, a relay in a reader's cable, a solenoid
// over a keypad.
//
// Two kinds of board are known. "lcus" is the cheap USB relay board with a CH340
// at 9600 baud: four bytes a command and no answer,
//
//	A0 CH ST SUM   CH from 1; ST 1 closes the relay, 0 opens it; SUM is the low byte of the three before
//
// "line" is for boards that one programs oneself. We send a line, the board does
// it and answers with a line when it is done; lines that begin with # are for
// people. Lines end with \n, and are at most 128 bytes:
//
//	> insert 4          < ok
//	> remove 4          < ok
//	> power-on 4        < ok
//	> power-off 4       < ok
//	> press 4 enter     < error no solenoid at 4
//
// The number is the channel. A board refuses what it cannot do with "error" and
// why. It must be able to hear a command twice.
package serial

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	bugst "go.bug.st/serial"

	"github.com/smartcard-connect/smartcard-connect/hil/device"
)

// ErrBoard is wrapped when the board said error, or something that is no answer,
// or nothing.
var ErrBoard = errors.New("the board at the serial port did not do it")

// Settings are those of a bench file. Channel is often a route's.
type Settings struct {
	Port     string         `yaml:"port"`     // such as /dev/serial/by-path/… or COM3
	Board    string         `yaml:"board"`    // lcus or line; empty is lcus
	Baud     int            `yaml:"baud"`     // 0 is 9600
	Channel  int            `yaml:"channel"`  // from 1
	Inverted bool           `yaml:"inverted"` // the relay is closed when the card is out, or the power off
	Keys     map[string]int `yaml:"keys"`     // lcus: the channel of each key's solenoid
	Pulse    time.Duration  `yaml:"pulse"`    // lcus: how long a key is held; 0 is 200 ms
	Boot     time.Duration  `yaml:"boot"`     // waited after opening: some boards restart then
	Settle   time.Duration  `yaml:"settle"`   // lcus: how long a relay takes; 0 is 50 ms
	Patience time.Duration  `yaml:"patience"` // line: how long an answer may take; 0 is 30 s
}

// Check finds what cannot be meant.
func (s Settings) Check() error {
	switch {
	case s.Port == "":
		return errors.New("say which port, such as /dev/serial/by-path/…: names like /dev/ttyUSB0 change")
	case s.Board != "" && s.Board != "lcus" && s.Board != "line":
		return fmt.Errorf("board %q is neither lcus nor line", s.Board)
	case s.Board == "line" && (len(s.Keys) > 0 || s.Inverted):
		return errors.New("keys and inverted are for boards of kind lcus; a line board knows its own")
	}
	for _, ch := range append(values(s.Keys), s.Channel) {
		if ch < 0 || ch > 254 {
			return fmt.Errorf("channel %d is none: from 1 to 254", ch)
		}
	}
	return nil
}

func values(m map[string]int) (out []int) {
	for _, v := range m {
		out = append(out, v)
	}
	return out
}

// Device is one channel of a board. Turn, if set, is held while the port is
// open: share it between all devices of one port.
type Device struct {
	Settings
	Turn chan struct{} // room for one
}

var _ device.Device = Device{}

// Insert closes the channel of the card.
func (d Device) Insert(ctx context.Context) error { return d.turn(ctx, "insert", true) }

// Remove opens it.
func (d Device) Remove(ctx context.Context) error { return d.turn(ctx, "remove", false) }

// PowerOn closes the channel of the reader.
func (d Device) PowerOn(ctx context.Context) error { return d.turn(ctx, "power-on", true) }

// PowerOff opens it.
func (d Device) PowerOff(ctx context.Context) error { return d.turn(ctx, "power-off", false) }

// Press holds a key down for a moment.
func (d Device) Press(ctx context.Context, key string) error {
	if key == "" || len(key) > 16 || strings.ContainsFunc(key, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return fmt.Errorf("%w: key %q is none", device.ErrUnsupported, key)
	}
	if d.Board == "line" {
		return d.say(ctx, "press", " "+key)
	}
	channel, ok := d.Keys[key]
	if !ok {
		return fmt.Errorf("%w: no channel presses key %q; the gadget's settings have keys: {%q: CHANNEL}", device.ErrUnsupported, key, key)
	}
	return d.with(ctx, func(p bugst.Port) (err error) {
		if err = write(p, frame(channel, true)); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, write(p, frame(channel, false))) }() // never left pressed
		return sleep(ctx, or(d.Pulse, 200*time.Millisecond))
	})
}

func (d Device) turn(ctx context.Context, word string, on bool) error {
	if d.Channel == 0 {
		return fmt.Errorf("%w: no channel of the board is for this; the route's or port's settings have channel: N", device.ErrUnsupported)
	}
	if d.Board == "line" {
		return d.say(ctx, word, "")
	}
	return d.with(ctx, func(p bugst.Port) error {
		if err := write(p, frame(d.Channel, on != d.Inverted)); err != nil {
			return err
		}
		return sleep(ctx, or(d.Settle, 50*time.Millisecond))
	})
}

// frame is a command to an LCUS board.
func frame(channel int, closed bool) []byte {
	f := []byte{0xA0, byte(channel), 0, 0}
	if closed {
		f[2] = 1
	}
	f[3] = f[0] + f[1] + f[2]
	return f
}

// say sends a line and waits for its answer.
func (d Device) say(ctx context.Context, word, more string) error {
	line := word + " " + strconv.Itoa(d.Channel) + more
	return d.with(ctx, func(p bugst.Port) error {
		if err := p.ResetInputBuffer(); err != nil {
			return err
		}
		if err := write(p, []byte(line+"\n")); err != nil {
			return err
		}
		wait, cancel := context.WithTimeout(ctx, or(d.Patience, 30*time.Second))
		defer cancel()
		answer, err := answer(wait, p)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			return fmt.Errorf("%w: %q: %w", ErrBoard, line, err)
		case answer != "ok":
			return fmt.Errorf("%w: %q: it said %q", ErrBoard, line, answer)
		}
		return nil
	})
}

// answer is the next line that is not for people.
func answer(ctx context.Context, p bugst.Port) (string, error) {
	if err := p.SetReadTimeout(50 * time.Millisecond); err != nil {
		return "", err
	}
	var line []byte
	for one := make([]byte, 1); ; {
		n, err := p.Read(one)
		if err != nil {
			return "", err
		}
		if ctx.Err() != nil {
			return "", errors.New("no answer in time")
		}
		switch {
		case n == 0:
		case one[0] != '\n':
			if line = append(line, one[0]); len(line) > 128 {
				return "", errors.New("its line has no end; is the baud rate right?")
			}
		default:
			text := strings.TrimSpace(string(line))
			if text != "" && text[0] != '#' {
				return text, nil
			}
			line = line[:0]
		}
	}
}

// with opens the port for use alone.
func (d Device) with(ctx context.Context, use func(bugst.Port) error) error {
	if d.Turn != nil {
		select {
		case d.Turn <- struct{}{}:
			defer func() { <-d.Turn }()
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	p, err := bugst.Open(d.Port, &bugst.Mode{BaudRate: or(d.Baud, 9600), DataBits: 8, Parity: bugst.NoParity, StopBits: bugst.OneStopBit})
	if err != nil {
		return fmt.Errorf("serial port %s: %w%s", d.Port, err, hint(err))
	}
	defer func() { _ = p.Close() }()
	if err := sleep(ctx, d.Boot); err != nil {
		return err
	}
	return use(p)
}

func hint(err error) string {
	var e *bugst.PortError
	if errors.As(err, &e) && e.Code() == bugst.PermissionDenied {
		return "\nOn Debian the rig's user has to be in group dialout"
	}
	return ""
}

// write sends all of it and waits until it is sent.
func write(p bugst.Port, b []byte) error {
	if _, err := p.Write(b); err != nil {
		return err
	}
	return p.Drain()
}

func or[T comparable](v, otherwise T) T {
	var zero T
	if v == zero {
		return otherwise
	}
	return v
}

func sleep(ctx context.Context, d time.Duration) error {
	if d == 0 {
		return nil
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
