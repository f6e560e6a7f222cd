package timing

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/smartcard-connect/smartcard-connect/emu/profile"
)

// longest is more than any step of a card takes; making a key may take it.
const longest = 10 * time.Minute

// check refuses what no card can be. Every error names the field.
func (p Profile) check() error {
	if p.ID == "" || p.Title == "" {
		return errors.New("id and title must be given")
	}
	// ISO/IEC 7816-3 §5.2.3: at least 1 MHz; table 7 ends at 20.
	if n := p.Clock.Value; n < 1_000_000 || n > 20_000_000 {
		return fmt.Errorf("clock_hz: %d Hz is not between 1 and 20 MHz", n)
	}
	// ISO/IEC 7816-3 §11.4.2: 00 and FF are reserved.
	if n := p.Block.Value; n < 1 || n > 254 {
		return fmt.Errorf("block: %d is not between 1 and 254", n)
	}
	for _, o := range Operations {
		if _, ok := p.Processing[o]; !ok {
			return fmt.Errorf("processing: %s is missing", o)
		}
	}
	if len(p.Processing) != len(Operations) {
		return fmt.Errorf("processing: one of %v is no operation, only %v", slices.Sorted(maps.Keys(p.Processing)), Operations)
	}
	if err := p.checkSizes(); err != nil {
		return err
	}
	return p.checkFacts()
}

func (p Profile) checkSizes() error {
	if _, ok := p.RSA["2048"]; !ok {
		return errors.New("rsa: 2048 is missing")
	}
	if _, ok := p.EC["256"]; !ok {
		return errors.New("ec: 256 is missing")
	}
	if _, ok := p.Generate["2048"]; !ok {
		return errors.New("generate_rsa: 2048 is missing")
	}
	for _, key := range slices.Concat(slices.Collect(maps.Keys(p.RSA)), slices.Collect(maps.Keys(p.EC)), slices.Collect(maps.Keys(p.Generate))) {
		if _, err := bits(key); err != nil {
			return err
		}
	}
	return nil
}

// checkFacts looks at every time and every reason.
func (p Profile) checkFacts() error {
	for name, f := range p.times() {
		if d := time.Duration(f.Value); d <= 0 || d > longest {
			return fmt.Errorf("%s: %v is not between nothing and %v", name, d, longest)
		}
	}
	for key, g := range p.Generate {
		if !(g.Value.Sigma >= 0 && g.Value.Sigma <= 2) {
			return fmt.Errorf("generate_rsa %s: sigma %v is not between 0 and 2", key, g.Value.Sigma)
		}
	}
	for name, r := range p.Reasons() {
		if err := r.Check(); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

// times is every duration by its name.
func (p Profile) times() map[string]profile.Fact[Duration] {
	out := map[string]profile.Fact[Duration]{"per_command": p.Once}
	for o, f := range p.Processing {
		out[string(o)] = f
	}
	for key, f := range p.RSA {
		out["rsa "+key] = f
	}
	for key, f := range p.EC {
		out["ec "+key] = f
	}
	for key, g := range p.Generate {
		out["generate_rsa "+key] = profile.Fact[Duration]{Value: g.Value.Median, Reason: g.Reason}
	}
	return out
}

// Reasons is every number's reason by the number's name.
func (p Profile) Reasons() map[string]profile.Reason {
	out := map[string]profile.Reason{"clock_hz": p.Clock.Reason, "block": p.Block.Reason}
	for name, f := range p.times() {
		out[name] = f.Reason
	}
	return out
}
