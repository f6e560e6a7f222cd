package fault

import (
	"fmt"
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
		l.learn(fmt.Sprint(n), party{flow: "f", client: "c"})
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
