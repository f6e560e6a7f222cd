package plan_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/smartcard-connect/smartcard-connect/hil/farm"
	"github.com/smartcard-connect/smartcard-connect/hil/plan"
	"github.com/smartcard-connect/smartcard-connect/hil/rig"
)

const twoHosts = `
name: farm
hosts: [{id: one, os: linux}, {id: two, os: linux}]
gadgets: [{id: person, kind: manual, host: floor}, {id: hub, kind: usbpower, host: one}]
power: [{id: p3, gadget: hub}]
readers:
  - {id: left, host: one, usb: "1-1.3:1.0", name: Toy 00 00, power: p3}
  - {id: right, host: two, usb: "1-1.4:1.0", name: Toy 00 01}
cards: [{id: nurse, series: "9", protocols: [T=0, T=1], serial: 00A1, test: true}]
routes: [{gadget: person, cost: 60}]
`

// Requirement: a planned cell names host, reader by USB path, card by its own
// serial, and power port, all to be leased in one; and where else it could run.
// Source: issue 7 points 1, 4 and 5. Turned red by: leasing a name of PC/SC, a
// shared port that is not leased, a cell that dies with its host.
func TestPlacementsNameWhatIsLeased(t *testing.T) {
	r, err := rig.Parse([]byte(twoHosts))
	if err != nil {
		t.Fatal(err)
	}
	f := plan.OfRig(r, 1)
	all := []plan.Cell{{ID: "a", Card: "series9", Reader: "Toy", Protocol: "T1", Estimate: time.Second}}
	p, err := plan.Make(f, all, plan.Options{})
	if err != nil {
		t.Fatal(err)
	}
	card := farm.Device{Host: "floor", Kind: farm.Card, ID: "00A1"}
	want := []plan.Placement{{Start: time.Minute, Places: []plan.Place{
		{Host: "one", Devices: []farm.Device{{Host: "one", Kind: farm.Reader, ID: "1-1.3:1.0"}, card, {Host: "one", Kind: farm.Power, ID: "p3"}}},
		{Host: "two", Devices: []farm.Device{{Host: "two", Kind: farm.Reader, ID: "1-1.4:1.0"}, card}},
	}}}
	if got := p.Placements(f, all); !reflect.DeepEqual(got, want) {
		t.Errorf("%+v\nwant %+v", got, want)
	}
}
