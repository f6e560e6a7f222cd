package manual

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strings"
)

// Terminal asks in a terminal, one thing at a time.
type Terminal struct {
	out   io.Writer
	lines <-chan string
	turn  chan struct{}
}

// NewTerminal hears answers from in, one per line, until it ends.
func NewTerminal(in io.Reader, out io.Writer) *Terminal {
	lines := make(chan string)
	go func() {
		defer close(lines)
		for s := bufio.NewScanner(in); s.Scan(); {
			lines <- s.Text()
		}
	}()
	return &Terminal{out: out, lines: lines, turn: make(chan struct{}, 1)}
}

// New makes a Device that asks in a terminal of its own.
func New(card, reader string, in io.Reader, out io.Writer) *Device {
	return &Device{Card: card, Reader: reader, Asker: NewTerminal(in, out)}
}

// Ask waits for its turn and for an answer.
func (t *Terminal) Ask(ctx context.Context, what Request) error {
	select {
	case t.turn <- struct{}{}:
		defer func() { <-t.turn }()
	case <-ctx.Done():
		return late(ctx, what)
	}
	if _, err := fmt.Fprint(t.out, what.Text, " Then press Enter, or type no: "); err != nil {
		return err
	}
	select {
	case <-ctx.Done():
		return late(ctx, what)
	case said, ok := <-t.lines:
		answer := strings.ToLower(strings.TrimSpace(said))
		if !ok || answer == "n" || answer == "no" {
			return fmt.Errorf("%w: %s", ErrRefused, what.Text)
		}
		return nil
	}
}

func late(ctx context.Context, what Request) error {
	return fmt.Errorf("%w: %s: %w", ErrRefused, what.Text, ctx.Err())
}
