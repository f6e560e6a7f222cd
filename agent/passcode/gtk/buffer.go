//go:build linux && (amd64 || arm64)

package gtk

import (
	"unsafe"

	"github.com/ebitengine/purego"

	"github.com/smartcard-connect/smartcard-connect/agent/passcode"
)

// longest is the most characters the form takes: more than any card, so that
// what is too long is seen to be.
const longest = 100

// Offsets in GtkEntryBufferClass, in pointers: GObjectClass is 17, two signal
// handlers follow, then the methods that are replaced (gtkentrybuffer.h).
const (
	methodGetText = 19 + iota
	methodGetLength
	methodInsert
	methodDelete
)

// buffer is a GtkEntryBuffer whose text lies in a locked page. One byte is one
// character; what is not printable ASCII is stored as DEL, which breaks the
// rule of every card, so that it is counted and refused.
type buffer struct {
	kit    *toolkit
	vault  passcode.Vault
	text   []byte // in the vault, with a zero byte after it
	object object
}

// newBuffer registers the class and makes the one buffer of this process.
func newBuffer(kit *toolkit) *buffer {
	b := &buffer{kit: kit}
	b.text = b.vault.Take()
	var q typeQuery
	kit.typeQuery(kit.bufferType(), &q)
	init := purego.NewCallback(func(class, _ uintptr) { b.override(class) })
	kind := kit.typeRegister(kit.bufferType(), "SmartcardConnectPasscode", q.class, init, q.instance, 0, 0)
	b.object = kit.objectNew(kind, 0)
	return b
}

func (b *buffer) override(class uintptr) {
	methods := unsafe.Slice((*uintptr)(pointer(class)), methodDelete+1)
	methods[methodGetText] = purego.NewCallback(b.getText)
	methods[methodGetLength] = purego.NewCallback(func(uintptr) uintptr { return uintptr(len(b.text)) })
	methods[methodInsert] = purego.NewCallback(b.insert)
	methods[methodDelete] = purego.NewCallback(b.remove)
}

func (b *buffer) getText(_ uintptr, bytes uintptr) uintptr {
	if bytes != 0 {
		*(*uint64)(pointer(bytes)) = uint64(len(b.text))
	}
	return uintptr(unsafe.Pointer(unsafe.SliceData(b.text)))
}

// insert takes n characters of UTF-8.
func (b *buffer) insert(self, position, chars, n uintptr) uintptr {
	at := min(int(uint32(position)), len(b.text))
	room := min(int(uint32(n)), longest-len(b.text))
	from := (*byte)(pointer(chars))
	for i := range room {
		b.text = b.text[:len(b.text)+1]
		copy(b.text[at+i+1:], b.text[at+i:])
		b.text[at+i], from = character(from)
	}
	b.end()
	if room > 0 {
		b.kit.bufferInserted(b.object, uint32(at), chars, uint32(room))
	}
	return uintptr(room)
}

// character is the next one, and where the one after it begins.
func character(p *byte) (byte, *byte) {
	c := *p
	p = next(p)
	if c < 0x80 {
		return c, p
	}
	for *p&0xC0 == 0x80 {
		p = next(p)
	}
	return 0x7F, p
}

func next(p *byte) *byte { return (*byte)(unsafe.Add(unsafe.Pointer(p), 1)) }

func (b *buffer) remove(_, position, n uintptr) uintptr {
	at := min(int(uint32(position)), len(b.text))
	gone := int(min(uint64(uint32(n)), uint64(len(b.text)-at)))
	copy(b.text[at:], b.text[at+gone:])
	clear(b.text[len(b.text)-gone:])
	b.text = b.text[:len(b.text)-gone]
	if gone > 0 {
		b.kit.bufferDeleted(b.object, uint32(at), uint32(gone))
	}
	return uintptr(gone)
}

// end keeps the byte after the text zero.
func (b *buffer) end() { b.text[:len(b.text)+1][len(b.text)] = 0 }

// pointer is an address of C's memory.
func pointer(address uintptr) unsafe.Pointer { return *(*unsafe.Pointer)(unsafe.Pointer(&address)) }
