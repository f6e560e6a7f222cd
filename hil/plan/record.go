package plan

import (
	"cmp"

	"github.com/smartcard-connect/smartcard-connect/hil/farm"
)

// Know fills in what a farm's records say: what is drained or in quarantine is out,
// with the reason, and a card that is leased together with a reader now is in it.
func (f *Floor) Know(records []farm.Record) {
	known := map[farm.Device]farm.Record{}
	for _, r := range records {
		known[r.Device] = r
	}
	inside := map[farm.Token]string{}
	for i := range f.Cards {
		c := &f.Cards[i]
		r := known[c.device()]
		c.Out = cmp.Or(c.Out, out(r))
		if r.State == farm.Held {
			inside[r.Token] = c.Serial
		}
	}
	for i := range f.Readers {
		d := &f.Readers[i]
		r := known[d.device()]
		d.Out = cmp.Or(d.Out, out(r), out(known[d.port()]))
		if r.State == farm.Held {
			d.Holds = inside[r.Token]
			delete(inside, r.Token)
		}
	}
}

// out is why a device is not to be had.
func out(r farm.Record) string {
	if r.State != farm.Draining && r.State != farm.Quarantined {
		return ""
	}
	return string(r.State) + ": " + r.Reason
}

// device is what is leased of a reader.
func (r Reader) device() farm.Device {
	return farm.Device{Host: r.Host, Kind: farm.Reader, ID: cmp.Or(r.Device, r.ID)}
}

// port is what feeds it.
func (r Reader) port() farm.Device { return farm.Device{Host: r.Host, Kind: farm.Power, ID: r.Port} }

// device is what is leased of a card.
func (c Card) device() farm.Device {
	return farm.Device{Host: cmp.Or(c.Home, "floor"), Kind: farm.Card, ID: cmp.Or(c.Device, c.Serial)}
}
