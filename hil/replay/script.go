package replay

import (
	"fmt"
	"strings"
	"time"

	"github.com/smartcard-connect/smartcard-connect/hil/record"
)

// item is one thing in a conversation, in its order.
type item struct {
	kind     record.Kind // of an event; empty for an exchange
	exchange record.Exchange
	text     string
	call     record.Call
	at       time.Duration
	line     int // its number among the exchanges, from 1, for the log
}

func (i item) command() bool { return i.kind == "" && !i.exchange.Reset }
func (i item) reset() bool   { return i.kind == "" && i.exchange.Reset }

// restarts holds for all after which a card has forgotten what it was told.
func (i item) restarts() bool {
	return i.reset() || i.kind == record.Insert || i.kind == record.Remove
}

// power holds for power that came or went.
func (i item) power() bool { return i.kind == record.PowerOn || i.kind == record.PowerOff }

// moves holds for a call that changes the card or where it is.
func (i item) moves() bool { return i.kind == record.Door && moving(i.call) }

// moving: looking at a card or its trace changes nothing.
func moving(c record.Call) bool { return c.Method != "GET" && c.Path != "/trace" }

// section is the conversation of one check, or of no check.
type section struct {
	id      string
	cannot  string // why it cannot be played, or empty
	items   []item
	looks   []item // calls that change nothing
	plugged bool   // at its beginning
	atr     []byte
}

// parse splits a recording into the conversations of its checks. The first is
// that of no check.
func parse(r record.Recording) (map[string]*section, error) {
	now := &section{plugged: len(r.Events) == 0, atr: r.ATR}
	all, state := map[string]*section{"": now}, *now
	add := func(i item) {
		switch {
		case i.kind == record.Door && !i.moves():
			now.looks = append(now.looks, i)
		default:
			now.items = append(now.items, i)
		}
	}
	n, events := 0, r.Events
	for i := 0; i <= len(r.Exchanges); i++ {
		for ; len(events) > 0 && events[0].Before <= i; events = events[1:] {
			e := item{kind: events[0].Kind, text: events[0].Text, at: events[0].At}
			switch e.kind {
			case record.Spec:
				if all[e.text] != nil {
					return nil, fmt.Errorf("%w: %s is there twice", record.ErrRecording, e.text)
				}
				now = &section{id: e.text, plugged: state.plugged, atr: state.atr}
				all[e.text] = now
				continue
			case record.Ended, record.Cannot:
				id, why, _ := strings.Cut(e.text, " ")
				if all[id] == nil {
					return nil, fmt.Errorf("%w: %s ended and never began", record.ErrRecording, id)
				}
				all[id].close(e.kind, why)
				continue
			case record.Door:
				call, err := events[0].Call()
				if err != nil {
					return nil, fmt.Errorf("%w: %w", record.ErrRecording, err)
				}
				e.call = call
			case record.Insert, record.Remove:
				state.plugged = e.kind == record.Insert
			case record.ATR:
				state.atr = unhex(e.text)
			}
			add(e)
		}
		if i < len(r.Exchanges) {
			if !r.Exchanges[i].Reset {
				n++
			}
			add(item{exchange: r.Exchanges[i], line: n})
		}
	}
	return all, nil
}

// close learns how a check ended.
func (s *section) close(kind record.Kind, why string) {
	switch {
	case kind == record.Cannot:
		s.cannot = why
	case s.cannot == "" && why != "PASS":
		s.cannot = "it ended " + why + " when it was recorded"
	}
}
