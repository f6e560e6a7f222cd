// Package subject says what is called how on a farm's NATS: keys, subjects,
// consumers, domains. The keeper that uses them and the hub that says who may
// use which import it, so that they cannot differ.
package subject

import (
	"fmt"
	"strings"

	"github.com/smartcard-connect/smartcard-connect/hil/farm"
)

// Domain is the JetStream domain of the hub, be it one node in this process or
// a cluster.
const Domain = "farm"

// Floor is the host of devices that no host has: cards that people carry.
const Floor = "floor"

// Token makes one token of a subject of any text: letters, digits, dash and
// underscore stay, each other byte becomes = and two hex digits. No two texts
// share a token.
func Token(text string) string {
	var b strings.Builder
	for _, c := range []byte(text) {
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_' {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "=%02X", c)
		}
	}
	return b.String()
}

// Lease is a device's key in the bucket leases.
func Lease(d farm.Device) string {
	return "dev." + Token(d.Host) + "." + Token(d.Kind) + "." + Token(d.ID)
}

// Cell is a cell's key in the bucket cells.
func Cell(run, cell string) string { return Token(run) + "." + Token(cell) }

// Queue begins the subjects of a host's work.
func Queue(host string) string { return "hil.cell." + Token(host) }

// Work is the subject of a cell's work in the queue.
func Work(w farm.Work) string { return Queue(w.Host) + ".0." + Cell(w.Run, w.Cell) }

// AnyWork matches a cell's work on whatever host.
func AnyWork(w farm.Work) string { return "hil.cell.*.*." + Cell(w.Run, w.Cell) }

// Worker is the durable consumer of a host's work.
func Worker(host string) string { return "w-" + Token(host) }

// Result begins the subjects of a host's results.
func Result(host string) string { return "hil.result." + Token(host) }

// Direct begins the subjects of results that a host sends to the hub. The hub keeps
// them under Result.
func Direct(host string) string { return "hil.direct." + Token(host) }

// Event begins the subjects of what happens on a host.
func Event(host string) string { return "hil.ev." + Token(host) }

// RPC begins the subjects of what a host is asked to do.
func RPC(host string) string { return "hil.rpc." + Token(host) }

// Ask is where a host's gadgets ask people, who are at the hub's page. Of all hosts
// it is "*".
func Ask(host string) string {
	if host == "*" {
		return "hil.ask.*"
	}
	return "hil.ask." + Token(host)
}

// Alive is a host's heartbeat in the bucket inventory.
func Alive(host string) string { return "alive." + Token(host) }

// HostDomain is the JetStream domain of a host that has its own.
func HostDomain(host string) string { return "host-" + Token(host) }
