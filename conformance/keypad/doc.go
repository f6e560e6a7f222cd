// Package keypad holds the agent's use of a reader's own keys to a real pcscd: a
// small IFD handler (testdata/ifd.c) stands in for a reader with a keypad, and an
// emulated card for the card in it. Everything between, SCardControl included, is
// what a ward would have.
package keypad
