package pcsc

import (
	"testing"

	"golang.org/x/sys/windows"
)

// A thread does not end with the owner that ran on it: it may have asked for what
// others wait for, and Wine then loses their answer.
// Source: ExitThread, Remarks; seen under Wine 10.
// Turned red by: an owner that locks its thread and ends.
func TestThreadStays(t *testing.T) {
	cleaned := make(chan bool, 1)
	o := startOwner(func(abandoned bool) { cleaned <- abandoned })
	var thread windows.Handle
	if err := o.do(t.Context(), func() (err error) {
		thread, err = windows.OpenThread(windows.SYNCHRONIZE, false, windows.GetCurrentThreadId())
		return err
	}); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = windows.CloseHandle(thread) }()
	o.stop()
	<-cleaned
	if event, err := windows.WaitForSingleObject(thread, 500); event != uint32(windows.WAIT_TIMEOUT) {
		t.Errorf("the thread has ended with its owner (%d, %v)", event, err)
	}
}
