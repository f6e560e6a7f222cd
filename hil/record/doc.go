// Package record runs a script of commands against a card in any reader,
// plastic or emulated, and keeps what was said and how long each answer took.
// Package fidelity compares two recordings.
//
// A recording is text that is made to be kept and compared: the form of
// agent/reader/readertest, with a header, the time beside each answer and an end
// that shows that nothing is missing:
//
//	# hil recording 1
//	# reader: Virtual PCD 00 00
//	# script: piv, built in
//	# date: 2026-01-31T10:00:00Z
//	atr 3BD6970081B1FE451F878031C152411223
//	protocol T=1
//	> 00A404000BA00000030800001000010000
//	< 61224F0B…9000 # 18.552 ms
//	reset
//	# end: 1 exchanges
//
// A Conversation is what others said to a card, written down while they said it,
// in the second form, which is the first with events between the exchanges. Each
// begins with its time since the beginning in ms:
//
//	# hil recording 2
//	@0.000 insert
//	@308.489 power-on
//	@582.438 spec card.verify-wrong
//	> 0020008008xxxxxxxxxxxxxxxx # secret 1
//	@618.007 ended card.verify-wrong PASS
//	@700.100 door {"method":"POST","path":"/reset","status":200}
//	@0.000 cannot card.sign-fresh what is signed is new each time
//
// Secrets are never written: the data of VERIFY, CHANGE REFERENCE DATA, RESET
// RETRY COUNTER and PUT DATA, deciphered texts, agreed keys, and what a PIV card
// says about the person is xx, two letters a byte.
//
// What could cost a person their card is refused. A command that can spend a try
// or write is sent to listed test cards only, spending a try must be wished for
// besides, a passcode that was refused is never sent again, and a script stops
// when fewer than two tries are left, or when the card takes the question for its
// counter for a try.
package record
