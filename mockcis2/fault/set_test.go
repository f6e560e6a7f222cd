package fault

import (
	"fmt"
	"net/http"
	"os"
	"slices"
	"sync"
	"testing"
)

func source(t *testing.T, file string) string {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// Requirement: a fault fires for its client and flow only, on its n-th request
// only, and counts only those that match. Source: issue item 5. Turned red by:
// counting everybody's requests.
func TestAim(t *testing.T) {
	calls := []*Call{{Client: "a", Flow: "1"}, {Client: "b", Flow: "2"}, {Client: "a", Flow: "3"}, {Client: "a", Flow: "1"}}
	for id, want := range map[string][]bool{
		"provider.wrong-nonce":                     {true, true, true, true},
		"provider.wrong-nonce:n=2":                 {false, true, false, false},
		"provider.wrong-nonce:client=a":            {true, false, true, true},
		"provider.wrong-nonce:client=a,n=2":        {false, false, true, false},
		"provider.wrong-nonce:flow=1,n=2":          {false, false, false, true},
		"provider.wrong-nonce:client=b,flow=1":     {false, false, false, false},
		"provider.error-500:endpoint=userinfo":     {false, false, false, false},
		"provider.error-500:endpoint=token,n=4":    {false, false, false, true},
		"provider.signing-key-rotation:n=1,flow=2": {false, true, false, false},
	} {
		var s Set
		if err := s.Replace(id); err != nil {
			t.Fatal(err)
		}
		var got []bool
		for _, c := range calls {
			got = append(got, len(s.due(Token, c)) == 1)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s fires %v, want %v", id, got, want)
		}
	}
}

// unaimable says why a fault that shows at these endpoints only cannot be aimed
// by a parameter. Nothing else is excepted.
var unaimable = map[string]map[string]string{
	"client": {Discovery: "a GET without parameters", JWKS: "a GET without parameters"},
	"flow": {Discovery: "a GET without parameters", JWKS: "a GET without parameters",
		Authorize: "the flow's id is given by the answer", PAR: "the flow's id is given by authorize, later"},
}

// aims are the ids of a fault that is aimed, in turn, by each parameter.
func aims(t *testing.T, f Info) map[string]string {
	t.Helper()
	ids := map[string]string{}
	for key, value := range map[string]string{"n": "2", "client": "b", "flow": "2"} {
		id := f.ID + ":" + key + "=" + value
		excused := !slices.ContainsFunc(f.At, func(at string) bool { return unaimable[key][at] == "" }) && !f.has(endpoint.Key)
		if _, err := Find(id); (err != nil) != excused {
			t.Errorf("%s: %v, excused %t", id, err, excused)
		}
		if !excused {
			ids[key] = id
		}
	}
	return ids
}

// Requirement: every fault can be aimed at the n-th request, one client and one
// flow, and then fires there and nowhere else; lax ones too, as the provider
// asks for them. What cannot be aimed has its reason. Source: issue item 5.
// Turned red by: a fault that is asked for without its request.
func TestEveryFaultCanBeAimed(t *testing.T) {
	calls := []*Call{{Client: "a", Flow: "1"}, {Client: "b", Flow: "2"}, {Client: "a", Flow: "3"}}
	for _, f := range All {
		for key, id := range aims(t, f) {
			var s Set
			must(t, s.Replace(id))
			at := f.At[len(f.At)-1]
			if f.has(endpoint.Key) {
				at = endpoint.Default
			}
			var got []bool
			for _, c := range calls {
				due := s.due(at, c)
				r := told(&http.Request{}, due)
				got = append(got, len(due) == 1 && s.On(r.Context(), f))
			}
			if !slices.Equal(got, []bool{false, true, false}) {
				t.Errorf("%s aimed by %s at %s fires %v", f.ID, key, at, got)
			}
			if s.On(t.Context(), f) {
				t.Errorf("%s fires at a request that nobody looked at", id)
			}
		}
	}
}

// Requirement: one fault may be on twice with other aims, and adding one leaves
// what the others have counted. Turned red by: keeping faults by base ID.
func TestAdd(t *testing.T) {
	var s Set
	c := &Call{Client: "a"}
	must(t, s.Add("provider.hang:n=2"))
	s.due(Token, c)
	must(t, s.Add("provider.hang:endpoint=userinfo"))
	if got := s.due(Token, c); len(got) != 1 {
		t.Errorf("the second request: %d faults", len(got))
	}
	want := []string{"provider.hang:endpoint=userinfo", "provider.hang:n=2"}
	if !slices.Equal(s.IDs(), want) {
		t.Errorf("on are %v", s.IDs())
	}
	if err := s.Replace("provider.wrong-nonce", "provider.nonsense"); err == nil || !slices.Equal(s.IDs(), want) {
		t.Errorf("after a bad list: %v, %v", err, s.IDs())
	}
}

// Requirement: of many requests at once exactly one is the n-th. Turned red by:
// counting without a lock.
func TestRace(t *testing.T) {
	var s Set
	must(t, s.Replace("provider.wrong-nonce:n=7"))
	var wait sync.WaitGroup
	fired := make(chan bool, 50)
	for range 50 {
		wait.Go(func() {
			for range s.due(Token, &Call{}) {
				fired <- true
			}
		})
	}
	wait.Wait()
	if len(fired) != 1 {
		t.Errorf("it fired %d times", len(fired))
	}
}

// Requirement: what belongs to which flow is forgotten, oldest first, and
// memory stays bounded. Turned red by: a map that only grows.
func TestLinksAreBounded(t *testing.T) {
	var l links
	for n := range 3 * remembered {
		l.learn(fmt.Append(nil, n), party{flow: "f", client: "c"})
	}
	if len(l.known) != remembered || l.of("0") != (party{}) || l.of(fmt.Sprint(3*remembered-1)).flow != "f" {
		t.Errorf("%d are known", len(l.known))
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
