package memory_test

import (
	"errors"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/hil/farm"
	"github.com/smartcard-connect/smartcard-connect/hil/farm/farmtest"
	"github.com/smartcard-connect/smartcard-connect/hil/farm/memory"
)

// Requirement: the contract of farm.Coordinator; each case says its own.
// Turned red by: any rule of it left out, such as the fence in Commit.
func TestContract(t *testing.T) {
	farmtest.Run(t, func(*testing.T) func() farm.Coordinator {
		f := &memory.Farm{Grace: farmtest.Short / 10, AckWait: farmtest.Again}
		return func() farm.Coordinator { return f }
	})
}

// Requirement: an unreachable store is not a lost lease.
// Source: farm.ErrUnavailable. Turned red by: any other error, or none.
func TestAway(t *testing.T) {
	f := &memory.Farm{}
	d := farm.Device{Host: "a", Kind: farm.Reader, ID: "1"}
	g, err := f.Acquire(t.Context(), farm.Holder{Run: "r"}, farmtest.Long, d)
	if err != nil {
		t.Fatal(err)
	}
	f.Away(true)
	if err := f.Renew(t.Context(), &g); !errors.Is(err, farm.ErrUnavailable) {
		t.Error(err)
	}
	f.Away(false)
	if err := f.Renew(t.Context(), &g); err != nil {
		t.Error(err)
	}
}
