package main

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/smartcard-connect/smartcard-connect/emu"
	"github.com/smartcard-connect/smartcard-connect/emu/drawer"
	"github.com/smartcard-connect/smartcard-connect/emu/persona"
	"github.com/smartcard-connect/smartcard-connect/emu/profile"
	"github.com/smartcard-connect/smartcard-connect/emu/vpcd"
)

// drawerCommand runs many cards.
type drawerCommand struct {
	Dir     string   `type:"path" placeholder:"FOLDER" help:"Every image (*.img) of this folder."`
	Cards   []string `placeholder:"CARD" help:"Images by file, and cards that end with the program by persona or profile: 'a.img,doctor,series8'. Default, without --dir: every example persona."`
	Reader  []string `default:"vpcd://127.0.0.1:35963,vpcd://127.0.0.1:35964" placeholder:"URL" help:"A virtual reader's slot; may be repeated. Default: the two that pcscd has without more configuration."`
	Timing  string   `placeholder:"ID" help:"As slow as real cards of this kind, as listed by 'cardemu timings'."`
	Control string   `default:"127.0.0.1:0" placeholder:"HOST:PORT" help:"Where the page and the door are, on loopback. Port 0 is any free one."`
	Verbose bool     `short:"v" help:"Say more on standard error."`
}

// Run keeps the drawer open until interrupted.
func (c drawerCommand) Run(w world) error {
	log := logTo(w.stderr, c.Verbose)
	d := drawer.New(log, 0)
	if err := c.fill(d, log); err != nil {
		return errors.Join(err, d.Close())
	}
	for _, r := range c.Reader {
		address, err := vpcd.ParseURL(r)
		if err != nil {
			return errors.Join(fmt.Errorf("%w: %w", errUsage, err), d.Close())
		}
		d.AddReader(address, nil)
	}
	listener, err := listenLoopback(c.Control)
	if err != nil {
		return errors.Join(err, d.Close())
	}
	return serve(w, listener, drawer.Door{Drawer: d}, func() (func(), error) {
		forget := publish(w, "http://"+listener.Addr().String(), log)
		announce(w, listener)
		return forget, nil
	})
}

// fill puts the cards in.
func (c drawerCommand) fill(d *drawer.Drawer, log *slog.Logger) error {
	names := slices.Clone(c.Cards)
	if c.Dir != "" {
		images, err := filepath.Glob(filepath.Join(c.Dir, "*.img"))
		if err != nil {
			return err
		}
		if len(images) == 0 {
			return fmt.Errorf("%w: there is no image in %s", errUsage, c.Dir)
		}
		names = append(images, names...)
	}
	if len(names) == 0 {
		all, err := persona.All()
		if err != nil {
			return err
		}
		for _, p := range all {
			names = append(names, p.ID)
		}
	}
	for _, name := range names {
		if err := c.add(d, name, log); err != nil {
			return err
		}
	}
	return nil
}

// keptPerCard is how many exchanges each card of a drawer remembers: a thousand
// of them run for days.
const keptPerCard = 256

// add puts one card in.
func (c drawerCommand) add(d *drawer.Drawer, name string, log *slog.Logger) error {
	id := drawer.ID(strings.TrimSuffix(filepath.Base(name), ".img"))
	card, title, err := takeCard(name, emu.Options{Timing: c.Timing, Trace: keptPerCard, Log: log, OnMessage: d.Listen(id)})
	if errors.Is(err, emu.ErrOptions) {
		err = fmt.Errorf("%w: %w", errUsage, err)
	}
	if err != nil {
		return err
	}
	if err := d.AddCard(id, title, card); err != nil {
		return errors.Join(fmt.Errorf("%w: %w", errUsage, err), card.Close())
	}
	return nil
}

// takeCard is the card of an image file, or a new one of a persona or profile.
func takeCard(name string, o emu.Options) (*emu.Card, string, error) {
	if strings.HasSuffix(name, ".img") || strings.ContainsAny(name, `/\`) {
		c, err := emu.Open(name, o)
		if err != nil {
			return nil, "", err
		}
		return c, c.Title(), nil
	}
	if p, err := profile.Find(name); err == nil {
		o.Profile = p.ID
		c, err := emu.New(o)
		return c, p.Title, err
	}
	made, p, err := personaOptions(name)
	if err != nil {
		if _, statErr := os.Stat(name); errors.Is(statErr, fs.ErrNotExist) {
			err = fmt.Errorf("%w: %s is no image (*.img), persona or profile", errUsage, name)
		}
		return nil, "", err
	}
	made.Timing, made.Trace, made.Log, made.OnMessage = o.Timing, o.Trace, o.Log, o.OnMessage
	c, err := emu.New(made)
	return c, p.Title, err
}
