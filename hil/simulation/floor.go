package simulation

import (
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/smartcard-connect/smartcard-connect/hil/plan"
)

// What the simulated farm looks like.
const (
	perHost  = 16 // readers
	cards    = 20 // by host: more than readers, so that some wait in their tray
	perModel = 64 // readers of one model
	kinds    = 6  // of cards
	// bank and person are seconds a move takes: by the host's own card switch,
	// and across the floor.
	bank, person = 2 * time.Second, 90 * time.Second
)

// suites and how long they take, in seconds.
var suites = [...]struct {
	name  string
	takes int
}{{"card", 12}, {"pcsc", 8}, {"provider", 20}, {"agent", 15}, {"reader", 10}, {"signin", 45}, {"signing", 25}}

// floor is a farm with this many readers. Each host has a switch for its own
// cards, and people carry any card anywhere.
func floor(readers int, random *rand.Rand) plan.Floor {
	var f plan.Floor
	for host := 0; host*perHost < readers; host++ {
		name := fmt.Sprintf("host-%03d", host)
		own := plan.Route{Gadget: "bank-" + name, Cost: bank}
		for i := range cards {
			serial := fmt.Sprintf("%s-card-%02d", name, i)
			f.Cards = append(f.Cards, plan.Card{Serial: serial, Kind: kind((host*cards + i) % kinds), Protocols: []string{"T0", "T1"}})
			own.Cards = append(own.Cards, serial)
		}
		for i := host * perHost; i < min(readers, (host+1)*perHost); i++ {
			r := plan.Reader{Host: name, ID: fmt.Sprintf("1-1.%d", i%perHost), Model: model(min(i/perModel, models(readers)-1))}
			if random.IntN(2) == 0 {
				r.Holds = own.Cards[i%perHost]
			}
			f.Readers = append(f.Readers, r)
			own.Readers = append(own.Readers, r.Name())
		}
		f.Routes = append(f.Routes, own)
	}
	f.Routes = append(f.Routes, plan.Route{Gadget: "person", Cost: person})
	return f
}

func kind(n int) string  { return fmt.Sprintf("kind-%d", n) }
func model(n int) string { return fmt.Sprintf("model-%03d", n) }

// models is how many there are; the last has what is left over as well.
func models(readers int) int { return max(1, readers/perModel) }

// work is this many cells for the farm: builds of the product with every kind of
// card in every model of reader, by both protocols and all suites.
func work(n, readers int) []plan.Cell {
	models := models(readers)
	all := make([]plan.Cell, 0, n)
	for i := range n {
		at := i
		next := func(of int) int { v := at % of; at /= of; return v }
		s := suites[next(len(suites))]
		c := plan.Cell{Suite: s.name, Reader: model(next(models)), Card: kind(next(kinds)), Protocol: fmt.Sprintf("T%d", next(2))}
		c.Build, c.Estimate = fmt.Sprintf("build-%d", at), time.Duration(s.takes)*time.Second
		c.ID = c.Build + "-" + c.Card + "-" + c.Reader + "-" + c.Protocol + "-" + c.Suite
		all = append(all, c)
	}
	return all
}
