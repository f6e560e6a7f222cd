// Package fault is the catalogue of ways a card, or the reader it is in, can be
// wrong: one file each, and one line in All. A fault always does the same at the
// same moment, never by chance.
package fault

import (
	"context"
	"errors"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/agent/testpki"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// What a fault on the wire can do besides answering.
var (
	// ErrRemoved is the card being pulled out at this moment.
	ErrRemoved = errors.New("emu: the card was taken out")
	// ErrReader is the reader being gone.
	ErrReader = errors.New("emu: the reader is gone")
	// ErrMute is no answer, ever: whoever waits, waits until the context ends.
	ErrMute = errors.New("emu: the reader does not answer")
)

// Info is what a list shows of a fault.
type Info struct {
	ID       string `json:"id"`
	Title    string `json:"title"` // what is wrong, as a sentence
	Why      string `json:"why"`   // where it happens, or what a client must survive
	Bench    bool   `json:"bench"` // the reader is at fault, not the card
	Series   string `json:"series,omitempty"`
	Protocol string `json:"protocol,omitempty"` // "T=0"; with Series: the only cards it shows on
}

// Applies reports whether the fault shows on a card of this series and protocol.
func (i Info) Applies(series string, protocol iso7816.Protocol) bool {
	return (i.Series == "" || i.Series == series) && (i.Protocol == "" || i.Protocol == protocol.String())
}

// Blank is a card before it is personalised. A fault may change any of it.
type Blank struct {
	Series    string
	Protocol  iso7816.Protocol
	ATR       []byte
	Identity  testpki.Identity
	Tries     int // how many tries the passcode has when new
	TriesLeft int // and now
	Now       time.Time
	Quirks    applet.Quirks
}

// Link is one exchange of bytes with the card.
type Link func(ctx context.Context, command []byte) (response []byte, err error)

// Fault is one way of being wrong: at personalisation, around whole commands,
// or on the wire. Those not set do nothing.
type Fault struct {
	Info
	Make func(*Blank)
	Wrap func(applet.Applet) applet.Applet
	Wire func(Link) Link
}

// All is every fault there is, in the order lists show them.
var All = []Fault{
	removedMidCommand,
	removedBeforeSign,
	wrongSignature,
	keysSwapped,
	pinBlocked,
	lastTry,
	triesLie,
	counterNotDecremented,
	signWithoutPasscode,
	verifySurvivesReset,
	contentCommitmentNotAlways,
	certificateExpired,
	certificateCorrupt,
	wrongHolder,
	garbage,
	selectRefused,
	truncatedResponse,
	moreDataEndless,
	t0WrongLength,
	atrUnknown,
	atrWrongCheck,
	otherProtocol,
	unknownApplicationAccepted,
	pairsSwapped,
	askingSpendsTry,
	wrongLengthSpendsTry,
	getResponseStale,
	acceptsAnything,
	atrHomemade,
	atrOtherProtocol,
	selectFullNameOnly,
	templateMissing,
	templateWrong,
	selectForgets,
	selectRemembers,
	wrongRemembers,
	oneApplication,
	objectsReordered,
	lengthFormWrong,
	objectsPadded,
	absentIsEmpty,
	readsUnguarded,
	logoutIgnored,
	logoutUnknown,
	p1p2Ignored,
	malformedAccepted,
	partialReadRefused,
	piecesLoseByte,
	pendingKept,
	statusRefused,
	formatSpendsTry,
	resetUnblocks,
	changeForgets,
	changeUnchecked,
	unblockUnchecked,
	unblockVerifies,
	asksEachTime,
	templateUnchecked,
	templateOrdered,
	chainForgets,
	chainKept,
	adminAlways,
	authorityCertificate,
	writeUnchecked,
	smallKey,
	spareKeysWrong,
	cardKeyGuarded,
	adminNever,
	adminUnproven,
	putForgets,
	generateWrongKey,
	challengeRepeats,
	holderObjectWrong,
	printedWrong,
	capabilitiesWrong,
	discoveryWrong,
	weakExponent,
	oneKey,
	pathRefused,
	fcpThin,
	offsetIgnored,
	endUnmarked,
	directoryWrong,
	certificatePathWrong,
	failedSelectLeaves,
	selectTalks,
	keyForAnything,
	t0ShortAccepted,
	t0AnnouncesShort,
	lcIgnored,
	dataMissing,
	environmentSticky,
	environmentUnchecked,
	t0Case4Accepted,
	t06CExecutes,
	leStrict,
	wrongErrorWord,
	series5,
	readerVanished,
	readerMute,
}

// Find is the fault with this ID.
func Find(id string) (Fault, bool) {
	for _, f := range All {
		if f.ID == id {
			return f, true
		}
	}
	return Fault{}, false
}
