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
	// ErrReset is another program having reset the card: the command did not
	// reach it, and the host is told so once.
	ErrReset = errors.New("emu: another program reset the card")
	// ErrRestart is the card restarting by itself just before this command,
	// which it then gets. The host is told nothing.
	ErrRestart = errors.New("emu: the card restarted")
)

// Info is what a list shows of a fault.
type Info struct {
	ID       string  `json:"id"`                 // "card.removed-at", or with parameters as they were given
	Title    string  `json:"title"`              // what is wrong, as a sentence
	Why      string  `json:"why"`                // where it happens, or what a client must survive
	Bench    bool    `json:"bench"`              // the reader is at fault, not the card
	Applet   string  `json:"applet,omitempty"`   // "piv", "authentic"; with Protocol: the only cards it shows on
	Protocol string  `json:"protocol,omitempty"` // "T=0"
	Params   []Param `json:"params,omitempty"`
	Owes     Owes    `json:"owes"`
}

// Owes is what an agent owes the person who signs in with such a card. Statuses
// are the names in the agent's protocol (PROTOCOL.md §9), "OK" for a sign-in.
type Owes struct {
	Status string            `json:"status,omitempty"` // empty for a broken bench
	Text   string            `json:"text"`             // one sentence
	Except map[string]string `json:"except,omitempty"` // the status where it differs: on a card with "authentic", or "authentic T=1"
	Wrong  int               `json:"wrong,omitempty"`  // so many wrong passcodes are typed before the right one
	Lost   int               `json:"lost,omitempty"`   // tries that are gone afterwards
}

// nothing is owed for a fault that a sign-in does not meet.
func nothing(why string) Owes {
	return Owes{Status: "OK", Text: "nothing: signs in all the same, " + why}
}

// unreadable is owed for a card that answers wrongly: no passcode is spent on it.
func unreadable(text string) Owes { return Owes{Status: "CARD_UNREADABLE", Text: text} }

// On is the status owed on a card with this applet and protocol.
func (o Owes) On(name string, protocol iso7816.Protocol) string {
	for _, where := range []string{name + " " + protocol.String(), name} {
		if s, ok := o.Except[where]; ok {
			return s
		}
	}
	return o.Status
}

// Applies reports whether the fault shows on a card with this applet and
// protocol.
func (i Info) Applies(name string, protocol iso7816.Protocol) bool {
	return (i.Applet == "" || i.Applet == name) && (i.Protocol == "" || i.Protocol == protocol.String())
}

// Blank is a card before it is personalised. A fault may change any of it.
type Blank struct {
	Applet    string // by its name in profiles
	Protocol  iso7816.Protocol
	ATR       []byte
	Identity  testpki.Identity
	PUK       []byte // as the host will show it
	Tries     int    // how many tries the passcode has when new
	TriesLeft int    // and now
	Now       time.Time
	Quirks    applet.Quirks

	DefaultSelected bool   // the application answers after reset without SELECT
	BlockedAtOnce   bool   // the wrong passcode that spends the last try is answered 6983
	WarmATR         []byte // the answer to a warm reset where it differs
	Second          string // the name of another application that is on the card too
	// Tweaks edit the personalised card, cell by cell.
	Tweaks []func(applet.State)
}

// Tweak adds an edit of the personalised card.
func (b *Blank) Tweak(f func(applet.State)) { b.Tweaks = append(b.Tweaks, f) }

// Link is one exchange of bytes with the card.
type Link func(ctx context.Context, command []byte) (response []byte, err error)

// Fault is one way of being wrong: at personalisation, around whole commands,
// on the wire, or in time. Those not set do nothing. What a hook counts starts
// over each time a card is made with it.
type Fault struct {
	Info
	Make func(*Blank)
	Wrap func(applet.Applet) applet.Applet
	Wire func(Link) Link
	// Late makes what says of each exchange in turn how much later its answer
	// comes. A Link must not wait itself: the card could not be pulled out
	// meanwhile.
	Late func() func() time.Duration
	// With sets the hooks above to the values of the parameters. A fault
	// without parameters has none.
	With func(*Fault, Values)
	// Holder is the UUID of the only person whose cards show it; empty is
	// everybody.
	Holder string
	// Power is the only time the card is powered at which the fault shows; 0
	// is every time.
	Power int
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
	// The moment, and the way bytes travel.
	removedAt,
	resetAt,
	restartsBeforeSign,
	slow,
	muteAt,
	muteWhileSigning,
	emptyAnswer,
	staleAnswer,
	longAnswer,
	readEmpty,
	readRefused,
	moreThanThereIs,
	wrongLengthLoop,
	leZero,
	shortBlocks,
	chainingRefused,
	extendedOnly,
	firstCommandLost,
	warmATR,
	historicalBytes,
	// Status words and passcodes.
	errorsUnnamed,
	wrongPasscodeAccepted,
	rightPasscodeRefused,
	triesUnsaid,
	askingRefused,
	askingNeverVerified,
	lastTryAnswer,
	blockedOtherwise,
	counterVolatile,
	passcodePadding,
	passcodeShared,
	pukOther,
	// Memory.
	tornWrite,
	memoryFull,
	memoryFails,
	blankCard,
	// What was written at the office.
	twoApplications,
	notDefault,
	templateMalformed,
	certificateGzipFlag,
	certificateObjectEmpty,
	discoveryMissing,
	globalPIN,
	fcpNoAccess,
	fcpSize,
	dirMissing,
	certificateFuture,
	certificateAuthority,
	certificateRevoked,
	keyWeak,
	keyUsage,
	holderUnnamed,
	twoHolders,
	signatureShort,
	// The reader's.
	readerVanished,
	readerMute,
}
