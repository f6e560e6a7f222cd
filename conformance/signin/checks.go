// Package signin is what must hold of the whole: application, browser,
// provider, agent, card and person.
package signin

import (
	"github.com/smartcard-connect/smartcard-connect/conformance/journey"
	"github.com/smartcard-connect/smartcard-connect/conformance/suite"
	"github.com/smartcard-connect/smartcard-connect/conformance/target"
)

var (
	whole   = []target.Feature{target.Agent, target.Provider, target.Smartcard, target.Person, target.TestCard}
	benched = append([]target.Feature{target.Bench}, whole...)
	hasty   = append([]target.Feature{target.ShortForm}, whole...)
	empty   = append([]target.Feature{target.ShortForm}, benched...)
	crowded = append([]target.Feature{target.Readers}, benched...)
	bare    = append([]target.Feature{target.Readers}, empty...)
	devices = append([]target.Feature{target.Device, target.Clock}, whole...)
	real    = append([]target.Feature{target.Browser}, whole...)
)

// Checks is the suite.
func Checks() []suite.Check {
	return []suite.Check{
		{ID: "signin.hub", Title: "Over the hub the card's holder is signed in", Source: "protocol §3, §4", Requires: whole, Proof: "card.wrong-signature", Because: "SIGNATURE_WRONG", Run: byHub},
		{ID: "signin.json", Title: "Over JSON the card's holder is signed in", Source: "protocol §4", Requires: whole, Proof: "door.ticket-garbled", Because: "403", Run: byJSON},
		{ID: "signin.form", Title: "Over a form the card's holder is signed in", Source: "protocol §4", Requires: whole, Proof: "door.ticket-garbled", Because: "403", Run: byForm},
		{ID: "signin.uri", Title: "Over the URI scheme the card's holder is signed in", Source: "protocol §4", Requires: whole, Proof: "card.certificate-corrupt:power=1", Because: "CARD_UNREADABLE", Run: byURI},
		{ID: "signin.userinfo", Title: "Userinfo has the UUID that is on the card", Source: "protocol §6; OpenID Connect Core 1.0 §5.3", Requires: whole, Proof: "provider.userinfo-wrong-sub", Because: "sub", Run: userInfo},
		{ID: "signin.form-text", Title: "The passcode form says who asks, whose card it is, that this is a test, the tries left and the countdown with its limit", Source: "design §4 step 4", Requires: whole, Proof: "card.last-try", Because: "tries", Run: formText},
		{ID: "signin.last-try-warns", Title: "Before the last try the person is warned", Source: "design §4 step 4; brief: warn before the last try", Requires: benched, Proof: "card.tries-lie", Because: "warn", Run: lastTryWarns},
		{ID: "signin.wrong-then-right", Title: "After a wrong passcode the person is told and asked again, and exactly one try is spent", Source: "protocol §5, §9", Requires: benched, Proof: "card.counter-not-decremented", Because: "tries", Run: wrongThenRight},
		{ID: "signin.short-passcode", Title: "A passcode of the wrong length spends no try", Source: "issue: bad input", Requires: benched, Proof: "card.pin-blocked:power=1", Because: "CARD_LOCKED", Run: shortPasscode},
		{ID: "signin.cancelled", Title: "A cancelled form is CANCELLED and the application gets access_denied", Source: "protocol §7, §9", Requires: whole, Proof: "door.status-lost", Because: "INTERNAL", Run: cancelled},
		{ID: "signin.not-started", Title: "“I did not start this” is NOT_STARTED and the application gets access_denied", Source: "protocol §7, §9", Requires: whole, Proof: "door.status-lost", Because: "INTERNAL", Run: notStarted},
		{ID: "signin.request-forged", Title: "A request signed by a stranger is refused before the person is asked", Source: "protocol §5; RFC 8725 §3.1", Requires: whole, Proof: "door.request-status-lost", Because: "INTERNAL", Run: forged("provider.request-wrong-key")},
		{ID: "signin.request-unsigned", Title: "A request without signature is refused before the person is asked", Source: "protocol §5; RFC 8725 §2.1", Requires: whole, Proof: "door.request-status-lost", Because: "INTERNAL", Run: forged("provider.request-unsigned")},
		{ID: "signin.request-stale", Title: "A request that has ended is refused before the person is asked", Source: "protocol §5", Requires: whole, Proof: "door.request-status-lost", Because: "INTERNAL", Run: forged("provider.request-stale")},
		{ID: "signin.request-foreign", Title: "A request for another program is refused before the person is asked", Source: "protocol §5; RFC 8725 §2.8", Requires: whole, Proof: "door.request-status-lost", Because: "INTERNAL", Run: forged("provider.request-wrong-audience")},
		{ID: "signin.request-replayed", Title: "An id that was used is refused before the person is asked", Source: "protocol §5", Requires: whole, Proof: "door.request-status-lost", Because: "INTERNAL", Run: replayed},
		{ID: "signin.request-unknown", Title: "An id that the provider does not know is refused before the person is asked", Source: "protocol §5", Requires: whole, Proof: "door.request-status-lost", Because: "INTERNAL", Run: unknownID},
		{ID: "signin.provider-down", Title: "A provider that answers 500 is PROVIDER_UNREACHABLE", Source: "protocol §9", Requires: whole, Proof: "door.request-status-lost", Because: "INTERNAL", Run: providerDown},
		{ID: "signin.receipt-forged", Title: "A receipt signed by a stranger is not taken for a success", Source: "protocol §6", Requires: whole, Proof: "door.always-success", Because: "forged receipt", Run: receiptForged},
		{ID: "signin.attacker-hub", Title: "Over the hub, an attacker who starts a sign-in that the victim types for does not get in", Source: "protocol, principle 2", Requires: whole, Proof: "provider.ticket-without-cookie", Because: "attacker", Run: attackerHub},
		{ID: "signin.attacker-json", Title: "Over JSON, an attacker who starts a sign-in that the victim types for does not get in", Source: "protocol, principle 2", Requires: whole, Proof: "provider.ticket-without-cookie", Because: "attacker", Run: attackerJSON},
		{ID: "signin.attacker-form", Title: "Over a form, an attacker who starts a sign-in that the victim types for does not get in", Source: "protocol, principle 2", Requires: whole, Proof: "provider.ticket-without-cookie", Because: "attacker", Run: attackerForm},
		{ID: "signin.attacker-uri", Title: "Over the URI scheme, an attacker who starts a sign-in that the victim types for does not get in", Source: "protocol, principle 2", Requires: whole, Proof: "provider.ticket-without-cookie", Because: "attacker", Run: attackerURI},
		{ID: "signin.second-application", Title: "A second application in the same browser asks for the passcode again", Source: "design §4 step 7", Requires: whole, Proof: "provider.silent-second-application", Because: "second", Run: secondApplication},
		{ID: "signin.pulled-after", Title: "After sign-in the card may leave: userinfo still answers", Source: "NHS CIS2: removal does not log out; design §4 step 7", Requires: benched, Proof: "provider.logout-on-removal", Because: "userinfo", Run: pulledAfter},
		{ID: "signin.pulled-during", Title: "A card pulled while it signs is CARD_REMOVED", Source: "protocol §9", Requires: benched, Proof: "door.card-status-lost", Because: "INTERNAL", Run: withCard("card.removed-mid-command", "CARD_REMOVED", true)},
		{ID: "signin.pulled-before-sign", Title: "A card pulled between passcode and signature is CARD_REMOVED", Source: "protocol §9", Requires: benched, Proof: "door.card-status-lost", Because: "INTERNAL", Run: withCard("card.removed-before-sign", "CARD_REMOVED", true)},
		{ID: "signin.card-reset", Title: "After sign-in the card has forgotten the passcode", Source: "design §4 step 5", Requires: append([]target.Feature{target.Card}, whole...), Proof: "card.verify-survives-reset", Because: "passcode", Run: cardReset},
		{ID: "signin.wrong-signature", Title: "A signature that does not verify is caught in the agent", Source: "protocol §9", Requires: benched, Proof: "door.card-status-lost", Because: "INTERNAL", Run: withCard("card.wrong-signature", "SIGNATURE_WRONG", true)},
		{ID: "signin.locked", Title: "A locked card is CARD_LOCKED and the person is asked for nothing", Source: "protocol §9", Requires: benched, Proof: "door.card-status-lost", Because: "INTERNAL", Run: withCard("card.pin-blocked", "CARD_LOCKED", false)},
		{ID: "signin.expired", Title: "An expired certificate is CERTIFICATE_EXPIRED and the person is asked for nothing", Source: "protocol §9", Requires: benched, Proof: "door.card-status-lost", Because: "INTERNAL", Run: withCard("card.certificate-expired", "CERTIFICATE_EXPIRED", false)},
		{ID: "signin.garbage", Title: "A card that answers garbage is CARD_UNREADABLE and the person is asked for nothing", Source: "protocol §9; issue: bad input", Requires: benched, Proof: "door.card-status-lost", Because: "INTERNAL", Run: withCard("card.garbage", "CARD_UNREADABLE", false)},
		{ID: "signin.unknown-card", Title: "A card of no known series is CARD_UNKNOWN and the person is asked for nothing", Source: "protocol §9", Requires: benched, Proof: "door.card-status-lost", Because: "INTERNAL", Run: withCard("card.atr-unknown", "CARD_UNKNOWN", false)},
		{ID: "signin.series-5", Title: "A withdrawn card of series 5 is CARD_UNKNOWN and named in the message", Source: "protocol §9; issue part 2", Requires: benched, Proof: "door.card-status-lost", Because: "INTERNAL", Run: series5},
		{ID: "signin.endless-card", Title: "A card that never finishes its answer is CARD_UNREADABLE", Source: "protocol §9; issue: bad input", Requires: benched, Proof: "door.card-status-lost", Because: "INTERNAL", Run: withCard("card.more-data-endless", "CARD_UNREADABLE", false)},
		{ID: "signin.no-card", Title: "An empty reader until time is up is NO_CARD and the person is asked for no passcode", Source: "protocol §9", Requires: empty, Proof: "door.status-lost", Because: "INTERNAL", Run: hurried(atDesk(cardOut, target.Answer{}, journey.NoCard))},
		{ID: "signin.no-card-cancelled", Title: "A person who cancels at an empty reader gets CANCELLED", Source: "protocol §9", Requires: benched, Proof: "door.status-lost", Because: "INTERNAL", Run: atDesk(cardOut, target.Answer{On: "MESSAGE", Cancel: true}, journey.Cancelled)},
		{ID: "signin.no-reader", Title: "No reader until time is up is NO_READER and the person is asked for no passcode", Source: "protocol §9", Requires: bare, Proof: "door.status-lost", Because: "INTERNAL", Run: hurried(atDesk(unplugged, target.Answer{}, journey.NoReader))},
		{ID: "signin.two-cards", Title: "Two cards are TWO_CARDS: the agent never guesses and the person is asked for nothing", Source: "protocol §9", Requires: crowded, Proof: "door.status-lost", Because: "INTERNAL", Run: atDesk(secondCard, target.Answer{}, journey.TwoCards)},
		{ID: "signin.time-up-form", Title: "A form that nobody fills in until its time is up is TIME_UP_FORM", Source: "protocol §9: TimeToShowPinForm", Requires: hasty, Proof: "door.status-lost", Because: "INTERNAL", Run: hurried(formTimeUp)},
		{ID: "signin.one-at-a-time", Title: "While one sign-in is on the screen a second waits, its page can ask where it is, and it then runs to its own end", Source: "protocol §4", Requires: whole, Proof: "door.place-lost", Because: "position", Run: oneAtATime},
		{ID: "signin.queue-told", Title: "The hub tells a page that waits its place, and the form says that it does", Source: "protocol §3, §4; SignalR 2.1 progress", Requires: whole, Proof: "door.progress-lost", Because: "never told", Run: queueTold},
		{ID: "signin.queue-full", Title: "One page's sign-ins cannot fill the queue: the fifth that waits is BUSY at once", Source: "protocol §4", Requires: whole, Proof: "door.status-lost", Because: "INTERNAL", Run: queueFull},
		{ID: "signin.queue-left", Title: "A page that goes away leaves the queue", Source: "protocol §4", Requires: whole, Proof: "door.place-lost", Because: "position", Run: queueLeft},
		{ID: "signin.device-unknown", Title: "A computer that proved itself and is not enrolled is DEVICE_UNKNOWN where one is required", Source: "protocol §6.1", Requires: devices, Proof: "provider.device-unchecked", Because: "not DEVICE_UNKNOWN", Run: deviceUnknown},
		{ID: "signin.device-enrolled", Title: "A computer that is enrolled signs in where one is required", Source: "protocol §6.1", Requires: devices, Proof: "provider.device-forgotten", Because: "once it is enrolled", Run: deviceEnrolled},
		{ID: "signin.device-preferred", Title: "Where a device key is preferred the computer proves itself and is recorded", Source: "protocol §6.1", Requires: devices, Proof: "provider.device-unchecked", Because: "0 computers", Run: devicePreferred},
		{ID: "signin.bad-argument", Title: "A hub argument that is not base64 JSON of version 1 is BAD_ARGUMENT", Source: "protocol §9", Requires: whole, Proof: "door.status-lost", Because: "INTERNAL", Run: badArgument},
		{ID: "signin.no-token-for-agent", Title: "The agent visits only the smartcard endpoints and public documents: it never gets a token", Source: "design §4 step 6", Requires: whole, Proof: "provider.receipt-with-token", Because: "hands out [access_token]", Run: noToken},
		{ID: "signin.real-browser", Title: "A real browser goes from application to application, and userinfo has the card holder's UUID", Source: "issue: must show", Requires: real, Proof: "provider.userinfo-wrong-sub", Because: "userinfo", Run: realBrowser},
	}
}
