// Package emu is smartcards made of software: the series a health worker
// carries, each on T=0 and on T=1, with every try counter and access rule, and
// with faults that can be switched on. In a stranger's test it takes three
// lines:
//
//	card, err := emu.New(emu.Options{Profile: "series8"})
//	defer card.Close()
//	answer, err := card.Transmit(ctx, command)
//
// A card of New ends with the process. Make puts one into a file that Open finds
// as it was left, counters, changed passcode and all; see package image.
//
// A Card has the methods of the agent's reader.Card without importing it.
// Package vpcd plugs one into pcscd's virtual reader, where any program finds
// it; the program cardemu does so from the command line.
//
// The keys and certificates are those of the toy authority in testpki. Nothing
// this package signs means anything.
package emu
