package signin

import "fmt"

// Status is how a sign-in ended, for the page, the provider and a helpdesk
// (PROTOCOL.md §9).
type Status uint32

// The sign-in statuses. OK is a ticket.
const (
	OK                  Status = 0
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
	Internal            Status = 0x41555412
	BadArgument         Status = 0x41555413
	DeviceRequired      Status = 0x41555414
	SignatureWrong      Status = 0x41555415
)

// row is a status's name and its sentence for people.
type row struct{ name, text string }

func (s Status) row() row {
	switch s {
	case OK:
		return row{"OK", "signed in"}
	case Cancelled:
		return row{"CANCELLED", "The sign-in was cancelled."}
	case NoReader:
		return row{"NO_READER", "There is no smartcard reader, or the smartcard service is not running."}
	case NoCard:
		return row{"NO_CARD", "No smartcard was put in before time was up."}
	case TwoCards:
		return row{"TWO_CARDS", "There is more than one smartcard. Leave only yours in and try again."}
	case CardUnknown:
		return row{"CARD_UNKNOWN", "This card cannot be used to sign in."}
	case CardUnreadable:
		return row{"CARD_UNREADABLE", "The smartcard cannot be read. Take it out, check which way up it is, and try again."}
	case CertificateExpired:
		return row{"CERTIFICATE_EXPIRED", "The smartcard has expired. Ask your registration authority."}
	case WrongPasscode:
		return row{"WRONG_PASSCODE", "The passcode was wrong."}
	case CardLocked:
		return row{"CARD_LOCKED", "The smartcard is locked. It must be unlocked before it can be used."}
	case CardRemoved:
		return row{"CARD_REMOVED", "The smartcard was taken out too early."}
	}
	return s.otherRow()
}

func (s Status) otherRow() row {
	switch s {
	case TimeUpForm:
		return row{"TIME_UP_FORM", "The time to type the passcode (TimeToShowPinForm) is over."}
	case TimeUpRequest:
		return row{"TIME_UP_REQUEST", "The identity service's request has ended."}
	case RequestRefused:
		return row{"REQUEST_REFUSED", "The request is not a valid one of the identity service."}
	case ProviderUnreachable:
		return row{"PROVIDER_UNREACHABLE", "The identity service does not answer as it should."}
	case AssertionRefused:
		return row{"ASSERTION_REFUSED", "The identity service refused the smartcard."}
	case NotStarted:
		return row{"NOT_STARTED", "The person did not start this sign-in."}
	case Busy:
		return row{"BUSY", "Other sign-ins are on the screen. Finish those first."}
	case BadArgument:
		return row{"BAD_ARGUMENT", "The page's request was not understood."}
	case DeviceRequired:
		return row{"DEVICE_REQUIRED", "The identity service wants a registered computer, and this is none."}
	case SignatureWrong:
		return row{"SIGNATURE_WRONG", "The smartcard's signature is wrong. The card may be faulty."}
	}
	return row{"INTERNAL", "Something went wrong in Smartcard Connect. Its log says what."}
}

// String is the status_string, such as CANCELLED.
func (s Status) String() string { return s.row().name }

// Message is a sentence for people with the code a helpdesk asks for.
func (s Status) Message() string {
	return fmt.Sprintf("%s Error code: (0x%08X) %s", s.row().text, uint32(s), s)
}

// Failure is an error with its status.
type Failure struct {
	Status Status
	Err    error
}

// Error is for the log.
func (f *Failure) Error() string { return fmt.Sprintf("%s: %v", f.Status, f.Err) }

// Unwrap is what happened.
func (f *Failure) Unwrap() error { return f.Err }

func fail(s Status, format string, args ...any) error {
	return &Failure{s, fmt.Errorf(format, args...)}
}
