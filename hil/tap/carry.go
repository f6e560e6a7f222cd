package tap

import (
	"context"
	"errors"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/reader"
	"github.com/smartcard-connect/smartcard-connect/hil/record"
	"github.com/smartcard-connect/smartcard-connect/hil/slot"
)

// patience is for one command. Making a key takes an old card two minutes.
const patience = 5 * time.Minute

// Carried is a card in any reader, carried to a slot of the virtual reader. It is
// slot.Card.
type Carried struct {
	Card         reader.Card
	Conversation *record.Conversation
	off          bool
}

// Carry puts the card in the slot at host:port until ctx ends or the card is gone
// from its reader. Nobody else reaches it in that time, and it is reset in the
// end, so that nobody inherits a verified passcode.
func (c *Carried) Carry(ctx context.Context, address string, ready func()) (err error) {
	end, err := c.Card.Begin(ctx)
	if err != nil {
		return err
	}
	defer func() {
		last := context.WithoutCancel(ctx)
		err = errors.Join(err, c.Card.Reset(last), end())
	}()
	if err := c.Card.Reset(ctx); err != nil {
		return err
	}
	p := &slot.Plug{Address: address, Card: c}
	c.Conversation.Happened(record.Insert, "")
	defer c.Conversation.Happened(record.Remove, "")
	if err := p.In(ctx); err != nil {
		return err
	}
	defer p.Out()
	ready()
	for tick := time.NewTicker(200 * time.Millisecond); ; {
		select {
		case <-ctx.Done():
			tick.Stop()
			return nil
		case <-tick.C:
			if !p.Inside() {
				tick.Stop()
				return reader.ErrRemoved
			}
		}
	}
}

// ATR is the card's.
func (c *Carried) ATR() []byte {
	c.Conversation.Said(c.Card.ATR())
	return c.Card.ATR()
}

// Transmit passes a command on.
func (c *Carried) Transmit(command []byte) ([]byte, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	start := c.Conversation.Now()
	answer, err := c.Card.Transmit(ctx, command)
	if err != nil {
		answer = nil
	}
	c.Conversation.Exchanged(command, answer, c.Conversation.Now().Sub(start))
	return answer, err
}

// Power is noted. A card whose power came back has forgotten everything, which a
// reset sees to: the real reader's power is not ours.
func (c *Carried) Power(on bool) {
	if !on {
		c.off = true
		c.Conversation.Happened(record.PowerOff, "")
		return
	}
	c.Conversation.Happened(record.PowerOn, "")
	if c.off {
		c.off = c.Card.Reset(context.Background()) != nil
	}
}

// Reset restarts it.
func (c *Carried) Reset() error {
	c.Conversation.Restarted()
	return c.Card.Reset(context.Background())
}
