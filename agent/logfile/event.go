package logfile

import (
	"fmt"
	"log/slog"
)

// Event is something that monitoring may wait for. Its ID is in the attribute
// "event" of the line, and is the event's ID in the Windows Event Log. IDs never
// change. They stay below 1000, which is what the message file that Windows
// brings for such programs (EventCreate.exe) has.
type Event struct {
	ID    int
	Title string
	Help  string // what to do, or that there is nothing to do
}

// The events other than ends of a sign-in, whose ID is SignIn's.
const (
	AgentStarted       = 100
	AgentStopped       = 101
	AgentNoPort        = 102
	AgentTestIssuer    = 103
	SettingsChanged    = 110
	SettingIgnored     = 111
	SettingsNotWatched = 112
	LogLost            = 120
	SignedIn           = 200
	CardExpiresSoon    = 250
	Signed             = 300
	NothingSigned      = 301
	ServiceStarted     = 500
	ServiceStopped     = 501
	ServicePortTaken   = 502
)

// SignIn is the event of a sign-in's status code (PROTOCOL.md §9): 200 and the
// code's last byte, so 200 is a success.
func SignIn(code uint32) int { return SignedIn + int(code&0xFF) }

// Attr is the attribute of an event.
func Attr(id int) slog.Attr { return slog.Int("event", id) }

// Events is every event, in order.
func Events() []Event {
	return []Event{
		{AgentStarted, "The agent listens", "Nothing to do."},
		{AgentStopped, "The agent was closed", "Nothing to do."},
		{AgentNoPort, "The agent's port is held by another program", "End the program that the line names, or set another Port."},
		{AgentTestIssuer, "An identity service without encryption is configured", "On a real person's machine, take it out of Issuers."},
		{SettingsChanged, "Settings changed while the agent ran", "Nothing to do."},
		{SettingIgnored, "A setting is wrong or not allowed where it is", "Correct it at the place that the line names."},
		{SettingsNotWatched, "Changes of settings are not noticed", "Start the agent again after changing settings."},
		{LogLost, "Lines of a log file were lost", "Look at the folder's rights and the disk's space."},
		{SignedIn, "A person signed in", "Nothing to do."},
		{201, "Sign-in: cancelled by the person", "Nothing to do."},
		{202, "Sign-in: no reader, or no smartcard service", "Connect a reader; start the smartcard service."},
		{203, "Sign-in: no card before time was up", "Nothing to do, unless it is frequent: then look at the reader."},
		{204, "Sign-in: more than one card", "Leave one card in."},
		{205, "Sign-in: a card that is not supported", "Look at the series that the line names."},
		{206, "Sign-in: the card could not be read", "Turn the card; clean it; try another reader."},
		{207, "Sign-in: the card's certificate is not valid now", "Renew the card; look at this computer's clock."},
		{208, "Sign-in: wrong passcode", "Nothing to do."},
		{209, "Sign-in: the card is locked", "Unlock the card."},
		{210, "Sign-in: the card was taken out too early", "Nothing to do, unless it is frequent: then look at the reader."},
		{211, "Sign-in: time was up (TimeToShowPinForm)", "Nothing to do."},
		{212, "Sign-in: time was up (the identity service's request)", "Nothing to do."},
		{213, "Sign-in: the request was refused", "Look at this computer's clock and at Issuers."},
		{214, "Sign-in: the identity service does not answer", "Look at network, proxy and certificates of the way there."},
		{215, "Sign-in: the identity service refused the card", "Ask the identity service with the transaction of the line."},
		{216, "Sign-in: the person did not start it", "Somebody may have tried to sign in as this person. Look into it."},
		{217, "Sign-in: another one is on the screen", "Nothing to do."},
		{218, "Sign-in: a mistake of ours", "Report it with the log."},
		{219, "Sign-in: the page's request was not understood", "Look at the page."},
		{220, "Sign-in: a registered computer is wanted", "Register this computer."},
		{221, "Sign-in: the card's signature is wrong", "Change the card."},
		{222, "Sign-in: the identity service does not know this computer", "Register this computer there; smartcard-connect doctor shows its key."},
		{CardExpiresSoon, "A card that signed in expires soon", "Renew the card."},
		{Signed, "Prescriptions were signed", "Nothing to do."},
		{NothingSigned, "Nothing was signed", "Look at the reason in the signing log."},
		{ServiceStarted, "The port service listens", "Nothing to do."},
		{ServiceStopped, "The port service ended", "If nobody stopped it, start it."},
		{ServicePortTaken, "A port of the port service is held by another program", "End the program that the line names."},
	}
}

// eventOf is the event in a record, or nothing.
func eventOf(r slog.Record) (id int) {
	r.Attrs(func(a slog.Attr) bool {
		if a.Key == "event" && a.Value.Kind() == slog.KindInt64 {
			id = int(a.Value.Int64())
		}
		return id == 0
	})
	return id
}

// sentence is a record as one text, for the Windows Event Log.
func sentence(r slog.Record, with []slog.Attr) string {
	text := Clean(r.Message)
	add := func(a slog.Attr) bool {
		a.Value = a.Value.Resolve()
		a = Guard(nil, a)
		text += fmt.Sprintf("\n%s: %s", a.Key, a.Value)
		return true
	}
	for _, a := range with {
		add(a)
	}
	r.Attrs(add)
	return text
}
