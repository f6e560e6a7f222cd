package control

import (
	"encoding/json"
	"net/http"
	"time"
)

// Clock is the provider's clock; mockcis2.Server has it.
type Clock interface {
	Now() time.Time
	Advance(d time.Duration)
	Set(t time.Time)
	Freeze()
	Thaw()
	Frozen() bool
}

// century bounds how far the clock may go, and how far from today.
const century = 100 * 365 * 24 * time.Hour

// showClock answers GET /clock with {"now": Unix seconds, "frozen": …}.
func showClock(c Clock) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		write(w, http.StatusOK, map[string]any{"now": c.Now().Unix(), "frozen": c.Frozen()})
	}
}

// moveClock answers POST /clock: freeze first, then set, then advance_s. Each
// may be left out, but not all.
func moveClock(c Clock) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var body struct {
			Seconds *int64     `json:"advance_s"`
			Freeze  *bool      `json:"freeze"`
			Set     *time.Time `json:"set"` // RFC 3339
		}
		dec := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<16))
		dec.DisallowUnknownFields()
		if err := dec.Decode(&body); err != nil {
			wrong(w, "not {\"advance_s\": seconds}, {\"freeze\": true} or {\"set\": RFC 3339}: "+err.Error())
			return
		}
		const most = int64(century / time.Second)
		switch {
		case body.Seconds == nil && body.Freeze == nil && body.Set == nil:
			wrong(w, "nothing to do: advance_s, freeze or set is needed")
			return
		case body.Seconds != nil && (*body.Seconds > most || *body.Seconds < -most):
			wrong(w, "advance_s is more than a hundred years")
			return
		case body.Set != nil && body.Set.Sub(time.Now()).Abs() > century:
			wrong(w, "set is more than a hundred years away")
			return
		}
		if body.Freeze != nil && *body.Freeze {
			c.Freeze()
		} else if body.Freeze != nil {
			c.Thaw()
		}
		if body.Set != nil {
			c.Set(*body.Set)
		}
		if body.Seconds != nil {
			c.Advance(time.Duration(*body.Seconds) * time.Second)
		}
		w.WriteHeader(http.StatusNoContent)
	}
}

func wrong(w http.ResponseWriter, text string) {
	write(w, http.StatusBadRequest, map[string]string{"error": text})
}

func write(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // a reader that went away is no error of ours
}
