// Package gtk is the passcode form of Linux desktops: GTK 3, loaded when it is
// needed and without cgo. It runs in a process of its own, see package child.
//
// What it does not do: hide from screen capture. X11 lets every client read
// every window, and GTK 3 has no request to a Wayland compositor for it, which
// asks the person before anything is captured. What is typed shows as bullets
// in any case.
//
// It comes up above other windows, on the monitor with the pointer, marked as
// urgent and without the keyboard, which stays where the person types; inside
// the window the passcode has it.
//
// What is typed is kept in one locked page (buffer.go) instead of GTK's heap.
// The key events themselves pass through the X connection and GTK unprotected.
//
// Sources: the GTK 3.24, GDK, GLib and ATK reference manuals.
package gtk
