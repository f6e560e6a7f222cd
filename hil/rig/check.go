package rig

import (
	"encoding/hex"
	"errors"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
)

// usbPath is a USB device of Linux, sysfs or libccid style: bus, ports, and
// perhaps configuration and interface.
var usbPath = regexp.MustCompile(`^[0-9]+-[0-9]+(\.[0-9]+)*(:[0-9]+\.[0-9]+)?$`)

// Serial is a card's serial number as the card's own bytes read, in upper-case
// hexadecimal without hyphens and spaces.
func Serial(s string) string {
	return strings.ToUpper(strings.NewReplacer("-", "", " ", "").Replace(s))
}

func (r Rig) check() error {
	if r.Name == "" || len(r.Cells)+len(r.Readers) == 0 {
		return errors.New("a rig needs a name, and at least one row of cells or a reader")
	}
	for _, check := range []func() error{r.checkHosts, r.checkGadgets, r.checkReaders, r.checkCards, r.checkRoutes, r.checkCells} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

func (r Rig) checkHosts() error {
	once := once{}
	for _, h := range r.Hosts {
		if err := once.check("host", h.ID); err != nil {
			return err
		}
		if h.ID == Floor || strings.ContainsAny(h.ID, ".*> \t") {
			return fmt.Errorf("host %q: a name without dots, blanks and stars, and not %s", h.ID, Floor)
		}
		if !slices.Contains([]string{"linux", "windows", "darwin"}, h.OS) {
			return fmt.Errorf("host %q: os %q is none of linux, windows, darwin", h.ID, h.OS)
		}
	}
	return nil
}

func (r Rig) checkGadgets() error {
	gadgets, ports := once{}, once{}
	for _, g := range r.Gadgets {
		if err := gadgets.check("gadget", g.ID); err != nil {
			return err
		}
		if g.Kind == "" {
			return fmt.Errorf("gadget %q: say its kind", g.ID)
		}
		if g.Host != Floor && !r.hasHost(g.Host) {
			return fmt.Errorf("gadget %q: %s", g.ID, r.hostWanted(g.Host))
		}
	}
	for _, p := range r.Power {
		if err := ports.check("power port", p.ID); err != nil {
			return err
		}
		if _, ok := r.Gadget(p.Gadget); !ok {
			return fmt.Errorf("power port %q: there is no gadget %q", p.ID, p.Gadget)
		}
	}
	return nil
}

// hasHost holds for a host of the file; for no name where the file has none.
func (r Rig) hasHost(id string) bool {
	if len(r.Hosts) == 0 {
		return id == ""
	}
	_, ok := r.Host(id)
	return ok
}

func (r Rig) hostWanted(id string) string {
	if id == "" {
		return "say at which host; this bench has several"
	}
	return fmt.Sprintf("there is no host %q", id)
}

func (r Rig) checkReaders() error {
	ids, places := once{}, once{}
	for _, d := range r.Readers {
		if err := ids.check("reader", d.ID); err != nil {
			return err
		}
		if err := r.checkReader(d); err != nil {
			return fmt.Errorf("reader %q: %w", d.ID, err)
		}
		if d.Device == "" {
			if err := places.check("reader at", d.Host+" "+d.Identity()); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r Rig) checkReader(d Reader) error {
	switch {
	case d.Device != "" && d.Device != "vpcd" && d.Device != "manual":
		return fmt.Errorf("device %q is neither vpcd nor manual", d.Device)
	case !r.hasHost(d.Host):
		return errors.New(r.hostWanted(d.Host))
	case d.USB == "" && d.Name == "":
		return errors.New("it needs a USB path, or a name where it has none")
	case d.USB != "" && !usbPath.MatchString(d.USB):
		return fmt.Errorf("USB path %q is not like 1-1.3 or 1-1.3:1.0; 'hil devices' prints them", d.USB)
	case d.Slot < 0 || d.Slot > 255:
		return fmt.Errorf("slot %d is none", d.Slot)
	case !slices.Contains([]Level{"", Character, TPDU, Short, Extended}, d.Level):
		return fmt.Errorf("level %q is none of character, tpdu, short, extended", d.Level)
	}
	if _, ok := r.Port(d.Power); !ok && d.Power != "" {
		return fmt.Errorf("there is no power port %q", d.Power)
	}
	if d.Keypad != nil && d.Keypad.Gadget != "" {
		if _, ok := r.Gadget(d.Keypad.Gadget); !ok {
			return fmt.Errorf("there is no gadget %q to press its keys", d.Keypad.Gadget)
		}
	}
	return nil
}

func (r Rig) checkCards() error {
	ids, serials := once{}, once{}
	for _, c := range r.Cards {
		if err := ids.check("card", c.ID); err != nil {
			return err
		}
		if err := r.checkCard(c); err != nil {
			return fmt.Errorf("card %q: %w", c.ID, err)
		}
		if c.Serial == "" {
			continue
		}
		if err := serials.check("card with serial", Serial(c.Serial)); err != nil {
			return err
		}
	}
	return nil
}

func (r Rig) checkCard(c Card) error {
	_, err := hex.DecodeString(Serial(c.Serial))
	switch {
	case c.Series == "" || len(c.Speaks()) == 0:
		return errors.New("series and protocol are needed")
	case c.Protocol != 0 && len(c.Protocols) > 0:
		return errors.New("say protocol or protocols, not both")
	case err != nil:
		return fmt.Errorf("serial %q is not hexadecimal", c.Serial)
	case c.Personality != "" && (c.Serial != "" || len(c.Protocols) > 0):
		return errors.New("a personality is for a software card, and has one protocol")
	case c.Test && c.Serial == "":
		return errors.New("a test card is known by its serial; 'hil devices' reads it")
	case c.Budget.Writes < 0 || c.Budget.Tries < 0 || c.Budget.Locks < 0:
		return errors.New("a budget is not negative")
	case !c.Test && c.Budget != Budget{}:
		return errors.New("only a test card has a budget: add 'test: true' if it may be written and locked")
	case c.Home != "" && c.Home != Floor && !r.hasHost(c.Home):
		return fmt.Errorf("home: there is no host %q", c.Home)
	}
	return nil
}

func (r Rig) checkRoutes() error {
	for i, route := range r.Routes {
		where := fmt.Sprintf("route %d", i+1)
		if _, ok := r.Gadget(route.Gadget); !ok {
			return fmt.Errorf("%s: there is no gadget %q", where, route.Gadget)
		}
		if route.Cost < 0 {
			return fmt.Errorf("%s: a cost is not negative", where)
		}
		for _, id := range route.Cards {
			if _, ok := r.Card(id); !ok {
				return fmt.Errorf("%s: there is no card %q", where, id)
			}
		}
		for _, id := range route.Readers {
			if _, ok := r.Reader(id); !ok {
				return fmt.Errorf("%s: there is no reader %q", where, id)
			}
		}
	}
	return nil
}

func (r Rig) checkCells() error {
	for _, c := range r.Cells {
		if err := r.checkRow(c); err != nil {
			return fmt.Errorf("cells of kind %s: %w", c.Kind, err)
		}
	}
	for _, e := range r.Excluded {
		if e.Cell == "" || e.Reason == "" {
			return errors.New("an excluded cell needs its ID and a reason")
		}
	}
	return nil
}

func (r Rig) checkRow(c Cells) error {
	if err := c.check(); err != nil {
		return err
	}
	device, ok := r.Reader(c.Reader)
	if ok == (c.Kind == Package) {
		return fmt.Errorf("reader %q does not fit; package cells name none, all others a reader of the rig", c.Reader)
	}
	if len(r.Cards) == 0 || len(c.Features) == 0 {
		return errors.New("the bench has no cards, or features are missing")
	}
	for _, id := range r.Of(c) {
		card, ok := r.Card(id)
		if !ok {
			return fmt.Errorf("there is no card %q", id)
		}
		if card.Protocol == 0 || card.Holder == "" || card.Passcode == "" {
			return fmt.Errorf("card %q: series, protocol, holder and passcode are all needed", id)
		}
		if c.Kind == Remote && !card.Test && slices.ContainsFunc(c.Features, func(f string) bool { return f == "test-card" || f == "admin" || f == "puk" }) {
			return fmt.Errorf("card %q is not 'test: true', and these checks would spend its tries or write to it", id)
		}
		if (card.Timing != "" || card.Personality != "") && device.Device == "manual" {
			return fmt.Errorf("card %q is as slow as it is, and what it is; timing and personality are for software cards", id)
		}
	}
	return nil
}

// check is about what needs no look at the rig.
func (c Cells) check() error {
	if !slices.Contains([]string{Package, PCSCD, Windows, Remote}, c.Kind) {
		return fmt.Errorf("say %s, %s, %s or %s", Package, PCSCD, Windows, Remote)
	}
	if arch := slices.Contains([]string{"amd64", "386"}, c.Arch); arch != (c.Kind == Windows) || (c.Arch != "") != arch {
		return fmt.Errorf("arch %q does not fit; windows cells say amd64 or 386, all others nothing", c.Arch)
	}
	if c.Spends.Writes < 0 || c.Spends.Tries < 0 || c.Spends.Locks < 0 {
		return errors.New("spends counts what a card loses; nothing in it is negative")
	}
	for _, p := range c.Specs {
		if _, err := path.Match(p, ""); err != nil {
			return fmt.Errorf("specs %q: %w", p, err)
		}
	}
	return nil
}

// once is the IDs seen so far.
type once map[string]bool

func (o once) check(what, id string) error {
	if id == "" || o[id] {
		return fmt.Errorf("%s %q: the ID is empty or used twice", what, id)
	}
	o[id] = true
	return nil
}
