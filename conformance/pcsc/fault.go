package pcsc

// Wrong is what a Desk does wrong. The zero value is nothing.
type Wrong struct {
	FewContexts      bool // no more than four programs get a context
	NameChanges      bool // the reader is listed under another name than it has
	CancelIgnored    bool // SCardCancel ends no wait
	CounterStuck     bool // the counter of cards gone in and out stays
	InsertionUnseen  bool // a wait does not end when a card goes in
	RemovalUnseen    bool // a wait does not end when the card goes out
	ATRMissing       bool // the state of a reader with a card has no ATR
	AnyName          bool // whatever reader is asked for is there
	TimeoutSilent    bool // a wait whose time is up succeeds
	AnyProtocol      bool // a protocol that the card does not speak is agreed on
	ProtocolOther    bool // the protocol that is told is not the one that is spoken
	ExclusiveGiven   bool // a card that others have is given out exclusively
	ExclusiveIgnored bool // a card that somebody has exclusively is given to others
	ExclusiveKept    bool // exclusive use goes on after disconnecting
	RemovalForgiven  bool // a connection goes on with the next card put in
	TransactionOpen  bool // commands of others reach the card within a transaction
	BeginAtOnce      bool // a second transaction begins within the first
	TransactionKept  bool // a transaction goes on when its program has disconnected
	ResetUnseen      bool // nobody is told that another program reset the card
	UnpowerUnseen    bool // nobody is told that another program took the card’s power
	ResetForEver     bool // after a reset by others no reconnection helps
	AttributeShort   bool // the attribute with the ATR lacks its last byte
	LongCut          bool // of an answer with more than 256 bytes of data the rest is lost
	LongRefused      bool // a command with more bytes than a short one can have is not sent
	LengthMisread    bool // the first byte of an extended length is taken for the whole
}

// Fault is one way to be wrong.
type Fault struct {
	ID, Title, Why string
	Break          func(*Wrong)
}

// Faults are all of them.
var Faults = []Fault{
	fewContexts,
	nameChanges,
	cancelIgnored,
	counterStuck,
	insertionUnseen,
	removalUnseen,
	atrMissing,
	anyName,
	timeoutSilent,
	anyProtocol,
	protocolOther,
	exclusiveGiven,
	exclusiveIgnored,
	exclusiveKept,
	removalForgiven,
	transactionOpen,
	beginAtOnce,
	transactionKept,
	resetUnseen,
	unpowerUnseen,
	resetForEver,
	attributeShort,
	longCut,
	longRefused,
	lengthMisread,
}

// Find is the fault with this ID.
func Find(id string) (Fault, bool) {
	for _, f := range Faults {
		if f.ID == id {
			return f, true
		}
	}
	return Fault{}, false
}
