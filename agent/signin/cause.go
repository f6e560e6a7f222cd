package signin

import (
	"context"
	"errors"

	"github.com/smartcard-connect/smartcard-connect/agent/card"
	"github.com/smartcard-connect/smartcard-connect/agent/insertion"
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/agent/passcode"
	"github.com/smartcard-connect/smartcard-connect/agent/reader"
)

// causes says which status an error of card, reader or person is. The first
// row that fits wins: a missing card explains a timeout, not the other way.
func causes(timeUp Status) []struct {
	err    error
	status Status
} {
	return []struct {
		err    error
		status Status
	}{
		{insertion.ErrNotReset, CardUnreadable},
		{passcode.ErrNotStarted, NotStarted},
		{insertion.ErrGaveUp, WrongPasscode},
		{passcode.ErrCancelled, Cancelled},
		{context.Canceled, Cancelled},
		{reader.ErrNoService, NoReader},
		{reader.ErrNoReader, NoReader},
		{reader.ErrNoCard, NoCard},
		{reader.ErrMute, CardUnreadable},
		{insertion.ErrTwoCards, TwoCards},
		{insertion.ErrLocked, CardLocked},
		{iso7816.ErrBlocked, CardLocked},
		{reader.ErrRemoved, CardRemoved},
		{reader.ErrBusy, CardUnreadable},
		{passcode.ErrTimeout, timeUp},
		{context.DeadlineExceeded, timeUp},
		{passcode.ErrUnavailable, Internal},
	}
}

// StatusOf classifies err. timeUp is the status for the limit that counts. What
// is left over is the card's fault: everything of ours is a Failure already.
func StatusOf(err error, timeUp Status) Status {
	var f *Failure
	if err == nil || errors.As(err, &f) {
		return failureStatus(f)
	}
	if removedFirst(err) {
		return CardRemoved
	}
	for _, c := range causes(timeUp) {
		if errors.Is(err, c.err) {
			return c.status
		}
	}
	return cardStatus(err)
}

func failureStatus(f *Failure) Status {
	if f == nil {
		return OK
	}
	return f.Status
}

// removedFirst is a form taken down because the card left: its context was
// cancelled too, but not by the person.
func removedFirst(err error) bool {
	return errors.Is(err, reader.ErrRemoved) && !errors.Is(err, insertion.ErrNotReset)
}

func cardStatus(err error) Status {
	var unknown card.UnknownError
	var retired card.RetiredError
	var wrong card.PasscodeError
	switch {
	case errors.As(err, &unknown), errors.As(err, &retired):
		return CardUnknown
	case errors.As(err, &wrong):
		return CardLocked // with tries left the person is asked again
	}
	return CardUnreadable
}
