// Package accept takes the callers of a listener, so many at a time: a program that
// opens connections and says nothing costs a bounded number of them.
package accept

import (
	"context"
	"net"
	"sync"
)

// Each calls hold for every caller of l, on a goroutine of its own, until ctx ends or
// the listener fails; then it closes l, ends the context that hold was given, waits
// for all that are held, and returns nil or the listener's error. hold closes its
// connection, and ends with its context. A caller beyond most is turned away at once.
func Each(ctx context.Context, l net.Listener, most int, hold func(context.Context, net.Conn)) error {
	var all sync.WaitGroup
	defer all.Wait()
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	all.Go(func() { <-ctx.Done(); _ = l.Close() })
	slots := make(chan struct{}, most)
	for {
		c, err := l.Accept()
		if ctx.Err() != nil {
			if err == nil {
				_ = c.Close()
			}
			return nil
		}
		if err != nil {
			return err
		}
		select {
		case slots <- struct{}{}:
			all.Go(func() { defer func() { <-slots }(); hold(ctx, c) })
		default:
			_ = c.Close()
		}
	}
}
