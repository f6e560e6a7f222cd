// Package virtual is a virtual reader that stays up from cell to cell, as a real
// one does: a pcscd and a card in namespaces of their own, where a process does
// what an attempt asks for (Serve), and the way to it from outside (Reader). A
// Bare is a reader inside the conformance process, where nothing is to be moved.
package virtual
