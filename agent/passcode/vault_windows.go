package passcode

import (
	"unsafe"

	"golang.org/x/sys/windows"
)

// lockedPage is ordinary memory that VirtualLock keeps out of the page file.
// Go does not move it. A failure leaves it usable but swappable.
func lockedPage(n int) []byte {
	page := make([]byte, n)
	_ = windows.VirtualLock(uintptr(unsafe.Pointer(&page[0])), uintptr(n))
	return page
}

// freePage lets the page be swapped again.
func freePage(page []byte) {
	_ = windows.VirtualUnlock(uintptr(unsafe.Pointer(&page[0])), uintptr(len(page)))
}
