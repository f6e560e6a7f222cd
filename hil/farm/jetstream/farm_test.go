package jetstream_test

import (
	"testing"
	"time"

	"github.com/smartcard-connect/smartcard-connect/hil/farm"
	"github.com/smartcard-connect/smartcard-connect/hil/farm/farmtest"
	"github.com/smartcard-connect/smartcard-connect/hil/farm/hub"
	"github.com/smartcard-connect/smartcard-connect/hil/farm/jetstream"
)

// quick are the settings that the contract's times are made for.
func quick() jetstream.Settings {
	return jetstream.Settings{Grace: farmtest.Short / 10, AckWait: farmtest.Again, Patience: time.Minute}
}

// node starts a hub for this process alone.
func node(t testing.TB) *hub.Server {
	t.Helper()
	s, err := hub.Node{Dir: t.TempDir()}.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// join is another member's view of a farm.
func join(t testing.TB, s *hub.Server, settings jetstream.Settings) *jetstream.Farm {
	t.Helper()
	nc, err := s.Connect(t.Name())
	if err != nil {
		t.Fatal(err)
	}
	f, err := jetstream.New(nc, settings)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close(); nc.Close() })
	return f
}

// lay makes a farm on a node.
func lay(t testing.TB, s *hub.Server, settings jetstream.Settings) *jetstream.Farm {
	t.Helper()
	f := join(t, s, settings)
	if err := f.Lay(t.Context()); err != nil {
		t.Fatal(err)
	}
	return f
}

// Requirement: the contract of farm.Coordinator; each case says its own.
// Turned red by: a write without its expected revision; Later by way of the
// server; a message's ID on work that is offered again.
func TestContract(t *testing.T) {
	t.Parallel()
	farmtest.Run(t, func(t *testing.T) func() farm.Coordinator {
		s := node(t)
		lay(t, s, quick())
		return func() farm.Coordinator { return join(t, s, quick()) }
	})
}
