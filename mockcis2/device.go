package mockcis2

import (
	"cmp"
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/smartcard-connect/smartcard-connect/mockcis2/login"
)

// mostDevices bounds the memory that computers can fill. The one seen longest
// ago and not enrolled makes room.
const mostDevices = 10000

// Errors of SetDeviceAsk, EnrolDevice and ForgetDevice.
var (
	ErrDeviceAsk  = errors.New("device is none, preferred or required")
	ErrThumbprint = errors.New("not a thumbprint: SHA-256 as base64url without padding, 43 characters (RFC 7638)")
	ErrNoDevice   = errors.New("no computer has this thumbprint")
	errFull       = fmt.Errorf("there are %d computers already", mostDevices)
)

// Device is a computer: by the RFC 7638 thumbprint of its key.
type Device struct {
	Thumbprint string    `json:"thumbprint"`
	Enrolled   bool      `json:"enrolled"`
	Seen       time.Time `json:"seen,omitzero"` // when it last proved itself, by the provider's clock
}

// devices are the computers of a server, and what is asked of them.
type devices struct {
	mu    sync.Mutex
	ask   string
	known map[string]Device
}

func (d *devices) open(ask string, enrolled []string) error {
	d.known = map[string]Device{}
	if err := d.set(cmp.Or(ask, login.DeviceNone)); err != nil {
		return err
	}
	for _, t := range enrolled {
		if err := d.enrol(t); err != nil {
			return err
		}
	}
	return nil
}

func (d *devices) set(ask string) error {
	if ask != login.DeviceNone && ask != login.DevicePreferred && ask != login.DeviceRequired {
		return fmt.Errorf("%w, not %q", ErrDeviceAsk, ask)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.ask = ask
	return nil
}

// Ask is login.Devices'.
func (d *devices) Ask() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.ask
}

// Seen is login.Devices'.
func (d *devices) Seen(thumbprint string, at time.Time) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	known, there := d.known[thumbprint]
	if !there && !d.room() {
		return false
	}
	d.known[thumbprint] = Device{thumbprint, known.Enrolled, at}
	return known.Enrolled
}

// room makes place for one more.
func (d *devices) room() bool {
	if len(d.known) < mostDevices {
		return true
	}
	oldest, found := Device{}, false
	for _, k := range d.known {
		if !k.Enrolled && (!found || k.Seen.Before(oldest.Seen)) {
			oldest, found = k, true
		}
	}
	delete(d.known, oldest.Thumbprint)
	return found
}

func (d *devices) enrol(thumbprint string) error {
	if sum, err := base64.RawURLEncoding.Strict().DecodeString(thumbprint); err != nil || len(sum) != 32 {
		return fmt.Errorf("%w: %.60q", ErrThumbprint, thumbprint)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	known, there := d.known[thumbprint]
	if !there && !d.room() {
		return errFull
	}
	d.known[thumbprint] = Device{thumbprint, true, known.Seen}
	return nil
}

// Devices are the computers that are enrolled or have proved themselves, by
// thumbprint.
func (s *Server) Devices() []Device {
	s.devices.mu.Lock()
	defer s.devices.mu.Unlock()
	return slices.SortedFunc(maps.Values(s.devices.known), func(a, b Device) int { return cmp.Compare(a.Thumbprint, b.Thumbprint) })
}

// DeviceAsk is what the next sign-in asks of the computer: none, preferred or
// required (agent/PROTOCOL.md section 5).
func (s *Server) DeviceAsk() string { return s.devices.Ask() }

// SetDeviceAsk changes it. It fails with ErrDeviceAsk.
func (s *Server) SetDeviceAsk(ask string) error { return s.devices.set(ask) }

// EnrolDevice makes a computer count. It fails with ErrThumbprint.
func (s *Server) EnrolDevice(thumbprint string) error { return s.devices.enrol(thumbprint) }

// ForgetDevice makes a computer unknown. It fails with ErrNoDevice.
func (s *Server) ForgetDevice(thumbprint string) error {
	s.devices.mu.Lock()
	defer s.devices.mu.Unlock()
	if _, there := s.devices.known[thumbprint]; !there {
		return fmt.Errorf("%w: %.60q", ErrNoDevice, thumbprint)
	}
	delete(s.devices.known, thumbprint)
	return nil
}
