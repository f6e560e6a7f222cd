// Package planner gives the cells of submitted runs to hosts and follows them to
// their end. Any number of planners may run: one leads, by a lease like any
// other (Leader), and each thing it writes carries its fence, so that one that
// was away too long does no harm.
//
// It decides by the cells' records, never by the queue: what waits at a lost
// host, what runs without its lease, and what the queue has given up becomes the
// next attempt, and after the last attempt a MISS. A run is in the store with
// all that is needed to go on with it (Book).
package planner
