// Package accept takes the callers of a listener, so many at a time: a program that
// opens connections and says nothing costs a bounded number of them.
package accept

import (
	"context"
	"net"
	"sync"
)

// Each calls hold for every caller of l, on a goroutine of its own, until ctx ends;
// then it closes l, waits for all that are held, and returns nil. hold closes its
// connection, and ends with ctx. A caller beyond most is turned away at once. The
// listener's own errors are returned.
func Each(ctx context.Context, l net.Listener, most int, hold func(net.Conn)) error {
	defer context.AfterFunc(ctx, func() { _ = l.Close() })()
	var all sync.WaitGroup
	defer all.Wait()
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
			all.Go(func() { defer func() { <-slots }(); hold(c) })
		default:
			_ = c.Close()
		}
	}
}
