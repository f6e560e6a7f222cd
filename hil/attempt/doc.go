// Package attempt runs one attempt at a cell from lease to release:
//
//	lease      reader, card and power port, all or none
//	route      a gadget brings the card
//	detect     the reader sees it
//	identify   it is the card that the plan names, by serial
//	power      power off and on, exclusive, with the wanted protocol
//	counters   how many passcode tries the card has
//	permit     the interlock's leave, where the cell harms the card
//	judge      the conformance process, with a deadline
//	collect    result, trace and logs
//	counters   the card has the passcode tries that it should have
//	release    with what is now known of the devices' health
//
// Whatever goes wrong before the judge is the bench's: MISS. A card that comes
// out with fewer tries than it may is not used again. All but the judge and the
// detection, which is the reader's own time, is bookkeeping.
package attempt
