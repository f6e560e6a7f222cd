// Package stranger holds the judges we did not write: OpenSC, p11-kit, GnuTLS,
// OpenSSH, openssl, OpenID relying parties in four languages, a classic SignalR
// client and a browser. If only our own code agrees with our own cards and
// mocks, nothing is proved. It has tests only. What is to be done with a card
// are steps for a shell, run in one private pcscd and judged one by one by what
// the stranger says. Four providers that ours is measured beside are in peers.
package stranger
