// Package pcsc is the machine's readers: reader.System over winscard on Windows
// and pcsc-lite elsewhere, through ebfe/scard.
//
// Every PC/SC context has one owner goroutine, and nobody else touches it. A
// call that blocks in C does not block the caller past its context: the caller
// gets the context's error and the owner is abandoned, to clean up whenever the
// call returns. Contexts are never reused after an error of the service, since
// pcsc-lite's stay dead after a restart of pcscd; each operation makes its own,
// so the next one finds the service when it is back.
//
// One System per process: the binding keeps reader names alive for C in a table
// of its own, and a System gives every call at work a different place in it. On
// Windows the binding keeps them alive not at all, so waits are kept short there.
//
// Where there is no cgo, New returns a System that says ErrNoService.
//
// Sources: PC/SC part 5, pcsc-lite's winscard API, and what both really do.
package pcsc
