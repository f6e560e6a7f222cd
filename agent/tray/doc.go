// Package tray is what the agent shows of itself on a desktop: an icon with a
// menu, a window that says how things stand, and a warning before a card
// expires.
//
// A Status is what is known, a Board where the agent's parts write it down, and
// Lines are its words: the window, the icon's tip and the status verb show the
// same ones. The icon is fyne.io/systray on both systems (on Linux a
// StatusNotifierItem on the session bus), the window a task dialog of Windows.
package tray
