package bench

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/smartcard-connect/smartcard-connect/hil/pcscd"
)

// DaemonPort is the side door of the smartcard service.
const DaemonPort = 9490

// DaemonDoor is a way for checks to stop pcscd and to start it again: POST /stop
// and POST /start, each answered when it is done. It returns its address and how
// to close it, which waits for requests under way; until then the Bench's other
// methods may not be used.
func (b *Bench) DaemonDoor(ctx context.Context) (url string, closeDoor func(), err error) {
	l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", DaemonPort))
	if err != nil {
		return "", nil, err
	}
	var mu sync.Mutex
	serve := func(do func() error) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			mu.Lock()
			defer mu.Unlock()
			if err := do(); err != nil {
				http.Error(w, err.Error(), http.StatusInternalServerError)
			}
		}
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /stop", serve(b.stopDaemon))
	mux.HandleFunc("POST /start", serve(func() error { return b.restartDaemon(ctx) }))
	s := &http.Server{Handler: mux, ReadHeaderTimeout: time.Minute}
	go func() { _ = s.Serve(l) }()
	return "http://" + l.Addr().String(), func() { _ = s.Shutdown(context.WithoutCancel(ctx)); _ = l.Close() }, nil // which may not be served yet
}

func (b *Bench) stopDaemon() error {
	b.daemon.Stop(grace)
	if b.daemon.Alive() {
		return errors.New("pcscd does not end")
	}
	return os.RemoveAll(pcscd.Socket) // one that was killed leaves it behind
}

// RestartDaemon ends pcscd, if it runs, and starts it. Whoever had a connection has
// none any more.
func (b *Bench) RestartDaemon(ctx context.Context) error {
	if err := b.stopDaemon(); err != nil {
		return err
	}
	return b.runDaemon(ctx)
}

// restartDaemon does nothing while pcscd runs.
func (b *Bench) restartDaemon(ctx context.Context) error {
	if b.daemon.Alive() {
		return nil
	}
	return b.runDaemon(ctx)
}
