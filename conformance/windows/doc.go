// Package windows judges the Windows programs, of both word sizes, in the Wine
// box (ci/winebox): winscard.dll, the registry, services and the TCP table are
// Wine's, the card and the provider ours. It has tests only. A test here starts
// its own test program once more inside the box, where everything runs around
// one private pcscd; what was found comes back as a file.
package windows
