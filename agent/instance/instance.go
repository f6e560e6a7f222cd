// Package instance is the one running agent of a session, and how a second
// launch of the program reaches it: over a socket of the user's own, on Windows
// a named pipe of the session, where the kernel says that the other end is the
// same user. A desktop opens the address
// smartcard-connect:… by launching the program; the running agent has the
// screen, so it does the work (PROTOCOL.md §4, uri).
package instance

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/accept"
)

// Wish is what a second launch wants: the sign-in of an address or, with Show,
// the status window of the agent that runs, or with Look only its facts.
type Wish struct {
	Version int    `json:"version"`
	Issuer  string `json:"issuer,omitempty"`
	ID      string `json:"id,omitempty"`
	Show    bool   `json:"show,omitempty"`
	Look    bool   `json:"look,omitempty"`
}

// Outcome is how it ended. Return is the address to open in the browser, and
// empty when there is none.
type Outcome struct {
	Return string `json:"return,omitempty"`
	// Problem is a sentence for people, empty when the person is signed in.
	Problem string `json:"problem,omitempty"`
	// Facts are how the running agent stands, for Show and Look.
	Facts []Fact `json:"facts,omitempty"`
}

// Fact is one line of an agent's status.
type Fact struct {
	ID   string `json:"id"`
	Text string `json:"title"`
	OK   bool   `json:"ok"` // false wants somebody to do something
}

// How a second launch can fail to get an outcome.
var (
	// ErrNone is wrapped when no agent runs in this session.
	ErrNone = errors.New("no agent runs in this session")
	// ErrStranger is wrapped when the other end is not this user.
	ErrStranger = errors.New("the other end is another user's")
)

// Bounds of a conversation: a line, and how long one may take to come.
const (
	maxLine  = 16 << 10
	lineTime = 5 * time.Second
	maxOpen  = 16
)

// Serve answers second launches on l until ctx ends. A launch that goes away
// ends the context of its sign-in.
func Serve(ctx context.Context, l net.Listener, log *slog.Logger, do func(context.Context, Wish) Outcome) error {
	err := accept.Each(ctx, l, maxOpen, func(ctx context.Context, c net.Conn) {
		if err := answer(ctx, c, do); err != nil {
			log.Warn("refused a second launch", "error", err)
		}
	})
	if err != nil {
		return fmt.Errorf("instance: %w", err)
	}
	return nil
}

// answer is one launch.
func answer(ctx context.Context, c net.Conn, do func(context.Context, Wish) Outcome) error {
	defer func() { _ = c.Close() }()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if err := ours(c); err != nil {
		return err
	}
	_ = c.SetReadDeadline(time.Now().Add(lineTime))
	in := bufio.NewReaderSize(io.LimitReader(c, maxLine), maxLine)
	line, err := in.ReadBytes('\n')
	if err != nil {
		return fmt.Errorf("no line: %w", err)
	}
	var w Wish
	if err := json.Unmarshal(line, &w); err != nil || w.Version != 1 {
		return fmt.Errorf("not a wish of version 1: %w", err)
	}
	_ = c.SetReadDeadline(time.Time{})
	go func() {
		_, _ = io.Copy(io.Discard, c) // until the launch goes away
		cancel()
	}()
	outcome := do(ctx, w)
	_ = c.SetWriteDeadline(time.Now().Add(lineTime))
	return json.NewEncoder(c).Encode(outcome)
}

// Ask hands a wish to the running agent and waits for its outcome, as long as
// ctx lasts. Errors wrap ErrNone or ErrStranger, or are the connection's: then
// the agent has begun, and nobody else should.
func Ask(ctx context.Context, path string, w Wish) (Outcome, error) {
	c, err := dial(ctx, path)
	if err != nil {
		return Outcome{}, fmt.Errorf("instance: %w: %w", ErrNone, err)
	}
	defer func() { _ = c.Close() }()
	defer context.AfterFunc(ctx, func() { _ = c.Close() })()
	if err := ours(c); err != nil {
		return Outcome{}, err
	}
	w.Version = 1
	if err := json.NewEncoder(c).Encode(w); err != nil {
		return Outcome{}, fmt.Errorf("instance: %w", err)
	}
	var o Outcome
	if err := json.NewDecoder(io.LimitReader(c, maxLine)).Decode(&o); err != nil {
		return Outcome{}, fmt.Errorf("instance: the running agent does not answer: %w", err)
	}
	return o, nil
}
