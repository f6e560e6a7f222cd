package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/reader"
	"github.com/smartcard-connect/smartcard-connect/hil/interlock"
	"github.com/smartcard-connect/smartcard-connect/hil/record"
	"github.com/smartcard-connect/smartcard-connect/hil/rig"
	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

// recordCommand records a card:
//
//	hil record --reader "Virtual PCD 00 00" --builtin piv -o card.apdu
type recordCommand struct {
	Reader      string   `placeholder:"NAME" help:"The reader, as PC/SC names it; without it the readers are listed."`
	Script      string   `type:"existingfile" placeholder:"FILE" help:"What to say: a command a line in hexadecimal, # comments, reset, raw, {pin}, {puk}, {newpin}."`
	Builtin     string   `placeholder:"NAME" help:"Or a script of ours, as listed by --scripts. They ask nothing that costs a try or writes."`
	Output      string   `short:"o" type:"path" placeholder:"FILE" help:"Where the recording goes. A file that is there is not overwritten."`
	LengthsOnly bool     `help:"Of answers keep lengths and status words only: for a card that belongs to a person."`
	SpendTries  bool     `help:"Send commands that can spend a try, to listed test cards only. A refused passcode is never sent again."`
	TestCard    []string `placeholder:"SERIAL" help:"A test card: its GUID, or its serial number in hexadecimal. May be repeated. Cards not listed are never written to."`
	TestCards   string   `type:"existingfile" placeholder:"FILE" help:"A file of them, one a line, # comments."`
	Rig         string   `type:"existingfile" placeholder:"FILE" help:"A bench file: its test cards, each within its budget."`
	State       string   `type:"path" placeholder:"DIR" help:"Where this machine keeps what cards have lost. Default: hil in the user's state folder."`
	Passcode    string   `name:"passcode-file" placeholder:"FILE" help:"Where {pin} is; - is standard input."`
	PUK         string   `name:"puk-file" placeholder:"FILE" help:"Where {puk} is."`
	NewPasscode string   `name:"new-passcode-file" placeholder:"FILE" help:"Where {newpin} is."`
	Scripts     bool     `help:"List the scripts of ours."`
	JSON        bool     `help:"With --scripts: print an array of objects."`
}

// Run records, or lists what can be chosen from.
func (c recordCommand) Run(w world) error {
	if c.Scripts {
		return c.list(w)
	}
	if c.Reader == "" {
		return c.readers(w)
	}
	script, err := c.script()
	if err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	if c.Output == "" {
		return fmt.Errorf("%w: say where the recording goes: -o FILE", errUsage)
	}
	if _, err := os.Lstat(c.Output); err == nil {
		return fmt.Errorf("%w: %s is there already, and recordings are not overwritten", errUsage, c.Output)
	}
	r := record.Recorder{Reader: c.Reader, Now: w.now, SpendTries: c.SpendTries, LengthsOnly: c.LengthsOnly}
	if r.TestCards, err = c.testCards(); err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	r.Permit = c.permit(w, r.TestCards)
	if c.Rig != "" {
		bench, err := rig.Load(c.Rig)
		if err != nil {
			return err
		}
		r.TestCards = append(r.TestCards, testCards(bench)...)
	}
	if r.Secrets, err = c.secrets(w); err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	defer wipe(r.Secrets)
	return c.record(w, r, script)
}

// record talks to the card. A recording that was stopped is kept.
func (c recordCommand) record(w world, r record.Recorder, script record.Script) error {
	card, err := w.cards.Connect(w.ctx, c.Reader)
	if errors.Is(err, reader.ErrNoReader) {
		return errors.Join(err, c.readers(w))
	}
	if err != nil {
		return err
	}
	defer func() { _ = card.Close() }()
	r.Card = card
	out, err := r.Record(w.ctx, script)
	if errors.Is(err, record.ErrScript) || errors.Is(err, record.ErrInterlock) {
		return fmt.Errorf("%w: %w%s", errUsage, err, hint(err))
	}
	if len(out.Exchanges) == 0 && err != nil {
		return err
	}
	if failed := result.WriteFile(c.Output, out.Write); failed != nil {
		return errors.Join(err, failed)
	}
	if err != nil {
		return fmt.Errorf("%w; %s has what was said until then", err, c.Output)
	}
	_, err = fmt.Fprintf(w.stdout, "Recorded %q in %s. Compare it with 'hil compare'.\n", script.Name, c.Output)
	return err
}

// hint is what to do about the interlock.
func hint(err error) string {
	if !errors.Is(err, record.ErrInterlock) {
		return ""
	}
	if errors.Is(err, interlock.ErrRefused) { // it says so itself
		return ""
	}
	return "\nOnly for a card that is yours to spoil: name it with --test-card, or in a bench file with --rig, and add --spend-tries where tries are meant to be spent."
}

func (c recordCommand) script() (record.Script, error) {
	switch {
	case (c.Script == "") == (c.Builtin == ""):
		return record.Script{}, errors.New("say what to send: --script FILE, or --builtin NAME as listed by 'hil record --scripts'")
	case c.Builtin != "":
		return record.Builtin(c.Builtin)
	}
	f, err := os.Open(c.Script)
	if err != nil {
		return record.Script{}, err
	}
	defer func() { _ = f.Close() }()
	return record.Parse(filepath.Base(c.Script), f)
}

