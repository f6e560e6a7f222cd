package target

import (
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
)

// Requirement: an answer that is lost on the way breaks no check, and nothing is
// done twice that would not be the same. Source: issue 6, "timeouts", and what Wine
// was seen to do. Turned red by: asking once; moving the clock twice; asking for ever.
func TestLostAnswers(t *testing.T) {
	for name, row := range map[string]struct {
		path         string
		lost, served int32 // how many answers get lost; how many requests come
		works        bool
	}{
		"a fault":              {"/faults", 1, 2, true},
		"a fault, twice":       {"/faults", 2, 3, true},
		"a fault, for ever":    {"/faults", 99, 3, false},
		"the clock":            {"/clock", 1, 1, false},
		"a key":                {"/keys/rotate", 1, 1, false},
		"the clock, not lost":  {"/clock", 0, 1, true},
		"a refusal is no loss": {"/refused", 0, 1, false},
	} {
		var served atomic.Int32
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if served.Add(1) <= row.lost {
				panic(http.ErrAbortHandler)
			}
			if r.URL.Path == "/refused" {
				w.WriteHeader(http.StatusConflict)
			}
		}))
		err := sideDoor{s.URL}.call(t.Context(), http.MethodPost, row.path, faultID{"x"}, nil)
		s.Close()
		if (err == nil) != row.works || served.Load() != row.served {
			t.Errorf("%s: %v after %d requests, want works %v after %d", name, err, served.Load(), row.works, row.served)
		}
	}
}
