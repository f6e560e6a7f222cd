package plan

import (
	"fmt"
	"strings"
	"time"

	"github.com/smartcard-connect/smartcard-connect/hil/rig"
)

// Costs where a rig file names no route.
const (
	byHand   = 60 * time.Second // a person, for a reader of device manual
	bySocket = time.Second      // vpcd: the reader is looked at every 400 ms
)

// here is the host of a rig that names none.
const here = "here"

// Software says that every reader of the rig is made of software: readers and
// cards can be had as often as wanted.
func Software(r rig.Rig) bool {
	for _, d := range r.Readers {
		if d.Device != "vpcd" {
			return false
		}
	}
	return len(r.Routes) == 0
}

// OfRig is the floor of a rig. Of one made of software there are as many places,
// and of each card, as run at once.
func OfRig(r rig.Rig, atOnce int) Floor {
	if Software(r) {
		return software(r, max(atOnce, 1))
	}
	f := Floor{}
	for _, d := range r.Readers {
		f.Readers = append(f.Readers, Reader{Host: host(d.Host), ID: d.ID, Model: modelOf(d), Device: d.Identity(), Port: d.Power})
		if d.Device == "manual" {
			f.Routes = append(f.Routes, Route{Gadget: "manual", Readers: []string{host(d.Host) + "/" + d.ID}, Cost: byHand})
		}
	}
	for _, c := range r.Cards {
		f.Cards = append(f.Cards, Card{Serial: c.ID, Kind: kindOf(r, c), Protocols: speaks(c), Device: c.Serial, Home: r.HomeOf(c)})
	}
	for _, x := range r.Routes {
		way := Route{Gadget: x.Gadget, Cards: x.Cards, Cost: time.Duration(x.Cost) * time.Second}
		for _, id := range x.Readers {
			d, _ := r.Reader(id)
			way.Readers = append(way.Readers, host(d.Host)+"/"+d.ID)
		}
		f.Routes = append(f.Routes, way)
	}
	return f
}

func software(r rig.Rig, places int) Floor {
	f := Floor{Routes: []Route{{Gadget: "vpcd", Cost: bySocket}}}
	for i := range places {
		f.Readers = append(f.Readers, Reader{Host: here, ID: fmt.Sprint(i + 1)})
		for _, c := range r.Cards {
			f.Cards = append(f.Cards, Card{Serial: fmt.Sprintf("%s#%d", c.ID, i+1), Kind: c.ID, Protocols: speaks(c)})
		}
	}
	return f
}

func host(name string) string {
	if name == "" {
		return here
	}
	return name
}

// modelOf is a reader's name without the numbers that PC/SC puts behind it.
func modelOf(d rig.Reader) string {
	words := strings.Fields(d.Name)
	for len(words) > 1 && len(words[len(words)-1]) == 2 && strings.Trim(words[len(words)-1], "0123456789ABCDEF") == "" {
		words = words[:len(words)-1]
	}
	return strings.Join(words, " ")
}

// kindOf is a card's series, with its protocols where cards of the series differ
// in them.
func kindOf(r rig.Rig, c rig.Card) string {
	kind, mine := "series"+c.Series, strings.Join(speaks(c), "-")
	for _, other := range r.Cards {
		if other.Series == c.Series && strings.Join(speaks(other), "-") != mine {
			return kind + "-" + mine
		}
	}
	return kind
}

func speaks(c rig.Card) (out []string) {
	for _, p := range c.Speaks() {
		out = append(out, strings.Replace(p.String(), "=", "", 1))
	}
	return out
}
