package passcode

import "sync"

// A vault is one page, shared out in slots.
const (
	pageSize = 4096
	slotSize = 128 // more than any passcode; a longer answer is cut and breaks every Rule
)

// Vault is memory for passcodes: one page, kept out of swap and core dumps
// where the system allows it and ordinary memory elsewhere. The zero value is
// ready; the page is taken at the first use and kept. Do not copy a Vault.
type Vault struct {
	mu   sync.Mutex
	page []byte
	next int
}

// Take is an empty slice over the next slot, wiped, with room for a passcode.
// Appending within its capacity stays in the page. After 32 more calls the slot
// is wiped and given out again.
func (v *Vault) Take() []byte {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.page == nil {
		v.page = lockedPage(pageSize)
	}
	at := v.next
	v.next = (at + slotSize) % pageSize
	slot := v.page[at : at+slotSize : at+slotSize]
	clear(slot)
	return slot[:0]
}

// release wipes the page and gives it back. Slices of it must not be used any
// more.
func (v *Vault) release() {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.page != nil {
		clear(v.page)
		freePage(v.page)
		v.page, v.next = nil, 0
	}
}
