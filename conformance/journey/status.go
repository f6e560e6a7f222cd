package journey

import "fmt"

// Status is a status code of the agent, written down a second time from the
// protocol's table (§9).
type Status uint32

// The statuses checks ask about.
const (
	Cancelled           Status = 0x41555401
	NoReader            Status = 0x41555402
	NoCard              Status = 0x41555403
	TwoCards            Status = 0x41555404
	CardUnknown         Status = 0x41555405
	CardUnreadable      Status = 0x41555406
	CertificateExpired  Status = 0x41555407
	WrongPasscode       Status = 0x41555408
	CardLocked          Status = 0x41555409
	CardRemoved         Status = 0x4155540A
	TimeUpForm          Status = 0x4155540B
	TimeUpRequest       Status = 0x4155540C
	RequestRefused      Status = 0x4155540D
	ProviderUnreachable Status = 0x4155540E
	AssertionRefused    Status = 0x4155540F
	NotStarted          Status = 0x41555410
	Busy                Status = 0x41555411
	BadArgument         Status = 0x41555413
	DeviceRequired      Status = 0x41555414
	SignatureWrong      Status = 0x41555415
	DeviceUnknown       Status = 0x41555416
)

var names = map[Status]string{
	0: "OK", Cancelled: "CANCELLED", NoReader: "NO_READER", NoCard: "NO_CARD", TwoCards: "TWO_CARDS",
	CardUnknown:    "CARD_UNKNOWN",
	CardUnreadable: "CARD_UNREADABLE", CertificateExpired: "CERTIFICATE_EXPIRED", WrongPasscode: "WRONG_PASSCODE",
	CardLocked: "CARD_LOCKED", CardRemoved: "CARD_REMOVED", TimeUpForm: "TIME_UP_FORM", TimeUpRequest: "TIME_UP_REQUEST",
	RequestRefused: "REQUEST_REFUSED", ProviderUnreachable: "PROVIDER_UNREACHABLE", AssertionRefused: "ASSERTION_REFUSED",
	NotStarted: "NOT_STARTED", Busy: "BUSY", 0x41555412: "INTERNAL", BadArgument: "BAD_ARGUMENT", SignatureWrong: "SIGNATURE_WRONG",
	DeviceRequired: "DEVICE_REQUIRED", DeviceUnknown: "DEVICE_UNKNOWN",
}

// String is the name in the table.
func (s Status) String() string {
	if name := names[s]; name != "" {
		return name
	}
	return fmt.Sprintf("0x%08X", uint32(s))
}

// Error makes a status an error.
func (s Status) Error() string { return "the agent answers " + s.String() }
