package portservice

import (
	"errors"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/agent/local/peer"
)

// Requirement: a user who opens connections and says nothing keeps nobody else
// out (second user on the machine). Turned red by: counting all users as one.
func TestSeatsAreEachUsersOwn(t *testing.T) {
	var r registry
	one, two := peer.Owner{User: "1000"}, peer.Owner{User: "1001"}
	for range maxSeats {
		if err := r.sit(one); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.sit(one); !errors.Is(err, errMany) {
		t.Errorf("one more: %v", err)
	}
	if err := r.sit(two); err != nil {
		t.Errorf("another user: %v", err)
	}
	r.up(one)
	if err := r.sit(one); err != nil {
		t.Errorf("after one left: %v", err)
	}
}
