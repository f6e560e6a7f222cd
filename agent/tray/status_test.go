package tray_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf16"

	"github.com/smartcard-connect/smartcard-connect/agent/reader"
	"github.com/smartcard-connect/smartcard-connect/agent/tray"
)

// noon is now, in these tests.
func noon() time.Time { return time.Date(2026, 5, 4, 12, 0, 0, 0, time.Local) }

func well() tray.Status {
	return tray.Status{Version: "1.2.3", Port: 43485, Readers: []reader.State{{Name: "Reader 0", Present: true}}, Settings: "2 from policy",
		Warning: 90 * 24 * time.Hour, HelpdeskText: "Ring 1234.", HelpdeskLink: "https://help.example",
		Last: tray.Ending{When: noon(), Application: "Ward round", Expires: noon().AddDate(2, 0, 0)}}
}

// Requirement: Status says version, reader, card, port, last sign-in result,
// settings source, and from 90 days before it how long the certificate lasts,
// with helpdesk text and link (issue, point 3). Turned red by: a line that is
// left out, or that is right when something is wrong.
func TestLines(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*tray.Status)
		id     string
		text   string
		ok     bool
	}{
		"version":        {nil, "version", "1.2.3", true},
		"reader":         {nil, "reader", "Reader 0", true},
		"no reader":      {func(s *tray.Status) { s.Readers = nil }, "reader", "none; connect one", false},
		"no service":     {func(s *tray.Status) { s.ReaderError = reader.ErrNoService }, "reader", "the smartcard service does not run", false},
		"another error":  {func(s *tray.Status) { s.ReaderError = errors.New("odd") }, "reader", "odd", false},
		"card":           {nil, "card", "inserted", true},
		"no card":        {func(s *tray.Status) { s.Readers[0].Present = false }, "card", "not inserted", true},
		"upside down":    {func(s *tray.Status) { s.Readers[0].Mute = true }, "card", "does not answer: is it upside down?", false},
		"two cards":      {func(s *tray.Status) { s.Readers = append(s.Readers, s.Readers[0]) }, "card", "2 are inserted; leave one in", false},
		"port":           {nil, "port", "43485", true},
		"no port":        {func(s *tray.Status) { s.Port = 0 }, "port", "not listening", false},
		"signed in":      {nil, "sign-in", "4 May 12:00, Ward round: signed in", true},
		"not signed in":  {func(s *tray.Status) { s.Last.Problem, s.Last.Code = "Cancelled.", "0x41" }, "sign-in", "4 May 12:00, Ward round: Cancelled. (0x41)", false},
		"never":          {func(s *tray.Status) { s.Last = tray.Ending{} }, "sign-in", "none since this program began", true},
		"settings":       {nil, "settings", "2 from policy", true},
		"ignored":        {func(s *tray.Status) { s.SettingsProblem = "1 ignored" }, "settings", "2 from policy; 1 ignored", false},
		"certificate":    {nil, "certificate", "valid until 4 May 2028", true},
		"ends in 90":     {func(s *tray.Status) { s.Last.Expires = noon().Add(s.Warning) }, "certificate", "valid until 2 August 2026", true},
		"ends before 90": {func(s *tray.Status) { s.Last.Expires = noon().Add(s.Warning - time.Second) }, "certificate", "expires on 2 August 2026, in 89 days; have the card renewed", false},
		"ends tomorrow":  {func(s *tray.Status) { s.Last.Expires = noon().Add(30 * time.Hour) }, "certificate", "expires on 5 May 2026, in 1 day; have the card renewed", false},
		"ended":          {func(s *tray.Status) { s.Last.Expires = noon() }, "certificate", "expired on 4 May 2026; the card must be renewed", false},
		"helpdesk":       {nil, "helpdesk", "Ring 1234. https://help.example", true},
	} {
		s := well()
		if c.change != nil {
			c.change(&s)
		}
		lines := s.Lines(noon())
		i := slices.IndexFunc(lines, func(l tray.Line) bool { return l.ID == c.id })
		if i < 0 || lines[i].Text != c.text || lines[i].OK != c.ok {
			t.Errorf("%s: %+v", name, lines)
		}
	}
}

// Requirement: the warning before a card expires has the helpdesk's text and
// link, and there is none before its time (issue, point 3). Turned red by:
// warning of every card.
func TestExpiryWarning(t *testing.T) {
	s := well()
	if words := s.ExpiryWarning(noon()); words != "" {
		t.Errorf("too early: %s", words)
	}
	s.Last.Expires = noon().AddDate(0, 0, 10)
	if words := s.ExpiryWarning(noon()); words != "Your smartcard expires on 14 May 2026, in 10 days; have the card renewed. Ring 1234. https://help.example" {
		t.Errorf("%q", words)
	}
}

// Requirement: the icon's tip says what is wrong first, and fits Windows'
// NOTIFYICONDATA. Turned red by: a long reader's name that takes the room.
func TestTip(t *testing.T) {
	s := well()
	if tip := s.Tip(noon()); tip != "Smartcard Connect\nCard: inserted" {
		t.Errorf("%q", tip)
	}
	s.ReaderError = errors.New(strings.Repeat("😀", 200))
	if tip := s.Tip(noon()); !strings.Contains(tip, "Reader: 😀") || len(utf16.Encode([]rune(tip))) > 127 {
		t.Errorf("%q", tip)
	}
}

// readers is a reader.System whose snapshots come one by one.
type readers struct {
	reader.System
	states chan []reader.State
}

func (r readers) Readers(ctx context.Context) ([]reader.State, error) { return r.Wait(ctx, nil) }

func (r readers) Wait(ctx context.Context, _ []reader.State) ([]reader.State, error) {
	select {
	case s := <-r.states:
		return s, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Requirement: the board follows the readers and tells who follows it. Turned
// red by: a state that is looked at once.
func TestBoard(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		var b tray.Board
		changed := b.Follow(ctx)
		r := readers{states: make(chan []reader.State)}
		go b.Watch(ctx, r)
		for _, present := range []bool{false, true} {
			r.states <- []reader.State{{Name: "R", Present: present}}
			<-changed
			if s := b.Status(); len(s.Readers) != 1 || s.Readers[0].Present != present {
				t.Errorf("%+v", s)
			}
		}
		stop()
		synctest.Wait()
		if s := b.Status(); s.ReaderError != nil {
			t.Errorf("its own end is a problem: %v", s.ReaderError)
		}
	})
}
