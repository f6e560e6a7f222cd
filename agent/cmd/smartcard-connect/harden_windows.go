package main

import (
	"fmt"
	"os"
	"path/filepath"
	"unsafe"

	"golang.org/x/sys/windows"
)

// onlyNeeded is who may do what with this process, in SDDL with a place for the
// user: the system all; the user, administrators and whoever owns the process
// see who it is, wait for it and end it (PROCESS_QUERY_LIMITED_INFORMATION,
// SYNCHRONIZE, PROCESS_TERMINATE). Nobody reads or writes its memory, and its
// owner (OW) may not change this. A program with SeDebugPrivilege is above it.
const onlyNeeded = "D:P(A;;GA;;;SY)(A;;0x101001;;;%s)(A;;0x101001;;;BA)(A;;0x101001;;;OW)"

// harden keeps a passcode in this process's memory from other programs of the
// same user, and from crash dumps: no Windows Error Reporting, no message box of
// a crash. What an administrator collects by LocalDumps is the administrator's.
func harden() error {
	const failCriticalErrors, noFaultBox, noOpenFileBox = 1, 2, 0x8000
	windows.SetErrorMode(failCriticalErrors | noFaultBox | noOpenFileBox)
	notReported()
	user, err := windows.GetCurrentProcessToken().GetTokenUser()
	if err != nil {
		return err
	}
	d, err := windows.SecurityDescriptorFromString(fmt.Sprintf(onlyNeeded, user.User.Sid))
	if err != nil {
		return err
	}
	list, _, err := d.DACL()
	if err != nil {
		return err
	}
	const what = windows.DACL_SECURITY_INFORMATION | windows.PROTECTED_DACL_SECURITY_INFORMATION
	if err := windows.SetSecurityInfo(windows.CurrentProcess(), windows.SE_KERNEL_OBJECT, what, nil, nil, list, nil); err != nil {
		return fmt.Errorf("SetSecurityInfo: %w", err)
	}
	return nil
}

// notReported takes this program out of Windows Error Reporting, for this user.
// A Windows without it reports nothing.
func notReported() {
	self, err := os.Executable()
	if err != nil {
		return
	}
	name, err := windows.UTF16PtrFromString(filepath.Base(self))
	if err != nil {
		return
	}
	exclude := windows.NewLazySystemDLL("wer.dll").NewProc("WerAddExcludedApplication")
	if exclude.Find() == nil {
		_, _, _ = exclude.Call(uintptr(unsafe.Pointer(name)), 0)
	}
}
