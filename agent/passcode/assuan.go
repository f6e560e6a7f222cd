package passcode

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// lineLimit is the longest line Assuan allows, line feed excluded.
const lineLimit = 1000

// The libgpg-error codes a pinentry answers with, in the low 16 bits.
const (
	gpgTimeout        = 62
	gpgCanceled       = 99
	gpgNotConfirmed   = 114
	gpgFullyCancelled = 198
)

// assuanError is an ERR line. The text is the program's own.
type assuanError struct {
	code uint64
	text string
}

func (e assuanError) Error() string { return fmt.Sprintf("pinentry error %d: %s", e.code, e.text) }

// meaning is how asking ended.
func (e assuanError) meaning() error {
	switch e.code & 0xFFFF {
	case gpgTimeout:
		return ErrTimeout
	case gpgCanceled, gpgFullyCancelled:
		return ErrCancelled
	case gpgNotConfirmed:
		return ErrNotStarted
	}
	return fmt.Errorf("%w: %w", ErrUnavailable, e)
}

// assuan is a running pinentry and the conversation with it.
type assuan struct {
	process *exec.Cmd
	in      io.WriteCloser
	out     io.Reader
	vault   Vault  // what is read passes through here, as it may be a passcode
	pending []byte // read but not yet looked at
	buffer  []byte
}

// startAssuan starts the program in a session of its own, so that it and its
// children can be ended together. It dies with ctx.
func startAssuan(ctx context.Context, command []string) (*assuan, error) {
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	apart(cmd)
	cmd.WaitDelay = time.Second
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	a := &assuan{process: cmd, in: in, out: out}
	a.buffer = lockedBuffer(&a.vault)
	return a, nil
}

// lockedBuffer is a whole vault's page as one buffer.
func lockedBuffer(v *Vault) []byte {
	v.Take()
	return v.page
}

// end wipes what passed through and leaves no process behind.
func (a *assuan) end() {
	clear(a.buffer)
	a.vault.release()
	_ = a.in.Close()
	_ = a.process.Cancel()
	_ = a.process.Wait()
}

func (a *assuan) greeting() error {
	_, err := a.reply(nil)
	return err
}

// tell sends settings. Refused ones are passed over: a program that cannot show
// a title can still ask.
func (a *assuan) tell(lines []string) error {
	for _, line := range lines {
		_, err := a.call(line, nil)
		var refused assuanError
		if err != nil && !errors.As(err, &refused) {
			return err
		}
	}
	return nil
}

// call sends one line and appends the data of the answer to into, as far as its
// capacity goes.
func (a *assuan) call(line string, into []byte) ([]byte, error) {
	if _, err := io.WriteString(a.in, line+"\n"); err != nil {
		return into, err
	}
	return a.reply(into)
}

// reply reads lines up to OK or ERR.
func (a *assuan) reply(into []byte) ([]byte, error) {
	for {
		line, err := a.line()
		if err != nil {
			return into, err
		}
		word, rest, _ := bytes.Cut(line, []byte(" "))
		switch string(word) {
		case "OK":
			return into, nil
		case "D":
			into = unescape(into, rest)
		case "ERR":
			number, text, _ := strings.Cut(string(rest), " ")
			code, _ := strconv.ParseUint(number, 10, 32)
			return into, assuanError{code, Clean(text)}
		case "INQUIRE":
			if _, err := io.WriteString(a.in, "CAN\n"); err != nil {
				return into, err
			}
		}
	}
}

// line is the next line, valid until the next call.
func (a *assuan) line() ([]byte, error) {
	for {
		if i := bytes.IndexByte(a.pending, '\n'); i >= 0 {
			line := a.pending[:i]
			a.pending = a.pending[i+1:]
			return line, nil
		}
		if len(a.pending) > lineLimit {
			return nil, errors.New("pinentry: a line without end")
		}
		n := copy(a.buffer, a.pending)
		got, err := a.out.Read(a.buffer[n:])
		a.pending = a.buffer[:n+got]
		if got == 0 && err != nil {
			return nil, fmt.Errorf("pinentry: %w", err)
		}
	}
}

// escape writes text for one Assuan line: percent, control characters, and cut
// where the line would grow too long.
func escape(text string) string {
	var b strings.Builder
	for _, r := range text {
		piece := string(r)
		if r < 0x20 || r == '%' || r == 0x7F {
			piece = fmt.Sprintf("%%%02X", r)
		}
		if b.Len()+len(piece) > lineLimit-20 { // room for the command's name
			break
		}
		b.WriteString(piece)
	}
	return b.String()
}

// unescape appends data with %XX turned into bytes, within into's capacity, so
// that no copy is left behind on the heap.
func unescape(into, data []byte) []byte {
	for i := 0; i < len(data) && len(into) < cap(into); i++ {
		c := data[i]
		if c == '%' && i+2 < len(data) {
			c = nibble(data[i+1])<<4 | nibble(data[i+2])
			i += 2
		}
		into = append(into, c)
	}
	return into
}

func nibble(c byte) byte {
	switch {
	case c >= '0' && c <= '9':
		return c - '0'
	case c|0x20 >= 'a' && c|0x20 <= 'f':
		return c | 0x20 - 'a' + 10
	}
	return 0
}
