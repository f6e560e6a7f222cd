// Package chaos is a farm in network namespaces that things are done to. It is
// all test: hosts, hub and planners as separate processes, each behind a cable
// of its own, with a short program in the place of the conformance program and a
// separate process in the place of all devices, which writes down who moved
// what and when. That diary is then judged by a linearizability checker.
//
// The small farm is part of the package's tests; the large one runs with
//
//	go test -tags chaos ./hil/farm/chaos -run TestLarge -v
//
// and -seed N repeats the faults of a run in their order and places, though not
// what they meet.
package chaos
