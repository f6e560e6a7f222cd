// Package desktop judges the built agent as the program that a person keeps on
// a desk: what stays in its memory, what it weighs while nothing happens, its
// form on a screen, its icon on a session bus. It has tests only. A test here
// starts itself once more as process 1 of a cell, around a private pcscd; card
// and identity service live in the test's own process there.
package desktop
