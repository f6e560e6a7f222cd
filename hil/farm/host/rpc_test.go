package host

import (
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"github.com/smartcard-connect/smartcard-connect/hil/farm"
)

// Requirement: a command by RPC carries its token, the device's host judges it,
// and its refusal keeps its meaning. Source: issue 7, part 5; facts of the farm,
// "request carries token; host daemon enforces fence". Turned red by: a Serve that
// does not ask the Guard.
func TestRemote(t *testing.T) {
	s, err := server.NewServer(&server.Options{DontListen: true, NoSigs: true, NoLog: true})
	wants(t, err, nil)
	s.Start()
	t.Cleanup(s.Shutdown)
	nc, err := nats.Connect("", nats.InProcessServer(s))
	wants(t, err, nil)
	t.Cleanup(nc.Close)
	wants(t, Serve(t.Context(), nc, actuator(t).here), nil)
	wants(t, nc.Flush(), nil)

	elsewhere := farm.Device{Host: "h2", Kind: farm.Reader, ID: "1"}
	for _, c := range []struct {
		name   string
		device farm.Device
		verb   string
		token  farm.Token
		want   error
	}{
		{"the holder", reader, Identify, fence(7), nil},
		{"an older holder", reader, Identify, fence(6), farm.ErrStale},
		{"a newer holder", reader, Identify, fence(9), nil},
		{"the holder from before", reader, Identify, fence(7), farm.ErrStale},
		{"a verb that does not exist", reader, "eject", fence(9), farm.ErrUnknown},
		{"a host that is not there", elsewhere, Identify, fence(9), farm.ErrUnavailable},
		{"a host that cannot be", farm.Device{Host: "h1.>", Kind: farm.Reader, ID: "1"}, Identify, fence(9), farm.ErrUnknown},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Remote{NC: nc, Most: 5 * time.Second}.Command(t.Context(), Command{Device: c.device, Verb: c.verb, Token: c.token})
			wants(t, err, c.want)
		})
	}
}
