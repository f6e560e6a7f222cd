package target

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"runtime"

	"golang.org/x/sys/unix"
)

// otherUser is a user with nothing on this machine: nobody, by its number.
const otherUser = 65534

// asOther carries requests whose sockets are another user's. The kernel takes a
// socket's owner from the file system user of the thread that makes it
// (setfsuid(2)), which only root may change; without root it is nil.
func asOther() http.RoundTripper {
	if os.Geteuid() != 0 {
		return nil
	}
	return &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
		runtime.LockOSThread()
		own, _ := unix.SetfsuidRetUid(otherUser)
		c, err := (&net.Dialer{}).DialContext(ctx, network, address)
		_, _ = unix.SetfsuidRetUid(own)
		if now, _ := unix.SetfsuidRetUid(-1); now != own {
			return nil, fmt.Errorf("the thread stays user %d", now) // and stays locked, so nobody uses it
		}
		runtime.UnlockOSThread()
		return c, err
	}}
}
