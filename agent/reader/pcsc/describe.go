//go:build cgo || windows

package pcsc

import (
	"bytes"
	"context"
	"encoding/binary"
	"runtime"

	"github.com/ebfe/scard"
)

// Numbers of SCARD_CTL_CODE.
const (
	ctlFeatures = 3400 // CM_IOCTL_GET_FEATURE_REQUEST
	ctlUSBPath  = 3601 // libccid's own
	verifyPIN   = 0x06 // the tag of FEATURE_VERIFY_PIN_DIRECT
)

// Describe asks a reader about itself, with or without a card in it. It neither
// powers a card nor keeps other programs away. Errors wrap ErrNoReader, ErrBusy
// where another program has the reader for itself, ErrNoService or the context's.
func (s *System) Describe(ctx context.Context, name string) (Description, error) {
	var context *scard.Context
	var handle *scard.Card
	slot := s.slot()
	o := startOwner(func(bool) {
		if handle != nil {
			_ = handle.Disconnect(scard.LeaveCard)
		}
		if context != nil {
			_ = context.Release()
		}
		s.release(slot)
	})
	defer o.stop()
	var found Description
	err := o.do(ctx, func() (err error) {
		if context, err = scard.EstablishContext(); err != nil {
			return failed("SCardEstablishContext", err)
		}
		if handle, err = context.Connect(name, scard.ShareDirect, scard.ProtocolUndefined); err != nil {
			return failed("SCardConnect", err)
		}
		found = describe(handle)
		return nil
	})
	if err != nil { // found may still be written to
		return Description{}, err
	}
	return found, nil
}

// describe asks all that there is to ask. A driver need answer none of it.
func describe(handle *scard.Card) Description {
	d := Description{
		USB:    text(handle.Control(code(ctlUSBPath), nil)),
		Vendor: text(handle.GetAttrib(scard.AttrVendorName)),
		Serial: text(handle.GetAttrib(scard.AttrVendorIfdSerialNo)),
	}
	if raw, err := handle.GetAttrib(scard.AttrChannelId); err == nil && len(raw) == 4 {
		d.Channel = binary.NativeEndian.Uint32(raw)
	}
	features, err := handle.Control(code(ctlFeatures), nil)
	for ; err == nil && len(features) >= 6; features = features[6:] { // tag, length 4, value
		d.Keypad = d.Keypad || features[0] == verifyPIN
	}
	return d
}

// code is SCARD_CTL_CODE, which each system has its own way to make.
func code(n uint32) uint32 {
	if runtime.GOOS == "windows" {
		return 0x00310000 | n<<2
	}
	return 0x42000000 + n
}

// text is an answer up to its NUL; none where it is no text.
func text(raw []byte, err error) string {
	raw, _, _ = bytes.Cut(raw, []byte{0})
	if err != nil || bytes.ContainsFunc(raw, func(r rune) bool { return r < ' ' || r > '~' }) {
		return ""
	}
	return string(raw)
}
