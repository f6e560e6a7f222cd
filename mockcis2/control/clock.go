package control

import (
	"errors"
	"net/http"
	"time"

	"github.com/smartcard-connect/smartcard-connect/mockcis2/client"
)

// century bounds how far the clock may go, and how far from today.
const century = 100 * 365 * 24 * time.Hour

// clock answers with {"now": Unix seconds, "frozen": …}.
func (d Door) clock(w http.ResponseWriter, _ *http.Request) {
	client.Answer(w, http.StatusOK, d.time())
}

func (d Door) time() map[string]any {
	return map[string]any{"now": d.Server.Now().Unix(), "frozen": d.Server.Frozen()}
}

// move is what may be done to the clock: freeze first, then set, then
// advance_s. Each may be left out, but not all.
type move struct {
	Seconds *int64     `json:"advance_s"`
	Freeze  *bool      `json:"freeze"`
	Set     *time.Time `json:"set"` // RFC 3339
}

func (m move) check() error {
	const most = int64(century / time.Second)
	switch {
	case m.Seconds == nil && m.Freeze == nil && m.Set == nil:
		return errors.New("nothing to do: advance_s, freeze or set is needed")
	case m.Seconds != nil && (*m.Seconds > most || *m.Seconds < -most):
		return errors.New("advance_s is more than a hundred years")
	case m.Set != nil && m.Set.Sub(time.Now()).Abs() > century:
		return errors.New("set is more than a hundred years away")
	}
	return nil
}

func (d Door) moveClock(w http.ResponseWriter, r *http.Request) {
	var m move
	if !client.Body(w, r, &m) {
		return
	}
	if err := m.check(); err != nil {
		done(w, err)
		return
	}
	if m.Freeze != nil && *m.Freeze {
		d.Server.Freeze()
	} else if m.Freeze != nil {
		d.Server.Thaw()
	}
	if m.Set != nil {
		d.Server.Set(*m.Set)
	}
	if m.Seconds != nil {
		d.Server.Advance(time.Duration(*m.Seconds) * time.Second)
	}
	done(w, nil)
}
