package host

import (
	"errors"
	"fmt"

	"github.com/smartcard-connect/smartcard-connect/hil/device"
	"github.com/smartcard-connect/smartcard-connect/hil/device/manual"
	"github.com/smartcard-connect/smartcard-connect/hil/farm"
)

// code is an error's name on the wire.
type code struct {
	name string
	err  error
}

// codes are the errors that keep their meaning between hosts, first match first.
func codes() []code {
	return []code{
		{"stale", farm.ErrStale},
		{"lost", farm.ErrLost},
		{"unknown", farm.ErrUnknown},
		{"unavailable", farm.ErrUnavailable},
		{"unsupported", device.ErrUnsupported},
		{"refused", manual.ErrRefused},
	}
}

// answer puts what came of a command into words for the wire.
func answer(said string, err error) Answer {
	if err == nil {
		return Answer{Answer: said}
	}
	for _, c := range codes() {
		if errors.Is(err, c.err) {
			return Answer{Code: c.name, Error: err.Error()}
		}
	}
	return Answer{Code: "error", Error: err.Error()}
}

// err is the error that was put into words.
func (a Answer) err() error {
	if a.Code == "" {
		return nil
	}
	for _, c := range codes() {
		if a.Code == c.name {
			return fmt.Errorf("%w (%s)", c.err, a.Error)
		}
	}
	return errors.New(a.Error)
}
