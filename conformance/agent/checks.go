// Package agent is what must hold of the agent's door and of the port service:
// who may knock, and what a stranger gets to hear.
package agent

import (
	"github.com/smartcard-connect/smartcard-connect/conformance/suite"
	"github.com/smartcard-connect/smartcard-connect/conformance/target"
)

var (
	door  = []target.Feature{target.Agent, target.Person}
	ports = []target.Feature{target.Agent, target.Ports}
	users = []target.Feature{target.Agent, target.Ports, target.OtherUser}
	joins = []target.Feature{target.Agent, target.Ports, target.Joining}
)

// Checks is the suite.
func Checks() []suite.Check {
	return []suite.Check{
		{ID: "agent.origin-foreign", Title: "A page from another origin is refused on every channel and the person is not asked", Source: "protocol §4; issue: bad input", Requires: door, Proof: "door.any-origin", Because: "origin", Run: originForeign},
		{ID: "agent.origin-null", Title: "Origin null is refused on every channel", Source: "protocol §4; design §4 step 3", Requires: door, Proof: "door.any-origin", Because: "origin", Run: originNull},
		{ID: "agent.origin-missing", Title: "A request without Origin is refused on every channel", Source: "protocol §4; design §4 step 3", Requires: door, Proof: "door.any-origin", Because: "origin", Run: originMissing},
		{ID: "agent.origin-lookalike", Title: "Origins that only resemble the issuer's are refused", Source: "RFC 6454 §4, §5", Requires: door, Proof: "door.any-origin", Because: "origin", Run: originLookalike},
		{ID: "agent.host-wrong", Title: "A wrong Host is answered 421 on every path", Source: "protocol §2, §4; RFC 9110 §7.4", Requires: door, Proof: "door.any-host", Because: "Host", Run: hostWrong},
		{ID: "agent.token-bound", Title: "A hub connection is of no use to another origin", Source: "protocol §3", Requires: door, Proof: "door.any-origin", Because: "works for origin", Run: tokenBound},
		{ID: "agent.cors", Title: "The answer may be read by the login page only: exact origin, Vary, never a star", Source: "protocol §2, §4; Fetch §3.2", Requires: door, Proof: "door.cors-open", Because: "star", Run: cors},
		{ID: "agent.preflight", Title: "The preflight of the JSON channel is answered for the login page and for nobody else", Source: "protocol §4; Fetch §3.2.2", Requires: door, Proof: "door.cors-open", Because: "star", Run: preflight},
		{ID: "agent.json-strict", Title: "The JSON channel refuses unknown fields, wrong types, wrong versions and long bodies with the right status", Source: "protocol §4", Requires: door, Proof: "door.always-200", Because: "not refused", Run: jsonStrict},
		{ID: "agent.method", Title: "Nothing is started by GET", Source: "protocol §4; RFC 9110 §9.2.1", Requires: door, Proof: "door.always-200", Because: "405", Run: method},
		{ID: "agent.status", Title: "Status tells the login page that an agent runs, and nothing about its user", Source: "protocol §4", Requires: door, Proof: "door.status-talks", Because: "somebody", Run: status},
		{ID: "agent.transports", Title: "The hub answers the same by long polling, server-sent events and web sockets", Source: "protocol §3; SignalR 2", Requires: door, Proof: "door.one-transport", Because: "serverSentEvents", Run: transports},
		{ID: "agent.negotiate", Title: "The hub negotiates as the classic one does, web sockets included", Source: "protocol §3; SignalR 2", Requires: door, Proof: "door.sockets-hidden", Because: "TryWebSockets", Run: negotiated},
		{ID: "agent.no-scripts", Title: "Forever-frames and JSONP, which another page could read, are refused", Source: "protocol §3", Requires: door, Proof: "door.always-200", Because: "not refused", Run: noScripts},
		{ID: "agent.host-loopback", Title: "Every spelling of this machine is answered: localhost, ::1 and all of 127.0.0.0/8", Source: "protocol §4; Citrix virtual loopback", Requires: door, Proof: "door.one-loopback", Because: "421", Run: hostLoopback},
		{ID: "agent.private-network", Title: "A preflight that asks for the private network is answered for the login page and for nobody else", Source: "protocol §4; WICG Private Network Access", Requires: door, Proof: "door.no-private-network", Because: "Private-Network", Run: privateNetwork},
		{ID: "agent.other-user", Title: "Another user of the machine is refused at the door, whatever the page", Source: "protocol §4; issue: two users", Requires: users, Proof: "door.always-200", Because: "another user", Run: otherAtDoor},
		{ID: "ports.other-user", Title: "Another user of the machine is not told of this user's agent", Source: "protocol §2; issue: two users", Requires: users, Proof: "door.same-for-all", Because: "another user", Run: portsOther},
		{ID: "ports.leaves", Title: "An agent that leaves is forgotten, and the one before it is named again", Source: "protocol §2; issue: entries die with the process", Requires: joins, Proof: "door.port-wrong", Because: "never names", Run: portsLeave},
		{ID: "ports.answers", Title: "Each port of the port service names this session's agent", Source: "protocol §2; NHS port service", Requires: ports, Proof: "door.port-wrong", Because: "port", Run: portsAnswer},
		{ID: "ports.connect", Title: "ConnectPRService answers statusCode \"200\" as a string", Source: "protocol §2; NHS port service", Requires: ports, Proof: "door.status-number", Because: "ConnectPRService", Run: portsConnect},
		{ID: "ports.cors", Title: "The port service answers the login page with its exact origin and credentials, and other pages not at all", Source: "protocol §2", Requires: ports, Proof: "door.cors-open", Because: "star", Run: portsCORS},
		{ID: "ports.host", Title: "The port service answers a wrong Host with 421", Source: "protocol §2", Requires: ports, Proof: "door.any-host", Because: "Host", Run: portsHost},
	}
}
