// Package autostart is what a Linux package installs so that a desktop starts
// the agent at the next login, and launches it for the address
// smartcard-connect:… (XDG autostart specification 0.5, desktop entry specification 1.4). Nothing
// here starts the agent when the package is installed. It has files and their
// test only; on Windows the installer writes a Run key and the scheme.
package autostart
