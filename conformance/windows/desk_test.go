package windows_test

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

// Requirement: a person signs in through the passcode form of the Windows
// program, with the right passcode and after a misfit, and the page is told when
// they cancel, did not start it, have no card in or pull it out. Source: issue, point 1 and "Must show". Turned red by: a
// form that is not wired to the card, or answers that get lost on the way.
func TestSignsInByForm(t *testing.T) {
	for _, arch := range []string{"amd64", "386"} {
		t.Run(arch, func(t *testing.T) {
			j := job{Kind: "desk", Series: "8", Protocol: "T1", Holder: "555000000017", Prompter: "auto"}
			var steps []step
			visit(t, arch, j, &steps, append(screens(t, arch), "--pcscd")...)
			reportSteps(t, steps)
		})
	}
}

// oneServer wants what hil/bench takes for granted when it looks whether Wine still
// starts programs: a second wineserver says by 2 that one runs already.
func oneServer(ctx context.Context) error {
	var ended *exec.ExitError
	if err := exec.CommandContext(ctx, "wineserver", "-p").Run(); !errors.As(err, &ended) || ended.ExitCode() != 2 {
		return fmt.Errorf("a second wineserver ends with %v, not with 2", err)
	}
	return nil
}

// signedIn is a person at the desk.
func signedIn(ctx context.Context, j job) (any, error) {
	if err := exec.CommandContext(ctx, "wineserver", "-p").Run(); err != nil {
		return nil, err
	}
	if err := oneServer(ctx); err != nil {
		return nil, err
	}
	var c cell
	defer c.close()
	f, err := c.start(ctx, j)
	if err != nil {
		return nil, err
	}
	if err := writeJSON("/job/target.json", f); err != nil {
		return nil, err
	}
	o := onlooker{ctx: ctx}
	ready := func() error {
		_, err := o.sees(formTitle, "Card of: ", "Tries left: 3")
		return err
	}
	return life{
		{"the right passcode signs in", func() error {
			return o.during("signin.json", ready, func() error { return o.shot("sign-in") }, func() error { return o.enter(f.Passcode) })
		}},
		{"a misfit is refused, then the right one signs in", func() error {
			return o.during("signin.userinfo", ready, func() error { return o.enter("12") }, func() error {
				_, err := o.sees(formTitle, "no try was spent", "Tries left: 3")
				return err
			}, func() error { return o.enter(f.Passcode) })
		}},
		{"the form follows the reader, and the page is told of a cancel", func() error {
			return o.during("signin.no-card-cancelled", func() error {
				_, err := o.sees(formTitle, "Insert your smartcard.")
				return err
			}, func() error { return o.presses("Escape") })
		}},
		{"the page is told of a cancel with the card in", func() error {
			return o.during("signin.cancelled", ready, func() error { return o.presses("Escape") })
		}},
		{"the page is told that the person did not start it", func() error {
			return o.during("signin.not-started", ready, func() error {
				all, err := o.tree(formTitle)
				if err != nil {
					return err
				}
				b, err := find(all, classButton, "I did not start this")
				return errors.Join(err, o.clicks(b))
			})
		}},
		{"a card that is pulled out ends it", func() error {
			return o.during("signin.pulled-before-sign", ready, func() error { return o.enter(f.Passcode) }, func() error {
				_, err := o.sees(formTitle, "taken out too early")
				return errors.Join(err, o.shot("sign-in-card-out"), o.presses("Escape"))
			})
		}},
	}.steps(), nil
}

// enter types a passcode and confirms it.
func (o onlooker) enter(secret string) error {
	return errors.Join(o.types(secret), o.presses("Return"))
}

// during runs one spec, while the person does things one after the other, and
// wants it to pass.
func (o onlooker) during(spec string, acts ...func() error) error {
	done := make(chan error, 1)
	go func() {
		for _, act := range acts {
			if err := act(); err != nil {
				done <- err
				return
			}
		}
		done <- nil
	}()
	found, err := conformance(o.ctx, spec)
	if acted := <-done; acted != nil {
		return errors.Join(acted, err)
	}
	if err != nil {
		return err
	}
	for _, s := range found.Specs {
		if s.ID == spec && s.Verdict == result.Pass {
			return nil
		}
	}
	return fmt.Errorf("%s: %+v", spec, found.Specs)
}
