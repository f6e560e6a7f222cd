package hub

import (
	"fmt"
	"log/slog"
	"net"
	"strconv"
)

// Addresses on which a server listens, host:port; "" where it does not. They say
// which ports were chosen where 0 was asked for.
type Addresses struct{ Clients, Leaves, Routes string }

// Addresses of the server.
func (s *Server) Addresses() Addresses {
	var a Addresses
	if c, ok := s.nats.Addr().(*net.TCPAddr); ok && c != nil {
		a.Clients = c.String()
	}
	if c := s.nats.ClusterAddr(); c != nil {
		a.Routes = c.String()
	}
	if v, err := s.nats.Varz(nil); err == nil && v.LeafNode.Port > 0 {
		a.Leaves = net.JoinHostPort(v.LeafNode.Host, strconv.Itoa(v.LeafNode.Port))
	}
	return a
}

// Leaves is how many hosts' servers are connected; on a host's own, how many
// hubs are.
func (s *Server) Leaves() int { return s.nats.NumLeafNodes() }

// logger makes slog of the server's words. The server's fatal ends its start and
// not our process.
type logger struct {
	to    *slog.Logger
	fatal chan string // the first
}

func (l logger) Noticef(f string, v ...any) { l.to.Debug(fmt.Sprintf(f, v...)) }
func (l logger) Warnf(f string, v ...any)   { l.to.Warn(fmt.Sprintf(f, v...)) }
func (l logger) Errorf(f string, v ...any)  { l.to.Error(fmt.Sprintf(f, v...)) }
func (l logger) Debugf(string, ...any)      {}
func (l logger) Tracef(string, ...any)      {}

// Fatalf keeps why the server cannot go on.
func (l logger) Fatalf(f string, v ...any) {
	l.Errorf(f, v...)
	select {
	case l.fatal <- fmt.Sprintf(f, v...):
	default:
	}
}

func quiet(l *slog.Logger) *slog.Logger {
	if l == nil {
		return slog.New(slog.DiscardHandler)
	}
	return l
}
