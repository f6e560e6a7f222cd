package inventory

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/smartcard-connect/smartcard-connect/hil/rig"
)

// Sysfs is Linux's tree of devices; empty is /sys.
type Sysfs string

// ccid is what a reader's interface says of itself (CCID 1.1 §5.1).
type ccid struct {
	Interface string // its number in hexadecimal without leading zeros: 0
	Level     rig.Level
	Keypad    bool // it verifies passcodes that are typed on it
}

func (s Sysfs) devices() string {
	if s == "" {
		s = "/sys"
	}
	return filepath.Join(string(s), "bus", "usb", "devices")
}

// path is the USB path of the reader at a PC/SC channel, and whether that is one
// reader only: a device may have two, which its channel does not tell apart.
func (s Sysfs) path(channel uint32) (path string, sure bool) {
	if channel>>16 != 0x0020 {
		return "", false
	}
	bus, address := strconv.Itoa(int(channel>>8&0xFF)), strconv.Itoa(int(channel&0xFF))
	entries, err := os.ReadDir(s.devices())
	if err != nil {
		return "", false
	}
	for _, e := range entries {
		dir := filepath.Join(s.devices(), e.Name())
		if strings.Contains(e.Name(), ":") || line(dir, "busnum") != bus || line(dir, "devnum") != address {
			continue
		}
		if all := s.interfaces(e.Name()); len(all) == 1 {
			return e.Name() + ":" + all[0].where(dir), true
		}
		return e.Name(), false
	}
	return "", false
}

// where is the interface's part of the path: configuration and number.
func (c ccid) where(dir string) string {
	configuration := line(dir, "bConfigurationValue")
	if configuration == "" {
		configuration = "1"
	}
	return configuration + "." + c.Interface
}

// of is what the interface at a USB path says.
func (s Sysfs) of(path string) (ccid, bool) {
	device, where, _ := strings.Cut(path, ":")
	_, number, _ := strings.Cut(where, ".")
	all := s.interfaces(device)
	i := slices.IndexFunc(all, func(c ccid) bool { return c.Interface == number || where == "" && len(all) == 1 })
	if i < 0 {
		return ccid{}, false
	}
	return all[i], true
}

// interfaces reads the reader interfaces out of a device's descriptors.
func (s Sysfs) interfaces(device string) []ccid {
	if device == "" || strings.ContainsAny(device, "/\\") {
		return nil
	}
	raw, err := os.ReadFile(filepath.Join(s.devices(), device, "descriptors"))
	if err != nil {
		return nil
	}
	return parseDescriptors(raw)
}

// Descriptor types and sizes (USB 2.0 table 9-5, CCID 1.1 table 5.1-1).
const (
	typeInterface = 0x04
	typeCCID      = 0x21
	sizeCCID      = 54
	offFeatures   = 40
	offPIN        = 52
)

func parseDescriptors(raw []byte) []ccid {
	var found []ccid
	number := -1
	for len(raw) >= 2 && int(raw[0]) >= 2 && int(raw[0]) <= len(raw) {
		d := raw[:raw[0]]
		raw = raw[len(d):]
		switch {
		case d[1] == typeInterface && len(d) >= 9:
			number = int(d[2])
		case d[1] == typeCCID && len(d) == sizeCCID && number >= 0:
			found = append(found, ccid{strconv.FormatInt(int64(number), 16), level(binary.LittleEndian.Uint32(d[offFeatures:])), d[offPIN]&1 != 0})
			number = -1
		}
	}
	return found
}

// level is dwFeatures masked with 0x70000.
func level(features uint32) rig.Level {
	switch features & 0x70000 {
	case 0:
		return rig.Character
	case 0x10000:
		return rig.TPDU
	case 0x20000:
		return rig.Short
	case 0x40000:
		return rig.Extended
	}
	return ""
}

// line is the one line of a file.
func line(dir, name string) string {
	raw, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		return ""
	}
	return string(bytes.TrimSpace(raw))
}
