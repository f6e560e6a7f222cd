package record

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/agent/reader"
)

// Asker puts the commands of a recording to another card, which must be one that
// may come to harm: an emulated one. Card and Now must be set.
type Asker struct {
	Card    reader.Card
	Name    string // of its reader, for the recording
	Now     func() time.Time
	Renew   func() error // makes it as it was issued; nil is a reset
	Secrets Secrets      // of this card
}

// asking is one recording being asked again.
type asking struct {
	Asker
	run    *run
	asked  []Exchange     // of the recording, those that were asked
	left   map[string]int // why commands were not, and how many
	faulty bool           // the bench has a fault on
	cut    bool           // the recorded answer was not fetched to its end, nor is this one
	passed bool           // the last command was not asked, nor is the rest of its answer
}

// Ask asks all that can be asked again. Both recordings then have the same
// commands; left says why others have none, a sentence each. GET RESPONSE and the
// repetition after 6Cxx are this card's own. A passcode stands for itself where the
// recording names it, and a wrong one for a wrong one. Errors are the card's.
func (a Asker) Ask(ctx context.Context, r Recording) (asked, answered Recording, left []string, err error) {
	x := &asking{Asker: a, left: map[string]int{}}
	x.run = &run{Recorder: Recorder{Card: a.Card, Now: a.Now}, blank: blank{test: true}, tries: newTries(), most: MaxConversation}
	x.run.out = Recording{Reader: a.Name, Script: r.Script, Date: a.Now(), ATR: a.Card.ATR(), Protocol: a.Card.Protocol()}
	events := r.Events
	for i, e := range r.Exchanges {
		for ; len(events) > 0 && events[0].Before <= i && err == nil; events = events[1:] {
			err = x.happened(ctx, events[0])
		}
		if err == nil {
			err = x.exchange(ctx, r.Exchanges, i, e)
		}
		if err != nil {
			return r, x.run.out, nil, err
		}
	}
	for why, n := range x.left {
		left = append(left, fmt.Sprintf("%d commands were not asked: %s.", n, why))
	}
	slices.Sort(left)
	r.Exchanges, r.Events = x.asked, nil
	return r, x.run.out, left, nil
}

// happened does to this card what was done to the recorded one, as far as a card
// notices.
func (x *asking) happened(ctx context.Context, e Event) error {
	switch e.Kind {
	case Insert, PowerOn:
		return x.Card.Reset(ctx)
	case Door:
		c, err := e.Call()
		if err != nil {
			return err
		}
		if c.Path == "/faults" {
			x.faulty = c.Method == "POST"
		}
		if c.Path == "/reset" && x.Renew != nil {
			return x.Renew()
		}
	}
	return nil
}

// exchange asks one command, unless it only fetched the rest of an answer.
func (x *asking) exchange(ctx context.Context, all []Exchange, i int, e Exchange) error {
	if e.Reset {
		x.asked, x.run.out.Exchanges = append(x.asked, e), append(x.run.out.Exchanges, e)
		return x.Card.Reset(ctx)
	}
	if i > 0 && follows(all[i-1], e) && !x.cut {
		if !x.passed {
			x.asked = append(x.asked, e)
		}
		return nil
	}
	x.cut = unread(all[i:])
	command, why := x.command(e)
	if x.faulty {
		why = "the bench had the card be wrong on purpose"
	}
	if x.leave(why) {
		return nil
	}
	defer clear(command)
	x.asked = append(x.asked, e)
	_, err := iso7816.ParseCommand(command)
	_, err = x.run.send(ctx, err != nil || x.cut, command)
	return err
}

// leave notes why a command is not asked, if it is not.
func (x *asking) leave(why string) bool {
	if x.passed = why != ""; x.passed {
		x.left[why]++
	}
	return x.passed
}

// unread holds where more of the first answer was there to be fetched and nobody
// did.
func unread(all []Exchange) bool {
	n := 0
	for n+1 < len(all) && follows(all[n], all[n+1]) {
		n++
	}
	last := all[n].Answer
	return len(last) >= 4 && last[len(last)-4:len(last)-2] == "61"
}

// follows holds for GET RESPONSE after 61xx and a command repeated after 6Cxx.
func follows(before, e Exchange) bool {
	if before.Reset || len(before.Answer) < 4 || len(before.Command) < 8 {
		return false
	}
	sw := before.Answer[len(before.Answer)-4:]
	return (sw[:2] == "61" && e.Command[2:4] == "C0") || (sw[:2] == "6C" && e.Command[:8] == before.Command[:8])
}

// command is the recorded one with this card's secrets, or why it cannot be
// asked.
func (x *asking) command(e Exchange) (command []byte, why string) {
	open, blanked := strings.CutSuffix(e.Command, strings.Repeat("xx", strings.Count(e.Command, "xx")))
	command, err := hex.DecodeString(open)
	switch n := strings.Count(e.Command, "xx"); {
	case err != nil || !blanked:
		return nil, "they cannot be read"
	case n == 0:
		return command, ""
	default:
		secret := x.secret(e, n)
		if secret == nil {
			return nil, "what they carried was blanked"
		}
		return append(command, secret...), ""
	}
}

// secret is this card's for a name of the recording, n bytes.
func (x *asking) secret(e Exchange, n int) []byte {
	named := x.Secrets.Named()
	number, err := strconv.Atoi(e.Secret)
	switch {
	case named[e.Secret] != nil:
		return Pad(e.Secret, named[e.Secret], n)
	case e.Secret == "" && e.Command[2:4] == "20":
		return Pad("pin", x.Secrets.Passcode, n)
	case err != nil || e.Command[2:4] != "20" || !wasWrong(e.Answer):
		return nil
	}
	wrong := fmt.Appendf(nil, "%06d", 900000+number) // digits that are not the passcode
	if bytes.Equal(wrong, x.Secrets.Passcode) {
		wrong[0] = '8'
	}
	return Pad("", wrong, n)
}

func wasWrong(answer string) bool {
	return strings.HasPrefix(answer, "63C") || answer == "6983"
}
