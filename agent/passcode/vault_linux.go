package passcode

import "golang.org/x/sys/unix"

// lockedPage is memory outside Go's heap that is neither swapped, dumped nor
// inherited (mlock(2), madvise(2)). Where the limit on locked memory forbids
// it, the other two protections remain.
func lockedPage(n int) []byte {
	page, err := unix.Mmap(-1, 0, n, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANONYMOUS)
	if err != nil {
		return make([]byte, n)
	}
	_ = unix.Mlock(page)
	_ = unix.Madvise(page, unix.MADV_DONTDUMP)
	_ = unix.Madvise(page, unix.MADV_WIPEONFORK)
	return page
}

// freePage gives the page back. One that was never mapped stays with Go.
func freePage(page []byte) { _ = unix.Munmap(page) }
