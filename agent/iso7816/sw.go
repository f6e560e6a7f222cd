package iso7816

import (
	"errors"
	"fmt"
)

// SW is a status word, SW1 in the high byte (ISO/IEC 7816-4 §5.6). As an error
// it prints its four digits and unwraps to what it means.
type SW uint16

// Status words both sides name.
const (
	OK                SW = 0x9000
	EndOfFile         SW = 0x6282
	MemoryFailure     SW = 0x6581
	WrongLength       SW = 0x6700
	LastExpected      SW = 0x6883
	ChainUnsupported  SW = 0x6884
	SecurityStatus    SW = 0x6982
	MethodBlocked     SW = 0x6983
	ConditionsOfUse   SW = 0x6985
	WrongData         SW = 0x6A80
	FunctionMissing   SW = 0x6A81
	FileNotFound      SW = 0x6A82
	RecordNotFound    SW = 0x6A83
	NoMemory          SW = 0x6A84
	WrongP1P2         SW = 0x6A86
	ReferenceNotFound SW = 0x6A88
	OffsetOutside     SW = 0x6B00
	INSUnknown        SW = 0x6D00
	CLAUnknown        SW = 0x6E00
	NoDiagnosis       SW = 0x6F00
)

// What a status word means to a driver; a SW unwraps to at most one of them.
var (
	ErrNotFound    = errors.New("not on this card")
	ErrSecurity    = errors.New("the card wants the passcode first")
	ErrBlocked     = errors.New("the passcode is blocked")
	ErrLength      = errors.New("wrong length")
	ErrUnsupported = errors.New("the card does not know this command")
	ErrParameter   = errors.New("the card refuses the parameters")
	ErrMemory      = errors.New("the card's memory failed")
	ErrPasscode    = errors.New("wrong passcode")
	ErrStatus      = errors.New("unexpected status")
)

// Error prints the four digits and the meaning.
func (s SW) Error() string {
	return fmt.Sprintf("SW %04X: %v", uint16(s), s.Unwrap())
}

// Unwrap is the meaning: one of the Err values of this package.
func (s SW) Unwrap() error {
	if _, ok := s.Retries(); ok {
		return ErrPasscode
	}
	switch s {
	case FileNotFound, RecordNotFound, ReferenceNotFound:
		return ErrNotFound
	case SecurityStatus:
		return ErrSecurity
	case MethodBlocked, 0x6984:
		return ErrBlocked
	case WrongLength:
		return ErrLength
	case INSUnknown, CLAUnknown, FunctionMissing, ConditionsOfUse:
		return ErrUnsupported
	case WrongData, WrongP1P2, OffsetOutside:
		return ErrParameter
	case MemoryFailure, NoMemory:
		return ErrMemory
	}
	return ErrStatus
}

// Err is nil for 9000 and the SW itself otherwise.
func (s SW) Err() error {
	if s == OK {
		return nil
	}
	return s
}

// Retries is the counter of a 63Cx answer (ISO/IEC 7816-4 §5.6).
func (s SW) Retries() (left int, ok bool) {
	return int(s & 0xF), s&0xFFF0 == 0x63C0
}

// More is the number of bytes waiting after 61xx, 256 standing for "256 or more".
func (s SW) More() (n int, ok bool) {
	return wrap(int(s&0xFF), MaxShort), s>>8 == 0x61
}

// RightLe is the length a 6Cxx answer asks the command to be repeated with.
func (s SW) RightLe() (n int, ok bool) {
	return wrap(int(s&0xFF), MaxShort), s>>8 == 0x6C
}
