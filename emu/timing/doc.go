// Package timing is how long a real card takes: the bytes on the wire and the
// work inside. It is a pure function of a command, its answer, the protocol, the
// speed the answer to reset offers and a profile; it reads no clock and sleeps
// nowhere. emu.Options.Timing switches it on; it is off by default.
//
// A profile is one JSON file per kind of card, each number with its reason. A
// command takes
//
//	wire + once per command (reader and USB) + the card's own work
//
// with every character 12 etu long, etu = F/(D·f) (ISO/IEC 7816-3 §7.1, §8.3).
// On T=1 a block carries 4 bytes more than its information field, a longer
// message is chained, each chained block is answered by a block of 4 bytes, and
// each change of direction costs the block guard time of 22 etu (§11). On T=0 a
// command is 5 header bytes, a procedure byte before data in either direction,
// the data and 2 status bytes (§10.3).
//
// Not modelled: the answer to reset, bytes that ask for more time (they pass
// while the card works anyway), errors on the line, readers that do not follow
// TA1. A card that is asked twice takes the same time twice, but for the making
// of keys, which is log-normal and drawn from a seed.
package timing
