package reader

import (
	"github.com/smartcard-connect/smartcard-connect/conformance/suite"
	"github.com/smartcard-connect/smartcard-connect/conformance/target"
)

var (
	whole    = []target.Feature{target.Agent, target.Provider, target.Smartcard, target.Person, target.TestCard, target.Bench}
	served   = append([]target.Feature{target.Restarts}, whole...)
	unserved = append([]target.Feature{target.ShortForm}, served...)
	beside   = append([]target.Feature{target.Card}, whole...)
	desk     = append([]target.Feature{target.Readers}, whole...)
	keypad   = append([]target.Feature{target.Keypad, target.PIV}, whole...)
	oldest   = append([]target.Feature{target.T0}, whole...)
)

// AgentChecks is what an agent must make of readers, of the smartcard service
// and of other programs: it goes on by itself, says what is wrong, and costs no
// try.
func AgentChecks() []suite.Check {
	return []suite.Check{
		{ID: "reader.service-restarted", Title: "After the smartcard service was stopped and started the next sign-in works", Source: "issue 5 point 4; pcsc-lite: contexts that outlive pcscd stay dead", Requires: served, Proof: "reader.context-dead", Because: "after the service came back", Run: serviceRestarted},
		{ID: "reader.service-away", Title: "A sign-in that begins while the service is away says so, and goes on when it is back", Source: "issue 5 point 4; PC/SC part 5, SCARD_E_NO_SERVICE", Requires: served, Proof: "reader.context-dead", Because: "after the service came back", Run: serviceAway},
		{ID: "reader.service-during-form", Title: "A service that restarts while the passcode is asked costs a second question, and no try", Source: "issue 5 point 4", Requires: served, Proof: "reader.context-dead", Because: "after the service came back", Run: serviceDuringForm},
		{ID: "reader.service-missing", Title: "Without a service until time is up the sign-in is NO_READER, and the message names the service", Source: "issue 5 point 4: remote sessions without redirection; protocol §9", Requires: unserved, Proof: "door.status-lost", Because: "INTERNAL", Run: serviceMissing},
		{ID: "reader.unplugged-during-form", Title: "A reader that is unplugged and plugged in while the passcode is asked costs a second question, and no try", Source: "issue 5 point 4", Requires: desk, Proof: "reader.unplugged-for-good", Because: "after the reader was plugged in", Run: unpluggedDuringForm},
		{ID: "reader.unplugged-during-verify", Title: "A reader unplugged while the card is shown the passcode is CARD_REMOVED, the passcode is not shown again, and the next sign-in works", Source: "issue 5 point 4; protocol §9", Requires: desk, Proof: "reader.verify-twice", Because: "2 times", Run: unpluggedDuringVerify},
		{ID: "reader.reset-by-other", Title: "A card that another program resets again and again is read anew, and is shown the passcode once", Source: "issue 5 point 4; PC/SC part 5, SCARD_W_RESET_CARD", Requires: desk, Proof: "reader.reset-for-good", Because: "another program resets", Run: resetByOther},
		{ID: "reader.other-application", Title: "A card on which another program selected and reset meanwhile is identified again before the passcode is shown", Source: "issue 5 point 4; ISO/IEC 7816-4 §11.2.2", Requires: beside, Proof: "reader.select-cached", Because: "another program", Run: otherApplication},
		{ID: "reader.middleware", Title: "Beside middleware that opens, selects, reads and resets each card put in, every sign-in works and costs one VERIFY", Source: "issue 5 points 4 and 5: coexistence", Requires: beside, Proof: "reader.verify-twice", Because: "2 times", Run: besideMiddleware},
		{ID: "reader.exclusive", Title: "A card that another program has for itself for three seconds is waited for, and the person is told", Source: "issue 5 point 4; PC/SC part 5, SCARD_E_SHARING_VIOLATION", Requires: served, Proof: "reader.held-for-good", Because: "let go", Run: exclusive},
		{ID: "reader.upside-down", Title: "A card put in upside down is said to be, and read when it is turned", Source: "issue 5 point 4", Requires: desk, Proof: "reader.mute-kept", Because: "turned", Run: upsideDown},
		{ID: "reader.two-cards", Title: "Two cards are TWO_CARDS, and with one taken out the next sign-in works", Source: "issue 5 point 4; protocol §9", Requires: desk, Proof: "reader.first-of-two", Because: "TWO_CARDS", Run: twoCards},
		{ID: "reader.redirected", Title: "A redirected reader that comes late, slow and under another name is used", Source: "issue 5 point 4: RDP and Citrix; MS-RDPESC", Requires: desk, Proof: "reader.name-kept", Because: "redirected", Run: redirected},
		{ID: "reader.slow", Title: "A service that takes half a second for each answer is waited for", Source: "issue 5 point 4: slow virtual machines", Requires: desk, Proof: "reader.impatient", Because: "slow", Run: slow},
		{ID: "reader.typed-early", Title: "A passcode typed before the card is read is kept, used once, and only after the form said for whose card", Source: "issue 5 point 4: slow virtual machines; agent/README, how a person is asked", Requires: desk, Proof: "reader.verify-twice", Because: "2 times", Run: typedEarly},
		{ID: "reader.short-apdus", Title: "The agent sends nothing that a reader for short APDUs could not pass on", Source: "issue 5 point 4; ISO/IEC 7816-4 §5.1", Requires: whole, Proof: "reader.extended-length", Because: "extended", Run: shortAPDUs},
		{ID: "reader.t0-commands", Title: "On T=0 the agent sends nothing that a reader for T=0 alone could not pass on", Source: "issue 5 point 4; ISO/IEC 7816-3 §12.2", Requires: oldest, Proof: "reader.t1-assumed", Because: "T=0", Run: t0Commands},
		{ID: "reader.quiet", Title: "While a form is up the service is asked no more than four times a second", Source: "issue 5 point 4: never spin", Requires: desk, Proof: "reader.status-spins", Because: "times", Run: quiet},
		{ID: "reader.keypad", Title: "A passcode typed on the reader's keypad signs in: a wrong one is asked for again there, and the screen asks for none", Source: "issue 5 point 1; PC/SC part 10 §2.5.2", Requires: keypad, Proof: "reader.keypad-wrong-sw", Because: "keypad", Run: onKeypad},
		{ID: "reader.keypad-cancelled", Title: "The cancel key of the reader's keypad is CANCELLED, and the card was shown nothing", Source: "issue 5 point 1; PC/SC part 10 §2.5.2; protocol §9", Requires: keypad, Proof: "reader.keypad-wrong-sw", Because: "not CANCELLED", Run: keypadCancelled},
	}
}
