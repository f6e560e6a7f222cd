// Package fidelity compares two recordings of package record, command by
// command: how far is an emulated card from plastic, or a card of today from one
// of last year?
//
// What differs between two good cards of a kind is masked: certificates, names
// and numbers of card and holder, dates of making, random numbers, signatures.
// Their places and lengths still count where they do not follow from them, and so
// does whether a certificate object of PIV holds a certificate at all.
// Commands are matched whole: an answer in pieces (61xx and GET RESPONSE) is one
// answer, so a card on T=0 can be held against one on T=1. Times are shown and
// never judged.
package fidelity
