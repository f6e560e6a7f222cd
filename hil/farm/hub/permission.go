package hub

import (
	"log/slog"
	"strings"

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
// nothing. A host speaks for itself only: its own results, events, questions and heartbeat,
// the leases of its devices and of cards that people carry, its own queue.
func Permissions(n Name) *server.Permissions {
	switch n.Role {
	case Hub, Planner:
		return &server.Permissions{}
	case Host:
		return permit(append(host(n.ID), read()...), []string{"_INBOX.>", subject.RPC(n.ID) + ".>"})
	case Viewer:
		return permit(append(read(), "_INBOX.>"), []string{"_INBOX.>", "hil.ev.>"})
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

// hubs allows requests to the hub's JetStream as they are said on a host's own
// server, whose domain is another, and as the hub understands them: it asks about
// its own clients' messages after it has taken the domain off.
func hubs(requests ...string) (out []string) {
	for _, r := range requests {
		plain := r
		if !strings.HasPrefix(r, "$KV.") {
			plain = "$JS.API." + r
		}
		out = append(out, "$JS."+subject.Domain+".API."+r, plain)
	}
	return out
}

// read is what everybody may ask for. Who watches a bucket has a consumer there of
// a name made by chance, and deletes it at the end: NATS knows it by its name only,
// so that the permission is for the consumers of that stream. It is given for streams
// that have no lasting consumer; a watch that loses its own begins another.
func read() []string {
	return append(hubs(
		"INFO", "STREAM.INFO.*", "STREAM.MSG.GET.*",
		"CONSUMER.CREATE.KV_leases.>", "CONSUMER.CREATE.KV_cells.>", "CONSUMER.CREATE.KV_inventory.>",
		"CONSUMER.CREATE.HIL_RESULTS.>", "CONSUMER.MSG.NEXT.HIL_RESULTS.*", "CONSUMER.INFO.HIL_RESULTS.*",
		"CONSUMER.CREATE.HIL_EVENTS.>", "CONSUMER.MSG.NEXT.HIL_EVENTS.*", "CONSUMER.INFO.HIL_EVENTS.*",
		"CONSUMER.CREATE.OBJ_artifacts.>",
		"CONSUMER.DELETE.KV_leases.*", "CONSUMER.DELETE.KV_cells.*", "CONSUMER.DELETE.KV_inventory.*",
	), "$JS.FC.>")
}

// host is what a host may say besides.
func host(id string) []string {
	worker, own := subject.Worker(id), subject.Token(id)
	return append(hubs(
		"$KV.leases.dev."+own+".>", "$KV.leases.dev."+subject.Token(subject.Floor)+".>", "$KV.cells.*.*",
		"$KV.inventory.*."+own, "$KV.inventory.*."+own+".>",
		"CONSUMER.CREATE.HIL_CELLS."+worker+"."+subject.Queue(id)+".>",
		"CONSUMER.INFO.HIL_CELLS."+worker, "CONSUMER.MSG.NEXT.HIL_CELLS."+worker,
	),
		subject.Direct(id)+".>", subject.Event(id)+".>", subject.Ask(id),
		"$JS.ACK.HIL_CELLS."+worker+".>", "$JS.ACK.*.*.HIL_CELLS."+worker+".>",
		"$O.artifacts.>", "_INBOX.>", "_R_.>",
	)
}
