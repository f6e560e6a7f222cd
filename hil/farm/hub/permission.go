package hub

import (
	"log/slog"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/smartcard-connect/smartcard-connect/hil/farm/subject"
)

// door decides who may come in, and what for, by the name in the certificate
// that TLS has verified.
type door struct {
	admits func(Name) bool // nil: all whom the authority has named
	log    *slog.Logger
}

// Check is server.Authentication. Connections without TLS are from inside this
// process: every listener of a Node demands certificates.
func (d door) Check(c server.ClientAuthentication) bool {
	state := c.GetTLSConnectionState()
	if state == nil {
		c.RegisterUser(&server.User{Username: "inside"})
		return true
	}
	n, err := NameOf(state.PeerCertificates[0])
	if err != nil || d.admits != nil && !d.admits(n) {
		d.log.Warn("refused", "who", n, "from", c.RemoteAddress(), "error", err)
		return false
	}
	p := Permissions(n)
	if p == nil {
		d.log.Warn("refused", "who", n, "from", c.RemoteAddress())
		return false
	}
	c.RegisterUser(&server.User{Username: n.URI().String(), Permissions: p})
	return true
}

// Permissions are what a member may publish and hear; nil for one that may
// nothing. A host speaks for itself only: its own results, events and heartbeat,
// the leases of its devices and of cards that people carry, its own queue.
func Permissions(n Name) *server.Permissions {
	switch n.Role {
	case Hub, Planner:
		return &server.Permissions{}
	case Host:
		return permit(append(host(n.ID), read...), []string{"_INBOX.>", subject.RPC(n.ID) + ".>", "$JS." + subject.HostDomain(n.ID) + ".API.>", "$JS.FC.>", "$JS.ACK.>"})
	case Viewer:
		return permit(read, []string{"_INBOX.>", "hil.ev.>"})
	}
	return nil
}

func permit(publish, hear []string) *server.Permissions {
	return &server.Permissions{
		Publish:   &server.SubjectPermission{Allow: publish},
		Subscribe: &server.SubjectPermission{Allow: hear},
		Response:  &server.ResponsePermission{MaxMsgs: server.DEFAULT_ALLOW_RESPONSE_MAX_MSGS, Expires: server.DEFAULT_ALLOW_RESPONSE_EXPIRATION},
	}
}

// api is where requests to the hub's JetStream go, from wherever.
const api = "$JS." + subject.Domain + ".API."

// read is what everybody may ask for.
var read = []string{
	api + "INFO", api + "STREAM.INFO.*", api + "STREAM.MSG.GET.*",
	api + "CONSUMER.CREATE.KV_leases.>", api + "CONSUMER.CREATE.KV_cells.>", api + "CONSUMER.CREATE.KV_inventory.>",
	api + "CONSUMER.CREATE.HIL_RESULTS.>", api + "CONSUMER.CREATE.HIL_EVENTS.>", api + "CONSUMER.CREATE.OBJ_artifacts.>",
	"$JS.FC.>",
}

// host is what a host may say besides.
func host(id string) []string {
	w := subject.Worker(id)
	return []string{
		subject.Result(id) + ".>", subject.Event(id) + ".>", subject.Deliver(id) + ".>",
		api + "$KV.leases.dev." + subject.Token(id) + ".>", api + "$KV.leases.dev." + subject.Token(subject.Floor) + ".>",
		api + "$KV.cells.*.*",
		api + "$KV.inventory.*." + subject.Token(id), api + "$KV.inventory.*." + subject.Token(id) + ".>",
		api + "CONSUMER.CREATE.HIL_CELLS." + w + "." + subject.Queue(id) + ".>",
		api + "CONSUMER.INFO.HIL_CELLS." + w, api + "CONSUMER.MSG.NEXT.HIL_CELLS." + w,
		"$JS.ACK.HIL_CELLS." + w + ".>", "$JS.ACK.*.*.HIL_CELLS." + w + ".>",
		"$O.artifacts.>", "_INBOX.>", "_R_.>",
	}
}
