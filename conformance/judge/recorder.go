package judge

import (
	"context"
	"strings"

	"github.com/smartcard-connect/smartcard-connect/conformance/target"
	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

// unplayed is a check that the bench's recording cannot show, for the reason
// that the recording gives.
func unplayed(why string, err error) (result.Verdict, string) {
	if err != nil {
		return result.Miss, "the recorder of the bench does not answer: " + err.Error()
	}
	return result.Skip, "not in a recording: " + why
}

// played is the verdict of a check once the bench has said how its recording
// fared. A check that left the recording learned nothing from what it heard
// afterwards: it cannot have passed.
func played(ctx context.Context, t *target.Target, s result.Spec) (result.Verdict, string) {
	left, err := t.Recorder.End(context.WithoutCancel(ctx), s.ID, string(s.Verdict))
	switch {
	case err != nil:
		return result.Miss, "the recorder of the bench does not answer: " + err.Error()
	case len(left) == 0:
		return s.Verdict, s.Reason
	}
	said := "the conversation is not the recorded one: " + strings.Join(left, "; ")
	if s.Reason != "" {
		said += " (the check said: " + s.Reason + ")"
	}
	return result.Fail, said
}
