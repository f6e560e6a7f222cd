package replay

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/smartcard-connect/smartcard-connect/hil/record"
	"github.com/smartcard-connect/smartcard-connect/hil/slot"
)

// Options say how to play. The zero value plays what needs neither passcode nor
// key, as fast as it can.
type Options struct {
	Secrets record.Secrets // of the card that was recorded
	Keys    []Key          // of that card: what is to be signed anew
	Slow    bool           // answers take as long as they took
	Log     *slog.Logger   // default silent
}

// gap is how long a card is out where the recording does not say longer: pcscd
// looks every 400 ms.
const gap = 900 * time.Millisecond

// longest is how long it is out at most.
const longest = 3 * time.Second

// Player is a recording as a card in a slot. Its methods are safe for concurrent
// use.
type Player struct {
	Options
	recording record.Recording
	sections  map[string]*section
	plug      *slot.Plug
	signings  map[int]*signing // by the numbers of their exchanges

	mu      sync.Mutex
	secrets secrets
	now     *section
	cursor  cursor
	looked  int
	atr     []byte
	left    []string // what was asked and is not in the recording
}

// New makes a player for the slot at host:port. Errors wrap
// record.ErrRecording.
func New(r record.Recording, address string, o Options) (*Player, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	sections, err := parse(r)
	if err != nil {
		return nil, err
	}
	p := &Player{Options: o, recording: r, sections: sections, secrets: secrets{o.Secrets, map[string][]byte{}}}
	p.signings = signings(sections, o.Keys)
	p.enter(sections[""])
	p.plug = &slot.Plug{Address: address, Card: played{p}}
	return p, nil
}

// enter begins a section. The player is locked, or new.
func (p *Player) enter(s *section) {
	p.now, p.left, p.looked, p.atr = s, nil, 0, s.atr
	if len(p.sections) == 1 {
		p.cursor = anywhere(s.items)
	} else {
		p.cursor = &strict{items: s.items, fresh: true}
	}
}

// Insert puts the card in and returns when the reader has it.
func (p *Player) Insert(ctx context.Context) error { return p.plug.In(ctx) }

// Remove takes it out.
func (p *Player) Remove() { p.plug.Out() }

// Cannot lists the checks that the recording has and cannot show, with why.
func (p *Player) Cannot() map[string]string {
	out := map[string]string{}
	for id, s := range p.sections {
		if s.cannot != "" {
			out[id] = s.cannot
		}
	}
	return out
}

// Begin brings the card to where it was when a check began. A check that cannot
// be played is answered with the reason, and the card stays as it is.
func (p *Player) Begin(ctx context.Context, id string) (cannot string, err error) {
	p.mu.Lock()
	s := p.sections[id]
	switch {
	case s == nil || id == "":
		cannot = "it was not recorded"
	case s.cannot != "":
		cannot = s.cannot
	}
	if cannot != "" {
		p.mu.Unlock()
		return cannot, nil
	}
	other := string(p.atr) != string(s.atr)
	p.enter(s)
	p.mu.Unlock()
	return "", p.place(ctx, s.plugged, other, gap)
}

// place has the card in or out; other is one that was out in between.
func (p *Player) place(ctx context.Context, in, other bool, for_ time.Duration) error {
	if inside := p.plug.Inside(); inside && (other || !in) {
		p.plug.Out()
		if in {
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(for_):
			}
		}
	}
	if in {
		return p.plug.In(ctx)
	}
	return nil
}

// End says what was asked since Begin and is not in the recording, and has the
// card answer nothing until the next check.
func (p *Player) End() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	left := p.left
	p.left = nil
	return left
}

// refuse notes what is not in the recording. The player is locked.
func (p *Player) refuse(what, why string) {
	said := what + ": " + why
	p.left = append(p.left, said)
	p.Log.Warn("not in the recording", "spec", p.now.id, "asked", what, "why", why)
}

// errGone is a card that left the reader when it was recorded.
var errGone = errors.New("the recorded card left the reader here")

// notRecorded is what a command is answered that is not in the recording: no
// precise diagnosis.
var notRecorded = []byte{0x6F, 0x00}

// played is the Player as the slot sees it.
type played struct{ *Player }

// ATR is the recorded one.
func (p played) ATR() []byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.atr
}

// Power is noted.
func (p played) Power(bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cursor.restarted(false)
}

// Reset is too.
func (p played) Reset() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cursor.restarted(true)
	return nil
}

// Transmit answers as recorded.
func (p played) Transmit(command []byte) ([]byte, error) {
	answer, took, err := p.reply(command)
	if p.Slow {
		time.Sleep(took)
	}
	if err != nil {
		go p.followUp()
	}
	return answer, err
}

// followUp is what happened to the card after it had left during a command: it
// may have come back by itself.
func (p played) followUp() {
	p.mu.Lock()
	after := p.cursor.aftermath()
	p.mu.Unlock()
	if err := p.settle(context.Background(), after); err != nil {
		p.Log.Warn("the card does not come back", "error", err)
	}
}

func (p played) reply(command []byte) ([]byte, time.Duration, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.now.id == "" && len(p.sections) > 1 && len(p.now.items) == 0 {
		p.refuse(spelled(command), "nothing was recorded outside of a check")
		return notRecorded, 0, nil
	}
	i, why := p.cursor.next(func(i item) string {
		why := p.secrets.same(command, i.exchange)
		if why != "" && p.signings[i.line].takes(i, command) {
			return ""
		}
		return why
	})
	if why == "" {
		if answer, err := p.signings[i.line].answer(i, command); err != nil {
			why = err.Error()
		} else if answer != nil {
			return answer, i.exchange.Took, nil
		}
	}
	switch {
	case why != "":
		p.refuse(spelled(command), why)
		return notRecorded, 0, nil
	case !i.exchange.Answered:
		return nil, 0, errGone
	case strings.Contains(i.exchange.Answer, "xx"):
		p.refuse(spelled(command), "its answer was blanked")
		return notRecorded, 0, nil
	}
	return unhex(i.exchange.Answer), i.exchange.Took, nil
}

// spelled is a command without its secrets.
func spelled(command []byte) string {
	keep := record.Shown(command)
	return brief(fmt.Sprintf("%X%s", command[:keep], strings.Repeat("xx", len(command)-keep)))
}
