// Package host is the daemon of one host of the farm. It takes the host's work
// from the Coordinator, holds the devices that the work needs, runs it as a
// process group of its own, and reports what came out.
//
// It is also the only way to the devices that are plugged in here. Each command
// to one carries the Token of a lease, and the Guard refuses what is older than
// what it has seen: a holder that was away too long can say what it likes. What
// it has seen is on disk before a device moves (HighWater), and so is each
// outcome before it is committed (Journal), so that a daemon may be killed at
// any moment. A daemon that starts again is another holder: it ends what the
// one before it held, and goes on with none of it.
package host
