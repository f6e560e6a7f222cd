package diary

import (
	"fmt"
	"strings"
)

// Expect says how many requests of a kind a test wants to see. Empty fields
// match anything. Its zero Times wants none.
//
//	err := diary.Expect{Endpoint: "token", Status: 200, Times: 1}.In(s.Diary().Entries())
type Expect struct {
	Endpoint string   // see Endpoint
	Path     string   // end of the path
	Method   string   // GET, POST, …
	Client   string   // client_id
	Flow     string   // flow-1, …
	Status   int      // of the answer
	Error    string   // OAuth error answered
	With     []string // parameters that were sent
	Without  []string // parameters that were not
	Times    int      // how often exactly; AtLeast when that is set
	AtLeast  int      // how often at the least
}

// In counts matching requests. The error lists what was there instead.
func (x Expect) In(entries []Entry) error {
	n := 0
	var near []string
	for _, e := range entries {
		if e.Event != "" {
			continue
		}
		if x.matches(e) {
			n++
		}
		if x.Endpoint == "" || x.Endpoint == e.Endpoint {
			near = append(near, fmt.Sprintf("  %d %s %s %s: %d %s", e.Seq, e.Method, e.Path, e.Client, e.Status(), e.Refused()))
		}
	}
	if x.AtLeast > 0 && n >= x.AtLeast || x.AtLeast == 0 && n == x.Times {
		return nil
	}
	return fmt.Errorf("diary: %d requests match %+v; there were:\n%s", n, x, strings.Join(near, "\n"))
}

func (x Expect) matches(e Entry) bool {
	for _, name := range x.With {
		if !e.Has(name) {
			return false
		}
	}
	for _, name := range x.Without {
		if e.Has(name) {
			return false
		}
	}
	return either(x.Endpoint, e.Endpoint) && strings.HasSuffix(e.Path, x.Path) && either(x.Method, e.Method) &&
		either(x.Client, e.Client) && either(x.Flow, e.Flow) && either(x.Error, e.Refused()) && (x.Status == 0 || x.Status == e.Status())
}

func either(want, got string) bool { return want == "" || want == got }
