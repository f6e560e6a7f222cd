package windows_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/smartcard-connect/smartcard-connect/conformance/leak"
	"github.com/smartcard-connect/smartcard-connect/conformance/target"
	"github.com/smartcard-connect/smartcard-connect/emu"
	"github.com/smartcard-connect/smartcard-connect/emu/vpcd"
	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

// scanned is what a scan of the agent found: of so many spellings of secrets, those
// that lie in memory, after sign-ins by so many channels.
type scanned struct {
	Wanted, Tokens, SignedIn int
	Found                    []string
}

// Requirement: after sign-ins neither passcode nor any token lies in the memory of
// the Windows program. Source: issue, "A memory scan of the live process".
// Turned red by: a string made of the passcode, a buffer that is kept, garbage that is
// not overwritten.
func TestNothingStays(t *testing.T) {
	for n, arch := range []string{"amd64", "386"} {
		j := cells[n]
		t.Run(arch+"-series"+j.Series, func(t *testing.T) {
			j.Kind = "scan"
			var s scanned
			visit(t, arch, j, &s, "--pcscd")
			if s.SignedIn < 3 || s.Tokens < 2*s.SignedIn || s.Wanted < 100 {
				t.Fatalf("nothing was scanned for: %+v", s)
			}
			if found := kept(s.Found); len(found) > 0 {
				t.Errorf("%d of %d lie there:\n%s", len(found), s.Wanted, strings.Join(found, "\n"))
			} else if len(s.Found) > 0 {
				t.Logf("%d of %d lie in registers that Wine keeps:\n%s", len(s.Found), s.Wanted, strings.Join(s.Found, "\n"))
			}
		})
	}
}

// unique is a passcode that occurs nowhere but on the card and in the person's head.
const unique = "8352091"

// scan signs in by several channels and looks through the agent's memory.
func scan(ctx context.Context, j job) (any, error) {
	var c cell
	defer c.close()
	stop, err := insert(ctx, j)
	if err != nil {
		return nil, err
	}
	defer stop()
	provider, wire, err := leak.Provider("127.0.0.1:9480")
	if err != nil {
		return nil, err
	}
	defer func() { _, _ = wire.Close(), provider.Close() }()
	f := file(j)
	f.Issuer, f.Passcode = provider.Issuer(), unique
	f.Features = []target.Feature{target.Card, target.TestCard, target.Provider, target.CIS2, target.Smartcard, target.Agent, target.Program, target.Person}
	if err := errors.Join(c.agent(ctx, f, ""), writeJSON("/job/target.json", f)); err != nil {
		return nil, err
	}
	var s scanned
	for _, spec := range []string{"signin.json", "signin.hub", "signin.form"} {
		found, err := conformance(ctx, spec)
		if err != nil {
			return nil, err
		}
		if found.Specs[0].Verdict != result.Pass {
			return nil, fmt.Errorf("%s: %s", spec, found.Specs[0].Reason)
		}
		s.SignedIn++
	}
	w := leak.Wanted{}
	w.Look("passcode", []byte(unique))
	s.Tokens, s.Wanted = wire.Add(w), len(w)
	return &s, s.look(w, f.Issuer)
}

// insert puts a card with the unique passcode into the box's reader.
func insert(ctx context.Context, j job) (stop func(), err error) {
	card, err := emu.New(emu.Options{Profile: "series" + j.Series, Passcode: []byte(unique), Protocol: file(j).Protocol})
	if err != nil {
		return nil, err
	}
	ctx, stop = context.WithCancel(ctx)
	card.Insert()
	go func() { _ = (&vpcd.Client{Address: "127.0.0.1:35963", Card: card}).Run(ctx) }()
	return stop, nil
}

// look waits until the agent has forgotten, and says what it has not. It must find
// the issuer, or it looks at something else.
func (s *scanned) look(w leak.Wanted, issuer string) error {
	pids := leak.Running(func(_, line string) bool {
		return strings.HasPrefix(line, `Z:\job\smartcard-connect.exe`+"\x00run\x00") || strings.HasPrefix(line, "/job/smartcard-connect.exe\x00run\x00")
	})
	if len(pids) != 1 {
		return fmt.Errorf("%d processes are the agent", len(pids))
	}
	known := leak.Wanted{}
	known.Look("issuer", []byte(issuer))
	if there, err := known.InMemory(pids[0]); err != nil || len(there) == 0 {
		return fmt.Errorf("the issuer is not found in process %d: %v", pids[0], err)
	}
	var err error
	for range 20 {
		if s.Found, err = w.InMemory(pids[0]); err != nil || len(kept(s.Found)) == 0 {
			return err
		}
		time.Sleep(500 * time.Millisecond)
	}
	return nil
}

// inRegisters is how many pieces of a token the vector registers of two threads hold, of
// each 256 bytes, which is what the runtime copies by them at once; a whole token has some
// thirty. Wine keeps them in memory while a thread is in a system call (its kernel's
// stacks, those of signals, and of 386 programs the 64-bit ones); under Windows they are
// in the kernel.
const inRegisters = 2 * 256 / leak.Piece

// kept is what lies in memory beyond that: a passcode as anything, and of a token more
// than registers hold.
func kept(found []string) []string {
	pieces := map[string]map[string]bool{} // by token
	for _, f := range found {
		name, _, _ := strings.Cut(f, " in ")
		if of, part, cut := strings.Cut(name, " part "); cut {
			if pieces[of] == nil {
				pieces[of] = map[string]bool{}
			}
			pieces[of][part] = true
		}
	}
	return slices.DeleteFunc(slices.Clone(found), func(f string) bool {
		words := strings.SplitN(f, " ", 3)
		return words[0] == "token" && len(pieces["token "+words[1]]) <= inRegisters
	})
}
