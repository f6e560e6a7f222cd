package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/smartcard-connect/smartcard-connect/emu"
	"github.com/smartcard-connect/smartcard-connect/emu/persona"
)

// makeCommand personalises a card.
type makeCommand struct {
	Persona string `required:"" placeholder:"FILE|ID" help:"A persona file (YAML or JSON), or an example by its ID, as 'cardemu personas' lists them."`
	Output  string `short:"o" required:"" type:"path" placeholder:"FILE" help:"The image to make. One that is there is left alone."`
	JSON    bool   `help:"Print the card made as an object."`
}

// Run makes the image and says what is in it.
func (c makeCommand) Run(w world) error {
	o, p, err := personaOptions(c.Persona)
	if err != nil {
		return err
	}
	card, err := emu.Make(c.Output, o)
	if errors.Is(err, emu.ErrOptions) {
		return fmt.Errorf("%w: %s: %w", errUsage, c.Persona, err)
	}
	if err != nil {
		return err
	}
	h := card.Holder()
	if c.JSON {
		err = printJSON(w.stdout, map[string]any{
			"id": strings.TrimSuffix(filepath.Base(c.Output), ".img"), "title": p.Title, "image": c.Output, "profile": p.Profile,
			"personality": card.Personality(), "holder": strings.TrimSpace(h.First + " " + h.Last), "uuid": h.UUID, "tries_left": card.TriesLeft(),
		})
	} else {
		whose := ""
		if h.UUID != "" {
			whose = fmt.Sprintf(", of %s %s, %s", h.First, h.Last, h.UUID)
		}
		_, err = fmt.Fprintf(w.stdout, "%s: %s, %s on %v%s\n", c.Output, p.Profile, card.Personality(), card.Protocol(), whose)
	}
	return errors.Join(err, card.Close())
}

// personaOptions are those of a persona by ID or in a file. Errors name the
// file and, unless it cannot be read, wrap errUsage.
func personaOptions(name string) (emu.Options, persona.Persona, error) {
	p, folder, err := findPersona(name)
	if err != nil {
		return emu.Options{}, p, err
	}
	o, err := p.Options(folder, time.Now())
	if err != nil {
		return o, p, fmt.Errorf("%w: %s: %w", errUsage, name, err)
	}
	return o, p, nil
}

func findPersona(name string) (persona.Persona, fs.FS, error) {
	raw, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) && !strings.ContainsAny(name, `./\`) {
		p, err := persona.Find(name)
		if err != nil {
			err = fmt.Errorf("%w: %w", errUsage, err)
		}
		return p, nil, err
	}
	if err != nil {
		return persona.Persona{}, nil, err
	}
	p, err := persona.Parse(raw)
	if err != nil {
		return p, nil, fmt.Errorf("%w: %s: %w", errUsage, name, err)
	}
	return p, os.DirFS(filepath.Dir(name)), nil
}
