package target

import (
	"context"
	"net/http"
)

// Recorder is a bench that records what a card is asked, or that plays such a
// recording in place of the card; in both it must know which check runs. nil is
// a bench that does neither.
type Recorder struct{ side sideDoor }

// Begin says that a check begins. A bench that plays may answer why it cannot
// be played; then the check must not run.
func (r *Recorder) Begin(ctx context.Context, id string) (cannot string, err error) {
	if r == nil {
		return "", nil
	}
	var answer struct {
		Cannot string `json:"cannot"`
	}
	err = r.side.call(ctx, http.MethodPost, "/spec", map[string]string{"id": id}, &answer)
	return answer.Cannot, err
}

// End says how a check ended. A bench that plays answers with what it was asked
// and the recording does not have.
func (r *Recorder) End(ctx context.Context, id, verdict string) (left []string, err error) {
	if r == nil {
		return nil, nil
	}
	var answer struct {
		Left []string `json:"left"`
	}
	err = r.side.call(ctx, http.MethodPost, "/spec/end", map[string]string{"id": id, "verdict": verdict}, &answer)
	return answer.Left, err
}
