package metric_test

import (
	"time"

	"github.com/smartcard-connect/smartcard-connect/hil/farm"
	"github.com/smartcard-connect/smartcard-connect/hil/wall/walltest"
	"github.com/smartcard-connect/smartcard-connect/hil/wall/watch"
)

// ended is the end of an attempt at some cell.
func ended(n int) watch.Event {
	return watch.Event{Kind: watch.Ended, Run: "more", Cell: "c", Attempt: n + 1, Host: "desk", Verdict: "PASS", Elapsed: 3 * time.Second, Devices: []farm.Device{walltest.Reader(1)}}
}

// order is somebody's.
func order() watch.Event { return watch.Event{Kind: watch.Order, Who: walltest.Operator} }
