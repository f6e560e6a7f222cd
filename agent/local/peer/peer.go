// Package peer asks the kernel whose the other end of a loopback connection is.
// What a connection says about itself counts for nothing.
package peer

import (
	"context"
	"errors"
	"net"
	"net/netip"
)

// ErrUnknown is wrapped when the kernel does not name an owner, for example
// because the other end is already closed. Such a connection is refused.
var ErrUnknown = errors.New("peer: the owner of the connection is not known")

// Owner is a user in a session. Two are the same when they are equal.
type Owner struct {
	User    string // uid in decimal, or SID
	Session uint32 // Windows session; 0 elsewhere
}

// Find is the owner of the program at remote that is connected to local, which
// is this program's end.
func Find(local, remote netip.AddrPort) (Owner, error) {
	return find(unmap(local), unmap(remote))
}

// Self is this program's own user and session.
func Self() (Owner, error) { return self() }

func unmap(a netip.AddrPort) netip.AddrPort {
	return netip.AddrPortFrom(a.Addr().Unmap().WithZone(""), a.Port())
}

type key struct{}

// outcome of a look-up, kept with its connection.
type outcome struct {
	owner Owner
	err   error
}

// Remember looks a connection's owner up while it is surely open; use it as
// http.Server.ConnContext. find is Find, or a test's.
func Remember(find func(local, remote netip.AddrPort) (Owner, error)) func(context.Context, net.Conn) context.Context {
	return func(ctx context.Context, c net.Conn) context.Context {
		owner, err := ofConn(find, c)
		return context.WithValue(ctx, key{}, outcome{owner, err})
	}
}

func ofConn(find func(local, remote netip.AddrPort) (Owner, error), c net.Conn) (Owner, error) {
	local, ok := c.LocalAddr().(*net.TCPAddr)
	remote, ok2 := c.RemoteAddr().(*net.TCPAddr)
	if !ok || !ok2 {
		return Owner{}, ErrUnknown
	}
	return find(local.AddrPort(), remote.AddrPort())
}

// Of is what Remember found for a request's connection.
func Of(ctx context.Context) (Owner, error) {
	o, ok := ctx.Value(key{}).(outcome)
	if !ok {
		return Owner{}, ErrUnknown
	}
	return o.owner, o.err
}
