package portservice

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"
)

// retryTime is between two attempts of an agent to reach the service.
const retryTime = 500 * time.Millisecond

// Register keeps an agent registered until ctx ends, through restarts of the
// service. It logs a failure once, not every time.
func Register(ctx context.Context, socket string, h Hello, log *slog.Logger) {
	quiet := false
	for ctx.Err() == nil {
		err := registerOnce(ctx, socket, h, func() {
			quiet = false
			log.Info("registered with the port service", "socket", socket)
		})
		if err != nil && !quiet && ctx.Err() == nil {
			log.Warn("not registered with the port service; trying again", "socket", socket, "error", err)
			quiet = true
		}
		select {
		case <-ctx.Done():
		case <-time.After(retryTime):
		}
	}
}

// registerOnce says hello and holds the connection until either side ends it.
func registerOnce(ctx context.Context, socket string, h Hello, registered func()) error {
	c, err := dialSocket(ctx, socket)
	if err != nil {
		return err
	}
	defer func() { _ = c.Close() }()
	defer context.AfterFunc(ctx, func() { _ = c.Close() })()
	_ = c.SetDeadline(time.Now().Add(helloTime))
	if err := json.NewEncoder(c).Encode(h); err != nil {
		return err
	}
	answer := bufio.NewReader(io.LimitReader(c, maxHello))
	line, err := answer.ReadBytes('\n')
	if err != nil {
		return err
	}
	var r reply
	if err := json.Unmarshal(line, &r); err != nil {
		return err
	}
	if r.Status != "registered" {
		return fmt.Errorf("refused: %q", r.Error)
	}
	_ = c.SetDeadline(time.Time{})
	registered()
	_, _ = io.Copy(io.Discard, c)
	return errors.New("the port service went away")
}
