package emu

import (
	"context"
	"fmt"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
	"github.com/smartcard-connect/smartcard-connect/emu/fault"
	"github.com/smartcard-connect/smartcard-connect/emu/profile"
	"github.com/smartcard-connect/smartcard-connect/emu/t0"
	"github.com/smartcard-connect/smartcard-connect/emu/t1"
)

// adaptor is a card's side of a protocol: t0.Adaptor or t1.Adaptor.
type adaptor interface {
	Transmit(frame []byte) []byte
	Reset()
}

// body is everything a fault can change about a card.
type body struct {
	atr     []byte
	warmATR []byte // nil where it is the same
	speaks  iso7816.Protocol
	applet  applet.Applet
	born    applet.State // what it was personalised with
	memory  *applet.Memory
	adaptor adaptor
	link    fault.Link // the adaptor with the faults of the wire around it
	late    []func() time.Duration
}

// personalise makes a card from a profile, with faults put on in order. Those
// that do not show on this card are left out.
func personalise(o Options, p profile.Profile, faults []Fault) (body, error) {
	look, err := o.personality(p)
	if err != nil {
		return body{}, fmt.Errorf("%w: %w", ErrOptions, err)
	}
	blank := &fault.Blank{
		Applet: p.Applet, Protocol: o.Protocol, ATR: look.ATR, Identity: *o.Identity,
		PUK: o.PUK, Tries: p.Tries.Value, TriesLeft: p.Tries.Value - o.TriesSpent, Now: o.Now(),
		DefaultSelected: p.DefaultSelected.Value, BlockedAtOnce: p.BlockedAtOnce.Value,
	}
	faults = applying(faults, o.Identity.Holder.UUID, p.Applet, o.Protocol)
	for _, f := range faults {
		if f.Make != nil {
			f.Make(blank)
		}
	}
	if blank.Protocol != o.Protocol {
		if other, err := p.Personality(blank.Protocol); err == nil {
			look, blank.ATR = other, other.ATR
		} else {
			blank.Protocol = o.Protocol // a card that has one protocol stays with it
		}
	}
	p = p.As(look)
	build, ok := builders[p.Applet]
	if !ok {
		return body{}, fmt.Errorf("%w: nobody builds an applet %q", ErrOptions, p.Applet)
	}
	memory := &applet.Memory{}
	plan := blueprint{Options: o, profile: p, blank: blank, memory: memory}
	a := build(plan)
	if blank.Second != "" {
		a = &applet.Several{Applets: []applet.Applet{a, builders[blank.Second](plan)}}
	}
	if err := addObjects(a, o.Objects); err != nil {
		return body{}, fmt.Errorf("%w: %w", ErrOptions, err)
	}
	if err := tweak(a, blank.Tweaks); err != nil {
		return body{}, err
	}
	born := a.Save()
	a = applet.Durable{Applet: a, Memory: memory}
	for _, f := range faults {
		if f.Wrap != nil {
			a = f.Wrap(a)
		}
	}
	b := body{atr: blank.ATR, warmATR: blank.WarmATR, speaks: blank.Protocol, applet: a, born: born, memory: memory, adaptor: protocol(blank.Protocol, a, p)}
	b.link = func(_ context.Context, command []byte) ([]byte, error) {
		return b.adaptor.Transmit(command), nil
	}
	for _, f := range faults {
		if f.Wire != nil {
			b.link = f.Wire(b.link)
		}
		if f.Late != nil {
			b.late = append(b.late, f.Late())
		}
	}
	return b, nil
}

// tweak lets faults edit the card that has just been personalised.
func tweak(a applet.Applet, edits []func(applet.State)) error {
	if len(edits) == 0 {
		return nil
	}
	s := a.Save()
	for _, edit := range edits {
		edit(s)
	}
	return a.Load(s)
}

func applying(faults []Fault, holder, name string, protocol iso7816.Protocol) []Fault {
	var out []Fault
	for _, f := range faults {
		if f.Applies(name, protocol) && (f.Holder == "" || f.Holder == holder) {
			out = append(out, f)
		}
	}
	return out
}

func protocol(speaks iso7816.Protocol, a applet.Applet, p profile.Profile) adaptor {
	chain := &applet.Chain{Applet: a, Plain: p.Applet == "piv"}
	if speaks == iso7816.T0 {
		return &t0.Adaptor{Applet: chain}
	}
	longest := value(p.ExtendedLength)
	return &t1.Adaptor{Applet: chain, ShortOnly: p.ExtendedLength != nil && longest == 0, Longest: longest}
}

// value is a fact's value, or the zero value where the profile has none.
func value[T any](f *profile.Fact[T]) (v T) {
	if f != nil {
		v = f.Value
	}
	return v
}
