package main

import (
	"testing"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/settings"
	"github.com/smartcard-connect/smartcard-connect/agent/signin"
	"github.com/smartcard-connect/smartcard-connect/agent/tray"
)

// Requirement: the status has the last sign-in's result with its code, and what
// is known of the card stays when a later sign-in reads none (issue, point 3).
// Turned red by: an ending that is taken as it is.
func TestEnding(t *testing.T) {
	end := time.Date(2027, 1, 2, 3, 4, 5, 0, time.UTC)
	good := ending(tray.Ending{}, signin.Ending{Client: "Ward round", Expires: end})
	if good.Problem != "" || good.Code != "" || good.Application != "Ward round" || !good.Expires.Equal(end) || good.When.IsZero() {
		t.Errorf("%+v", good)
	}
	bad := ending(good, signin.Ending{Result: signin.Result{Status: signin.Cancelled}})
	if bad.Code != "0x41555401" || bad.Problem == "" || !bad.Expires.Equal(end) {
		t.Errorf("%+v", bad)
	}
}

// Requirement: the status says where settings come from, whom to ask, and what
// of them is ignored (issue, point 3). Turned red by: leaving out complaints.
func TestConfigured(t *testing.T) {
	var b tray.Board
	now := settings.Snapshot{Settings: settings.Settings{HelpdeskText: "Ring 1234.", ExpiryWarningDays: 10}}
	configured(&b, now)
	if s := b.Status(); s.SettingsProblem != "" || s.Settings == "" || s.HelpdeskText != "Ring 1234." || s.Warning != 240*time.Hour {
		t.Errorf("%+v", s)
	}
	now.Complaints = []settings.Complaint{{Name: "Port", Reason: "not a number"}}
	configured(&b, now)
	if s := b.Status(); s.SettingsProblem == "" {
		t.Errorf("%+v", s)
	}
}
