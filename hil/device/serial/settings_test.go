package serial_test

import (
	"testing"

	"github.com/smartcard-connect/smartcard-connect/hil/device/serial"
)

// Requirement: settings that cannot be meant are found before a card is moved.
// Turned red by: dropping the check of the row.
func TestSettings(t *testing.T) {
	if err := (serial.Settings{Port: "COM3", Channel: 4, Keys: map[string]int{"1": 5}}).Check(); err != nil {
		t.Error(err)
	}
	for name, s := range map[string]serial.Settings{
		"no port":       {},
		"unknown board": {Port: "COM3", Board: "robot"},
		"channel":       {Port: "COM3", Channel: 255},
		"key's channel": {Port: "COM3", Keys: map[string]int{"1": -1}},
		"line, keys":    {Port: "COM3", Board: "line", Keys: map[string]int{"1": 1}},
	} {
		if s.Check() == nil {
			t.Errorf("%s: taken", name)
		}
	}
}
