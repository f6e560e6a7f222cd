// Package gadget lists what can move cards, switch power and press keys, and
// builds it from a bench file. Each kind is a package of hil/device; a new one is
// that package and a line in Kinds.
package gadget

import (
	"bytes"
	"fmt"
	"net/http"
	"sync"

	"go.yaml.in/yaml/v3"

	"github.com/smartcard-connect/smartcard-connect/hil/device"
	"github.com/smartcard-connect/smartcard-connect/hil/device/manual"
	"github.com/smartcard-connect/smartcard-connect/hil/device/remote"
	"github.com/smartcard-connect/smartcard-connect/hil/device/serial"
	"github.com/smartcard-connect/smartcard-connect/hil/device/usbpower"
	"github.com/smartcard-connect/smartcard-connect/hil/device/vpcd"
	"github.com/smartcard-connect/smartcard-connect/hil/device/webhook"
	"github.com/smartcard-connect/smartcard-connect/hil/rig"
)

// What a kind of gadget can do. A bench file that asks for more is refused.
const (
	Cards = 1 << iota
	Power
	Keys
)

// Kind is one kind of gadget.
type Kind struct {
	ID    string `json:"id"`
	Title string `json:"title"`
	Can   int    `json:"can"` // Cards, Power, Keys
	build func(World, Use) (device.Device, error)
}

// Kinds are all, the smallest first.
func Kinds() []Kind {
	return []Kind{
		{"manual", "a person, asked in the terminal or on the page", Cards | Power | Keys, newManual},
		{"vpcd", "a software card in a virtual reader, by the side door of its program", Cards, newVPCD},
		{"usbpower", "a port of a USB hub, switched by Linux or uhubctl", Power, newUSBPower},
		{"serial", "a relay or actuator at a serial port", Cards | Power | Keys, newSerial},
		{"webhook", "an actuator that takes HTTP requests, such as Yubico's Pico or a script", Cards | Power | Keys, newWebhook},
		{"remote", "a card bank that switches over the network, such as remsim", Cards, newRemote},
	}
}

// World is what gadgets need of the machine that they are at.
type World struct {
	Asker manual.Asker // who asks a person
	OS    string       // runtime.GOOS
	Sysfs string       // empty is /sys
	HTTP  *http.Client // nil is the default
	Turns *Turns       // of ports that several gadgets share
}

// Use is one gadget put to one use: which card, which reader, and all settings.
type Use struct {
	Card     rig.Card // may be empty: for power and keys
	Reader   rig.Reader
	Settings map[string]any
}

// Turns keeps the devices of one port from talking at once. Its zero value is
// ready.
type Turns struct {
	mu  sync.Mutex
	all map[string]chan struct{}
}

// of is the turn of a port; nil where nobody shares.
func (t *Turns) of(port string) chan struct{} {
	if t == nil {
		return nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.all == nil {
		t.all = map[string]chan struct{}{}
	}
	if t.all[port] == nil {
		t.all[port] = make(chan struct{}, 1)
	}
	return t.all[port]
}

// decode reads settings into a kind's own, strictly.
func decode[T any](settings map[string]any) (s T, err error) {
	raw, err := yaml.Marshal(settings)
	if err != nil {
		return s, err
	}
	d := yaml.NewDecoder(bytes.NewReader(raw))
	d.KnownFields(true)
	if err := d.Decode(&s); err != nil {
		return s, fmt.Errorf("settings: %w", err)
	}
	if c, ok := any(s).(interface{ Check() error }); ok {
		if err := c.Check(); err != nil {
			return s, fmt.Errorf("settings: %w", err)
		}
	}
	return s, nil
}

func newManual(w World, u Use) (device.Device, error) {
	if _, err := decode[struct{}](u.Settings); err != nil {
		return nil, err
	}
	return &manual.Device{Card: u.Card.ID, Reader: u.Reader.ID, Asker: w.Asker}, nil
}

func newVPCD(w World, u Use) (device.Device, error) {
	s, err := decode[vpcd.Settings](u.Settings)
	return vpcd.Device{Control: s.Control, Client: w.HTTP}, err
}

func newUSBPower(w World, u Use) (device.Device, error) {
	s, err := decode[usbpower.Settings](u.Settings)
	if s.At == "" {
		s.At = u.Reader.USB
	}
	return usbpower.Device{Path: s.At, UHubCtl: s.UHubCtl, Wait: s.Wait, Sysfs: w.Sysfs, OS: w.OS}, err
}

func newSerial(w World, u Use) (device.Device, error) {
	s, err := decode[serial.Settings](u.Settings)
	return serial.Device{Settings: s, Turn: w.Turns.of(s.Port)}, err
}

func newWebhook(w World, u Use) (device.Device, error) {
	s, err := decode[webhook.Settings](u.Settings)
	return webhook.Device{Settings: s, Card: u.Card.ID, Reader: u.Reader.ID, Client: w.HTTP}, err
}

func newRemote(w World, u Use) (device.Device, error) {
	s, err := decode[remote.Settings](u.Settings)
	return remote.Device{Switch: s.Switch(w.HTTP), Card: s.Card, Reader: s.Reader, Patience: s.Patience}, err
}
