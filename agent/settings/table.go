package settings

import "strings"

// Kind is the shape of a value.
type Kind string

// The kinds. In the registry every one of them is a REG_SZ, as the values of
// the real Smartcard Connect are; a List may also be a REG_MULTI_SZ.
const (
	Text   Kind = "text"   // one line
	Number Kind = "number" // decimal digits, within Min and Max
	Choice Kind = "choice" // one of Choices
	List   Kind = "list"   // separated by semicolons; each part without spaces around it
)

// Row is one setting: all that programs, documents and policy templates need to
// know about it.
type Row struct {
	Name     string // as in the registry and in the tiers' files; case does not matter
	Key      string // as in a settings file (JSON)
	Title    string // a few words, for policy editors
	Kind     Kind
	Default  string   // as it would be written
	Security bool     // counts from Policy and Machine only
	Min, Max int      // of a Number
	Choices  []string // of a Choice
	Help     string

	get func(*Settings) []string
	set func(*Settings, []string) error
}

// realIssuers is what the real Smartcard Connect's guidance sets: the
// authorities whose stale certificates may be cleared away.
const realIssuers = "CN=NHS Level 1C, OU=CA, O=nhs;CN=NHS Level 1D, OU=CA, O=nhs;CN=NHS Authentication G2, OU=CA, O=nhs, C=GB;CN=NHS Signing G2, OU=CA, O=nhs, C=GB"

// Table is every setting, in the order people read them.
func Table() []Row {
	return append([]Row{
		issuers(Row{Name: "Issuers", Key: "issuers", Title: "Identity services", Kind: List, Security: true,
			Help: "The identity services that may ask for a sign-in. Each is the environment (live, int, dep or dev), a space, and the issuer's address exactly as the service spells it, an explicit port included. https only; http is for test services on this computer and counts from the machine tier alone."}),
		list(func(s *Settings) *[]string { return &s.LoginOrigins }, Row{Name: "LoginOrigins", Key: "login_origins", Title: "Login pages", Security: true,
			Help: "Origins of pages, besides the identity service's own, that may hand over a sign-in. They need exactly one identity service."}),
		list(func(s *Settings) *[]string { return &s.SigningOrigins }, Row{Name: "SigningOrigins", Key: "signing_origins", Title: "Signing pages", Security: true,
			Help: "Origins of pages that may ask for prescriptions to be signed."}),
		list(func(s *Settings) *[]string { return &s.TrustedCertificateIssuers }, Row{Name: "TrustedCertificateIssuers", Key: "trusted_certificate_issuers", Title: "Trusted certificate issuers", Default: realIssuers, Security: true,
			Help: "Distinguished names of the authorities whose stale certificates may be cleared from a person's store. Read and shown for the sake of machines that have it; this agent puts no certificate into a store, so it clears none."}),
		number(func(s *Settings) *int { return &s.TimeToShowPinForm }, Row{Name: "TimeToShowPinForm", Key: "time_to_show_pin_form", Title: "Time to type the passcode", Default: "300", Min: 1, Max: 3600,
			Help: "Seconds for which the passcode form is shown."}),
		choice(func(s *Settings) *string { return &s.Prompter }, Row{Name: "Prompter", Key: "prompter", Title: "How the passcode is asked for", Default: "auto", Security: true, Choices: prompters(),
			Help: "How a person is asked for the passcode; auto takes the first way that works; gtk is the form of Linux desktops, win32 that of Windows."}),
		choice(func(s *Settings) *string { return &s.Keypad }, Row{Name: "Keypad", Key: "keypad", Title: "Keypads of readers", Default: "digits", Security: true, Choices: keypads(),
			Help: "When the passcode is typed on the keypad of a reader that offers one: digits is for cards whose passcode can only be digits, always is for places where no passcode has letters, never is for readers whose keys do not work as they say."}),
		list(func(s *Settings) *[]string { return &s.Pinentry }, Row{Name: "Pinentry", Key: "pinentry", Title: "Pinentry program", Default: "pinentry", Security: true,
			Help: "The pinentry program and its arguments."}),
		list(func(s *Settings) *[]string { return &s.BrowserOpener }, Row{Name: "BrowserOpener", Key: "browser_opener", Title: "Program that opens the browser", Security: true,
			Help: "The program, and its arguments, that opens an address, which is added as the last argument. It is used when a page hands over a sign-in by the smartcard-connect: address. Empty uses the system's own way."}),
	}, furtherRows()...)
}

// furtherRows do not decide whom the agent trusts, with two exceptions.
func furtherRows() []Row {
	return []Row{
		text(func(s *Settings) *string { return &s.ReaderFilter }, Row{Name: "ReaderFilter", Key: "reader_filter", Title: "Reader filter", Security: true,
			Help: "Only readers with this text in their name are used. Empty takes all."}),
		number(func(s *Settings) *int { return &s.Port }, Row{Name: "Port", Key: "port", Title: "Port", Default: "43485", Min: 1, Max: 65535,
			Help: "Where the agent listens on loopback. Counts from the agent's next start."}),
		text(func(s *Settings) *string { return &s.PortServiceSocket }, Row{Name: "PortServiceSocket", Key: "port_service_socket", Title: "Port service", Security: true,
			Help: "Where the port service takes registrations. Empty registers nowhere."}),
		text(func(s *Settings) *string { return &s.TPM }, Row{Name: "TPM", Key: "tpm", Title: "TPM", Security: true,
			Help: "The device file, or the unix socket of a software TPM, that has this computer's key. Empty is the system's own."}),
		choice(func(s *Settings) *string { return &s.HandOverFallback }, Row{Name: "HandOverFallback", Key: "hand_over_fallback", Title: "Hand-over without a request to loopback", Default: "yes", Choices: []string{"yes", "no"},
			Help: "Whether a page whose browser refuses requests to loopback may hand over a sign-in by a top-level form or a smartcard-connect: address."}),
		number(func(s *Settings) *int { return &s.ExpiryWarningDays }, Row{Name: "ExpiryWarningDays", Key: "expiry_warning_days", Title: "Warning before a card expires", Default: "90", Min: 1, Max: 365,
			Help: "From how many days before a card's certificate ends the agent warns."}),
		text(func(s *Settings) *string { return &s.HelpdeskText }, Row{Name: "HelpdeskText", Key: "helpdesk_text", Title: "Helpdesk text",
			Help: "A sentence that tells people whom to ask, shown with warnings and failures."}),
		text(func(s *Settings) *string { return &s.HelpdeskLink }, Row{Name: "HelpdeskLink", Key: "helpdesk_link", Title: "Helpdesk link",
			Help: "An https, mailto or tel address that goes with the helpdesk text."}),
		choice(func(s *Settings) *string { return &s.LogLevel }, Row{Name: "LogLevel", Key: "log_level", Title: "Log level", Default: "INFO", Choices: []string{"DEBUG", "INFO", "WARN", "ERROR"},
			Help: "How much is written to the log files."}),
	}
}

// prompters are the ways to ask for a passcode.
func prompters() []string { return []string{"auto", "gtk", "win32", "pinentry", "terminal"} }

// keypads are when a reader's own keys are used.
func keypads() []string { return []string{"digits", "always", "never"} }

// Find is the row of a name, whatever its case.
func Find(name string) (Row, bool) {
	for _, r := range Table() {
		if strings.EqualFold(r.Name, name) {
			return r, true
		}
	}
	return Row{}, false
}
