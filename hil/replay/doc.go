// Package replay plays a recorded conversation (hil/record) as a card in the
// virtual reader, so that anything that speaks PC/SC can be tried without the
// card: the conformance program, the agent, strangers' middleware.
//
// What was not recorded is never guessed. A command that is not the recorded one
// at its place is answered 6F00, no precise diagnosis (ISO/IEC 7816-4 §5.6), is
// said in the log with what was recorded there, and is kept for whoever asks. So
// is a command whose answer was blanked, and one with a passcode that is not the
// recorded one: the recording has names for passcodes, and the player is told
// the right one.
//
// A recording of a conformance run has its checks marked. Then each check has its
// own conversation, from whatever the card was when the check began, and commands
// come strictly in order. A recording without checks is of a program that asks
// the same each time: after a reset any of its sessions may follow that begins
// with what is asked, and within a session order is strict.
//
// Two things of a card are more than bytes. Signatures over something new are
// made with the keys of the test card, where they are given (Key): the recorded
// signature says how the card pads. And power that pcscd cuts from a card that
// nobody uses comes when it comes; it is no part of the order.
package replay
