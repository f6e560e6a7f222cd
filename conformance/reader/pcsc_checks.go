package reader

import (
	"slices"

	"github.com/smartcard-connect/smartcard-connect/conformance/suite"
	"github.com/smartcard-connect/smartcard-connect/conformance/target"
)

// PCSCChecks are what any program may expect of a reader and of the service in
// front of it, with whatever card. They make PC/SC calls of their own, and
// leave the card as another program may find it: reset.
func PCSCChecks() []suite.Check {
	asked := []target.Feature{target.PCSC}
	moved := []target.Feature{target.PCSC, target.Bench}
	long := []target.Feature{target.PCSC, target.PIV, target.T1, target.Extended}
	const api = "PC/SC part 5 §3.2; "
	const lengths = "ISO/IEC 7816-4 §5.1; "
	return []suite.Check{
		{ID: "reader.pcsc-listed", Title: "The reader is listed under the name it is reached by", Source: api + "SCardListReaders", Requires: asked, Proof: "reader.pcsc-name-changes", Because: "is not listed", Run: within(listed)},
		{ID: "reader.pcsc-unknown", Title: "A reader that is not there is SCARD_E_UNKNOWN_READER", Source: api + "winscard.h, SCardConnect", Requires: asked, Proof: "reader.pcsc-any-name", Because: "that is not there", Run: within(unknown)},
		{ID: "reader.pcsc-state", Title: "The state of a reader with a card says present, and has the card's answer to reset", Source: api + "SCardGetStatusChange", Requires: asked, Proof: "reader.pcsc-atr-missing", Because: "the state has the ATR", Run: within(stateHasATR)},
		{ID: "reader.pcsc-attribute", Title: "The attribute with the answer to reset is what the card said, or is honestly refused", Source: "PC/SC part 3 §3.1.1, SCARD_ATTR_ATR_STRING", Requires: asked, Proof: "reader.pcsc-attribute-short", Because: "the attribute", Run: within(attribute)},
		{ID: "reader.pcsc-timeout", Title: "A wait in which nothing happens ends with SCARD_E_TIMEOUT", Source: api + "SCardGetStatusChange", Requires: asked, Proof: "reader.pcsc-timeout-silent", Because: "a wait of", Run: within(timeout)},
		{ID: "reader.pcsc-cancel", Title: "A wait is ended by SCardCancel, with SCARD_E_CANCELLED", Source: api + "SCardCancel; pcsc-lite UnitaryTests, Cancel", Requires: asked, Proof: "reader.pcsc-cancel-ignored", Because: "is not ended", Run: within(cancel)},
		{ID: "reader.pcsc-insertion", Title: "A wait ends when a card is put in", Source: api + "SCardGetStatusChange; pcsc-lite UnitaryTests, GetStatusChange", Requires: moved, Proof: "reader.pcsc-insertion-unseen", Because: "put in", Run: within(insertion)},
		{ID: "reader.pcsc-removal", Title: "A wait ends when the card is taken out", Source: api + "SCardGetStatusChange; pcsc-lite UnitaryTests, RemovedReader", Requires: moved, Proof: "reader.pcsc-removal-unseen", Because: "taken out", Run: within(removal)},
		{ID: "reader.pcsc-counter", Title: "The counter in the state's high half tells that a card went out and in unseen", Source: "winscard.h, dwEventState; pcsc-lite SCardGetStatusChange", Requires: moved, Proof: "reader.pcsc-counter-stuck", Because: "counter", Run: within(counter)},
		{ID: "reader.pcsc-removed", Title: "A connection does not outlive its card: afterwards it is SCARD_W_REMOVED_CARD, also with a card in again", Source: api + "winscard.h; pcsc-lite UnitaryTests, transmit_card_removed", Requires: moved, Proof: "reader.pcsc-removal-forgiven", Because: "goes on with", Run: within(removed)},
		{ID: "reader.pcsc-shared", Title: "A card that is shared is not given out exclusively: SCARD_E_SHARING_VIOLATION", Source: api + "SCardConnect; pcsc-lite UnitaryTests, ExclusiveBehaviour", Requires: asked, Proof: "reader.pcsc-exclusive-given", Because: "exclusively", Run: within(sharedStays)},
		{ID: "reader.pcsc-exclusive", Title: "A card that a program has exclusively is given to no other", Source: api + "SCardConnect; pcsc-lite UnitaryTests, ExclusiveBehaviour", Requires: asked, Proof: "reader.pcsc-exclusive-ignored", Because: "has it exclusively", Run: within(exclusiveHeld)},
		{ID: "reader.pcsc-exclusive-ends", Title: "Exclusive use ends with its connection", Source: api + "SCardDisconnect", Requires: asked, Proof: "reader.pcsc-exclusive-kept", Because: "after exclusive use", Run: within(exclusiveEnds)},
		{ID: "reader.pcsc-transaction", Title: "Within a transaction no command of another program reaches the card", Source: api + "SCardBeginTransaction", Requires: asked, Proof: "reader.pcsc-transaction-open", Because: "within a transaction", Run: within(transaction)},
		{ID: "reader.pcsc-transaction-waits", Title: "A second transaction waits for the first", Source: api + "SCardBeginTransaction; pcsc-lite UnitaryTests, BeginTransaction", Requires: asked, Proof: "reader.pcsc-begin-at-once", Because: "second transaction", Run: within(transactionWaits)},
		{ID: "reader.pcsc-transaction-ends", Title: "A transaction ends with the connection that began it", Source: api + "SCardDisconnect; pcsc-lite UnitaryTests, BeginTransaction", Requires: asked, Proof: "reader.pcsc-transaction-kept", Because: "the transaction goes on", Run: within(transactionEnds)},
		{ID: "reader.pcsc-reset", Title: "A reset by one program is told to the others: SCARD_W_RESET_CARD", Source: api + "SCardReconnect; pcsc-lite UnitaryTests, BeginTransaction reset", Requires: asked, Proof: "reader.pcsc-reset-unseen", Because: "reset by another program", Run: within(resetTold)},
		{ID: "reader.pcsc-unpower", Title: "Taking the card's power is told to the others: SCARD_W_RESET_CARD", Source: api + "SCardDisconnect, SCARD_UNPOWER_CARD", Requires: asked, Proof: "reader.pcsc-unpower-unseen", Because: "power was taken", Run: within(unpowerTold)},
		{ID: "reader.pcsc-reconnect", Title: "After a reset by another program a reconnection goes on", Source: api + "SCardReconnect", Requires: asked, Proof: "reader.pcsc-reset-for-ever", Because: "after a reconnection", Run: within(reconnect)},
		{ID: "reader.pcsc-protocol", Title: "The protocol that is told is one that was asked for, and the cell's", Source: "PC/SC part 5 §3.2; ISO/IEC 7816-3 §9", Requires: asked, Proof: "reader.pcsc-protocol-other", Because: "the protocol is", Run: within(protocol)},
		{ID: "reader.pcsc-mismatch", Title: "A protocol that the card is not at is refused: SCARD_E_PROTO_MISMATCH", Source: "winscard.h, SCardConnect; pcsc-lite: the first connection decides", Requires: asked, Proof: "reader.pcsc-any-protocol", Because: "another protocol", Run: within(mismatch)},
		{ID: "reader.pcsc-contexts", Title: "Twelve programs can use the service at once, and the card in turn", Source: "pcsc-lite 1.9.9: 16 contexts for a reader at the least", Requires: asked, Proof: "reader.pcsc-few-contexts", Because: "program number", Run: within(contexts)},
		{ID: "reader.pcsc-extended-answer", Title: "An object that is asked for with an extended length comes whole in one answer, byte for byte as in pieces", Source: lengths + "SP 800-73-4 part 2 §3.1.2; pcsclite.h, MAX_BUFFER_SIZE_EXTENDED", Requires: long, Proof: "reader.pcsc-long-cut", Because: "come in one answer", Run: within(longAnswer)},
		{ID: "reader.pcsc-extended-command", Title: "A command with more than 255 bytes of data reaches the card whole: it signs as when the data is chained", Source: lengths + "SP 800-73-4 part 2 §3.2.4; pcsclite.h, MAX_BUFFER_SIZE_EXTENDED", Requires: append(slices.Clone(long), target.TestCard), Proof: "reader.pcsc-long-refused", Because: "is not carried", Run: within(longCommand)},
		{ID: "reader.pcsc-extended-form", Title: "A short command that is written in extended form reaches the card: it answers as to the short form", Source: lengths + "ISO/IEC 7816-3 §12.1.3", Requires: long, Proof: "reader.pcsc-length-misread", Because: "in extended form", Run: within(longForm)},
	}
}
