// Package portservice tells a browser page on which port the agent of its own
// user and session listens (PROTOCOL.md §2). The kernel says who is who, on
// both sides.
package portservice

import (
	"errors"
	"slices"
	"sync"

	"github.com/smartcard-connect/smartcard-connect/agent/local/peer"
)

// Ports are where the service listens, in the order clients try them.
func Ports() []int { return []int{43487, 44213, 45031, 46478, 48853} }

// agent is one registration.
type agent struct {
	owner   peer.Owner
	port    int
	origins []string
	judged  bool   // by its session, as it had one when it registered
	leave   func() // hangs up
}

// maxAgents of one user: a restart overlaps with its predecessor, no more.
const maxAgents = 4

var errMany = errors.New("too many agents of this user are registered")

// maxSeats bounds a user's connections, greeted or not, so that one user cannot
// keep the others out.
const maxSeats = 2 * maxAgents

// registry is the agents that are connected now.
type registry struct {
	mu     sync.Mutex
	agents []*agent
	seats  map[peer.Owner]int // connections
}

// sit takes a seat of owner, which up gives back.
func (r *registry) sit(owner peer.Owner) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.seats[owner] >= maxSeats {
		return errMany
	}
	if r.seats == nil {
		r.seats = map[peer.Owner]int{}
	}
	r.seats[owner]++
	return nil
}

func (r *registry) up(owner peer.Owner) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.seats[owner]--; r.seats[owner] <= 0 {
		delete(r.seats, owner)
	}
}

func (r *registry) add(a *agent) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := 0
	for _, other := range r.agents {
		if other.owner == a.owner {
			n++
		}
	}
	if n >= maxAgents {
		return errMany
	}
	r.agents = append(r.agents, a)
	return nil
}

func (r *registry) drop(a *agent) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.agents = slices.DeleteFunc(r.agents, func(other *agent) bool { return other == a })
}

// matching are the agents whose owner matches.
func (r *registry) matching(match func(peer.Owner) bool) []*agent {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(r.agents), func(a *agent) bool { return !match(a.owner) })
}

// of is the newest agent of owner.
func (r *registry) of(owner peer.Owner) (*agent, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, a := range slices.Backward(r.agents) {
		if a.owner == owner {
			return a, true
		}
	}
	return nil, false
}