// permit keeps account of what test cards lose. Cards that were named one by one
// have no budget: whoever named them knows.
func (c recordCommand) permit(w world, named []string) func(string, int, int) (func(string) error, error) {
	return func(serial string, writes, tries int) (func(string) error, error) {
		bench := onBench{Rig: c.Rig, State: c.State}
		var r rig.Rig
		if c.Rig != "" {
			var err error
			if r, err = rig.Load(c.Rig); err != nil {
				return nil, err
			}
		}
		if _, known := r.CardBySerial(serial); !known {
			r.Cards = append(r.Cards, unlimited(serial, named)...)
		}
		guard, err := bench.guard(w, r)
		if err != nil {
			return nil, err
		}
		p, err := guard.Allow(serial, rig.Budget{Writes: writes, Tries: tries}, "hil record")
		return p.Done, err
	}
}

// unlimited is a card of no bench, if it was named.
func unlimited(serial string, named []string) []rig.Card {
	for _, n := range named {
		if rig.Serial(n) == serial {
			return []rig.Card{{ID: serial, Serial: serial, Test: true, Budget: rig.Budget{Writes: math.MaxInt, Tries: math.MaxInt, Locks: math.MaxInt}}}
		}
	}
	return nil
}

// testCards are the serials of a bench's.
func testCards(r rig.Rig) []string {
	var list []string
	for _, c := range r.Cards {
		if c.Test {
			list = append(list, c.Serial)
		}
	}
	return list
}

// testCards are those named and those in the file.
func (c recordCommand) testCards() ([]string, error) {
	list := c.TestCard
	if c.TestCards == "" {
		return list, nil
	}
	raw, err := os.ReadFile(c.TestCards)
	if err != nil {
		return nil, err
	}
	for line := range strings.Lines(string(raw)) {
		line, _, _ = strings.Cut(line, "#")
		if line = strings.TrimSpace(line); line != "" {
			list = append(list, line)
		}
	}
	return list, nil
}

// secrets reads the passcodes that were named.
func (c recordCommand) secrets(w world) (s record.Secrets, err error) {
	for _, x := range []struct {
		path string
		into *[]byte
	}{{c.Passcode, &s.Passcode}, {c.PUK, &s.PUK}, {c.NewPasscode, &s.NewPasscode}} {
		if x.path == "" {
			continue
		}
		if *x.into, err = firstLine(w.stdin, x.path); err != nil {
			wipe(s)
			return s, err
		}
	}
	return s, nil
}

// firstLine is the first line of a file, or of standard input for -, and nothing
// after it.
func firstLine(stdin io.Reader, path string) ([]byte, error) {
	in := stdin
	if path != "-" {
		f, err := os.Open(path)
		if err != nil {
			return nil, err
		}
		defer func() { _ = f.Close() }()
		in = f
	}
	line := make([]byte, 0, 128) // never grows: no copy is left behind
	one := make([]byte, 1)
	for len(line) < cap(line) {
		n, err := in.Read(one)
		if n == 1 && one[0] == '\n' || err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		if n == 1 && one[0] != '\r' {
			line = append(line, one[0])
		}
	}
	if len(line) == 0 {
		return nil, fmt.Errorf("%s: its first line is empty", path)
	}
	return line, nil
}

func wipe(s record.Secrets) {
	clear(s.Passcode)
	clear(s.PUK)
	clear(s.NewPasscode)
}

// readers lists the readers and says what to type. It is wrong use: nothing was
// recorded.
func (c recordCommand) readers(w world) error {
	ctx, cancel := context.WithTimeout(w.ctx, 10*time.Second)
	defer cancel()
	list, err := w.cards.Readers(ctx)
	if err != nil {
		return err
	}
	if len(list) == 0 {
		return fmt.Errorf("%w: name a reader; this machine has none", errUsage)
	}
	var text strings.Builder
	for _, r := range list {
		what := "empty"
		if r.Present {
			what = fmt.Sprintf("card %X", r.ATR)
		}
		fmt.Fprintf(&text, "\n  %s (%s)", r.Name, what)
	}
	return fmt.Errorf("%w: name one of the readers:%s\nsuch as: hil record --reader %q --builtin piv -o card.apdu", errUsage, text.String(), list[0].Name)
}

// list prints our scripts.
func (c recordCommand) list(w world) error {
	names, err := record.Builtins()
	if err != nil {
		return err
	}
	type entry struct {
		ID    string `json:"id"`
		Title string `json:"title"`
	}
	var list []entry
	for _, name := range names {
		s, err := record.Builtin(name)
		if err != nil {
			return err
		}
		list = append(list, entry{name, s.Title})
	}
	if c.JSON {
		return printJSON(w.stdout, list)
	}
	t := tabwriter.NewWriter(w.stdout, 0, 0, 2, ' ', 0)
	for _, x := range list {
		_, _ = fmt.Fprintf(t, "%s\t%s\n", x.ID, x.Title)
	}
	return t.Flush()
}
