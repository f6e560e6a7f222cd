package portservice

import (
	"fmt"
	"net"
	"sync"

	"golang.org/x/sys/windows"

	"github.com/smartcard-connect/smartcard-connect/agent/local/peer"
)

// registrant is who opened the other end of the pipe
// (GetNamedPipeClientProcessId), held by a handle to its process, so that a
// process number which is used again is nobody's.
func registrant(c net.Conn) (Registrant, error) {
	pipe, ok := c.(interface{ Fd() uintptr })
	if !ok {
		return Registrant{}, fmt.Errorf("portservice: %T is no named pipe", c)
	}
	var pid uint32
	if err := windows.GetNamedPipeClientProcessId(windows.Handle(pipe.Fd()), &pid); err != nil {
		return Registrant{}, fmt.Errorf("portservice: who connects: %w", err)
	}
	process, err := windows.OpenProcess(windows.SYNCHRONIZE, false, pid)
	if err != nil {
		return Registrant{}, fmt.Errorf("portservice: process %d: %w", pid, err)
	}
	owner, err := peer.OfProcess(pid)
	if err != nil {
		_ = windows.CloseHandle(process)
		return Registrant{}, fmt.Errorf("portservice: process %d: %w", pid, err)
	}
	ended, release, err := watch(process)
	return Registrant{owner, ended, release}, err
}

// watch closes ended when the process is gone. release may be called at any
// time; it closes the handle once nobody waits on it.
func watch(process windows.Handle) (ended <-chan struct{}, release func(), err error) {
	stop, err := windows.CreateEvent(nil, 1, 0, nil)
	if err != nil {
		_ = windows.CloseHandle(process)
		return nil, nil, err
	}
	gone := make(chan struct{})
	go func() {
		which, err := windows.WaitForMultipleObjects([]windows.Handle{process, stop}, false, windows.INFINITE)
		if err == nil && which == windows.WAIT_OBJECT_0 {
			close(gone)
			_, _ = windows.WaitForSingleObject(stop, windows.INFINITE)
		}
		_, _ = windows.CloseHandle(process), windows.CloseHandle(stop)
	}()
	return gone, sync.OnceFunc(func() { _ = windows.SetEvent(stop) }), nil
}
