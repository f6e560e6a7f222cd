package serial_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/smartcard-connect/smartcard-connect/hil/device"
	"github.com/smartcard-connect/smartcard-connect/hil/device/serial"
)

// pair is a pseudo-terminal: the board's end, and the name of ours. It is raw,
// and kept open so that what was said is there after we closed.
func pair(t *testing.T) (board *os.File, port string) {
	t.Helper()
	board, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = board.Close() })
	fd := int(board.Fd())
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	n, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	port = fmt.Sprintf("/dev/pts/%d", n)
	held, err := os.OpenFile(port, os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = held.Close() })
	if err := unix.IoctlSetTermios(int(held.Fd()), unix.TCSETS, &unix.Termios{Cflag: unix.CS8 | unix.CREAD | unix.B9600}); err != nil {
		t.Fatal(err)
	}
	return board, port
}

// Requirement: an LCUS board hears its frames. Source: the package's table (A0,
// channel, state, sum). Turned red by: another byte, or the wrong way round.
func TestRelayFrames(t *testing.T) {
	board, port := pair(t)
	d := serial.Device{Settings: serial.Settings{Port: port, Channel: 2, Keys: map[string]int{"enter": 9}, Pulse: time.Millisecond, Settle: time.Millisecond}}
	turned := d
	turned.Inverted = true
	for _, row := range []struct {
		name, want string
		do         func(context.Context) error
	}{
		{"insert", "A00201A3", d.Insert},
		{"remove", "A00200A2", d.Remove},
		{"power on", "A00201A3", d.PowerOn},
		{"power off", "A00200A2", d.PowerOff},
		{"inverted", "A00200A2", turned.Insert},
		{"press", "A00901AA" + "A00900A9", func(ctx context.Context) error { return d.Press(ctx, "enter") }},
	} {
		if err := row.do(t.Context()); err != nil {
			t.Fatalf("%s: %v", row.name, err)
		}
		got := make([]byte, len(row.want)/2)
		if _, err := io.ReadFull(board, got); err != nil || fmt.Sprintf("%X", got) != row.want {
			t.Errorf("%s: %X, want %s (%v)", row.name, got, row.want, err)
		}
	}
	if err := d.Press(t.Context(), "1"); !errors.Is(err, device.ErrUnsupported) || !strings.Contains(err.Error(), `"1": CHANNEL`) {
		t.Errorf("a key without solenoid: %v", err)
	}
	d.Channel = 0
	if err := d.Insert(t.Context()); !errors.Is(err, device.ErrUnsupported) {
		t.Errorf("no channel: %v", err)
	}
}

// Requirement: a key is never left pressed. Source: house rule on what may never
// be lost; a held key blocks the reader. Turned red by: going away when time is
// up.
func TestKeyIsLetGo(t *testing.T) {
	board, port := pair(t)
	d := serial.Device{Settings: serial.Settings{Port: port, Keys: map[string]int{"enter": 9}, Pulse: time.Hour}}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	end := make(chan error, 1)
	go func() { end <- d.Press(ctx, "enter") }()
	for _, want := range []string{"A00901AA", "A00900A9"} {
		got := make([]byte, 4)
		if _, err := io.ReadFull(board, got); err != nil || fmt.Sprintf("%X", got) != want {
			t.Errorf("%X, want %s (%v)", got, want, err)
		}
		cancel()
	}
	if err := <-end; !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

// Requirement: a line board is asked and believed only when it answers ok. Source:
// the package's table. Turned red by: not waiting, or taking any line for ok.
func TestLineBoard(t *testing.T) {
	board, port := pair(t)
	d := serial.Device{Settings: serial.Settings{Port: port, Board: "line", Channel: 4}, Turn: make(chan struct{}, 1)}
	answers := map[string]string{
		"insert 4": "# moving\r\n\r\nok\r\n", "remove 4": "error no card at 4\n", "power-on 4": "okay\n",
		"power-off 4": strings.Repeat("x", 200) + "\n", "press 4 enter": "ok\n",
	}
	go func() {
		for in := bufio.NewScanner(board); in.Scan(); {
			_, _ = io.WriteString(board, answers[in.Text()])
		}
	}()
	ctx := t.Context()
	press := func(ctx context.Context) error { return d.Press(ctx, "enter") }
	for _, row := range []struct {
		do   func(context.Context) error
		says string
	}{
		{d.Insert, ""}, {d.Remove, "no card at 4"}, {d.PowerOn, "okay"}, {d.PowerOff, "baud rate"}, {press, ""},
	} {
		err := row.do(ctx)
		if (err == nil) != (row.says == "") || (err != nil && (!errors.Is(err, serial.ErrBoard) || !strings.Contains(err.Error(), row.says))) {
			t.Errorf("error %v, want %q", err, row.says)
		}
	}
	if err := d.Press(ctx, "1\ninsert 5"); !errors.Is(err, device.ErrUnsupported) {
		t.Errorf("a key that is two commands: %v", err)
	}
}

// Requirement: nothing waits for ever, and another's turn is waited for. Source:
// house rule on hangs. Turned red by: a read without an end.
func TestSilentBoard(t *testing.T) {
	_, port := pair(t)
	d := serial.Device{Settings: serial.Settings{Port: port, Board: "line", Channel: 4, Patience: time.Millisecond}, Turn: make(chan struct{}, 1)}
	if err := d.Insert(t.Context()); !errors.Is(err, serial.ErrBoard) || !strings.Contains(err.Error(), "no answer") {
		t.Errorf("silence: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	d.Turn <- struct{}{}
	if err := d.Insert(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("another's turn: %v", err)
	}
	d.Turn, d.Port = nil, "/dev/there-is-none"
	if err := d.Insert(t.Context()); err == nil || !strings.Contains(err.Error(), d.Port) {
		t.Errorf("no port: %v", err)
	}
}
