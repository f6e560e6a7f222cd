package instance

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"

	"github.com/Microsoft/go-winio"
	"golang.org/x/sys/windows"

	"github.com/smartcard-connect/smartcard-connect/agent/accept"
	"github.com/smartcard-connect/smartcard-connect/agent/local/peer"
)

// Pipe is where the agent of this session and later launches meet: a named pipe
// for this user and session alone. name tells several agents of a bench apart
// and is empty for people's own.
func Pipe(name string) (string, error) {
	self, err := peer.Self()
	if err != nil {
		return "", fmt.Errorf("instance: %w", err)
	}
	return fmt.Sprintf(`\\.\pipe\smartcard-connect-agent-%d-%s%s`, self.Session, self.User, name), nil
}

// theSession is who may do what with the pipe, in SDDL: this logon session and
// the system all, and nobody over the network.
const theSession = "D:P(D;;GA;;;NU)(A;;GA;;;SY)(A;;GA;;;%s)"

// Listen is the agent's end. Whoever has the mutex, Local\ and the pipe's name,
// is the agent; installers may look for it.
func Listen(path string) (net.Listener, error) {
	mutex, err := reserve(path)
	if err != nil {
		return nil, err
	}
	l, err := listen(path)
	if err != nil {
		_ = windows.CloseHandle(mutex)
		return nil, fmt.Errorf("instance: pipe %s: %w", path, err)
	}
	return &listener{l, mutex}, nil
}

// reserve takes the mutex.
func reserve(path string) (windows.Handle, error) {
	name, err := windows.UTF16PtrFromString(`Local\` + path[strings.LastIndexByte(path, '\\')+1:])
	if err != nil {
		return 0, fmt.Errorf("instance: %w", err)
	}
	mutex, err := windows.CreateMutex(nil, false, name)
	switch {
	case errors.Is(err, windows.ERROR_ALREADY_EXISTS):
		_ = windows.CloseHandle(mutex)
		return 0, fmt.Errorf("instance: another agent of this session answers on %s", path)
	case err != nil:
		return 0, fmt.Errorf("instance: mutex: %w", err)
	}
	return mutex, nil
}

func listen(path string) (net.Listener, error) {
	session, err := logon()
	if err != nil {
		return nil, err
	}
	l, err := winio.ListenPipe(path, &winio.PipeConfig{SecurityDescriptor: fmt.Sprintf(theSession, session)})
	if err != nil {
		return nil, err
	}
	accept.Occupy(path)
	return l, nil
}

// logon is the SID of this logon session (S-1-5-5-…), or the user's where the
// token has none, as under Wine.
func logon() (*windows.SID, error) {
	token := windows.GetCurrentProcessToken()
	groups, err := token.GetTokenGroups()
	if err != nil {
		return nil, err
	}
	for _, g := range groups.AllGroups() {
		if g.Attributes&windows.SE_GROUP_LOGON_ID == windows.SE_GROUP_LOGON_ID {
			return g.Sid.Copy()
		}
	}
	user, err := token.GetTokenUser()
	if err != nil {
		return nil, err
	}
	return user.User.Sid.Copy()
}

// listener holds the mutex as long as the pipe.
type listener struct {
	net.Listener
	mutex windows.Handle
}

// Close is net.Listener.Close. The pipe goes last: whoever sees it gone may take
// the place.
func (l *listener) Close() error {
	return errors.Join(windows.CloseHandle(l.mutex), l.Listener.Close())
}

// dial finds the agent; it may not act in the launch's name (go-winio asks for
// SECURITY_ANONYMOUS).
func dial(ctx context.Context, path string) (net.Conn, error) {
	return winio.DialPipeContext(ctx, path)
}

// ours wants the other end to be this very user in this session
// (GetNamedPipeClientProcessId at the agent's end, GetNamedPipeServerProcessId at
// the launch's).
func ours(c net.Conn) error {
	pipe, ok := c.(interface{ Fd() uintptr })
	if !ok {
		return fmt.Errorf("instance: %T is no named pipe", c)
	}
	pid, err := other(windows.Handle(pipe.Fd()))
	if err != nil {
		return fmt.Errorf("instance: who is there: %w", err)
	}
	owner, err := peer.OfProcess(pid)
	if err != nil {
		return fmt.Errorf("instance: process %d: %w", pid, err)
	}
	self, err := peer.Self()
	if err != nil {
		return fmt.Errorf("instance: %w", err)
	}
	if owner != self {
		return fmt.Errorf("instance: %w: user %s in session %d", ErrStranger, owner.User, owner.Session)
	}
	return nil
}

// other is the process at the other end.
func other(pipe windows.Handle) (pid uint32, err error) {
	var flags uint32
	if err := windows.GetNamedPipeInfo(pipe, &flags, nil, nil, nil); err != nil {
		return 0, err
	}
	if flags&windows.PIPE_SERVER_END != 0 {
		err = windows.GetNamedPipeClientProcessId(pipe, &pid)
	} else {
		err = windows.GetNamedPipeServerProcessId(pipe, &pid)
	}
	return pid, err
}
