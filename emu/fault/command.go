package fault

import (
	"context"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// overlay is an applet with another way to process commands.
type overlay struct {
	applet.Applet
	process func(iso7816.Command) iso7816.Response
}

// Process runs one whole command.
func (o overlay) Process(c iso7816.Command) iso7816.Response { return o.process(c) }

// signs reports whether the last part of a command makes a card use a private
// key.
func signs(command []byte) bool {
	return len(command) > 4 && command[0]&0x10 == 0 && uses(iso7816.Command{INS: command[1], P1: command[2], P2: command[3]})
}

// uses is the use of a private key: GENERAL AUTHENTICATE but with the management
// key, INTERNAL AUTHENTICATE, PERFORM SECURITY OPERATION but for hashing.
func uses(c iso7816.Command) bool {
	return c.INS == 0x87 && c.P2 != 0x9B || c.INS == 0x88 || c.INS == 0x2A && c.P1 != 0x90
}

// good reports whether a response ends with 9000.
func good(response []byte) bool {
	n := len(response)
	return n >= 2 && response[n-2] == 0x90 && response[n-1] == 0x00
}

// reads is READ BINARY and GET DATA of an object.
func reads(c iso7816.Command) bool { return c.INS == 0xB0 || c.INS == 0xCB }

// selects is SELECT by name.
func selects(c iso7816.Command) bool { return c.INS == 0xA4 && c.P1 == 0x04 }

// presents is VERIFY with a passcode.
func presents(c iso7816.Command) bool { return c.INS == 0x20 && c.P1 == 0 && len(c.Data) > 0 }

// asks is VERIFY without data: how many tries are left.
func asks(c iso7816.Command) bool { return c.INS == 0x20 && c.P1 == 0 && len(c.Data) == 0 }

// makesSignature is uses, but for deciphering by PERFORM SECURITY OPERATION.
func makesSignature(c iso7816.Command) bool { return uses(c) && !(c.INS == 0x2A && c.P1 == 0x80) }

// writes is a command that changes what outlives power.
func writes(c iso7816.Command) bool { return writing[c.INS] }

var writing = map[byte]bool{0x24: true, 0x2C: true, 0x47: true, 0xD0: true, 0xD6: true, 0xDB: true, 0xE0: true, 0xE4: true}

// after changes what the card answered to some of its commands: on the n-th,
// or on each where n is 0.
func after(n int, on func(iso7816.Command) bool, change func(iso7816.Command, iso7816.Response) iso7816.Response) func(applet.Applet) applet.Applet {
	return func(a applet.Applet) applet.Applet {
		count := turn{n: n}
		return overlay{a, func(c iso7816.Command) iso7816.Response {
			r := a.Process(c)
			if on(c) && count.now() {
				return change(c, r)
			}
			return r
		}}
	}
}

// instead answers some commands itself; the card never hears of them.
func instead(n int, on func(iso7816.Command) bool, answer func(iso7816.Command) iso7816.Response) func(applet.Applet) applet.Applet {
	return func(a applet.Applet) applet.Applet {
		count := turn{n: n}
		return overlay{a, func(c iso7816.Command) iso7816.Response {
			if on(c) && count.now() {
				return answer(c)
			}
			return a.Process(c)
		}}
	}
}

// always is the same status word for whatever comes.
func always(sw iso7816.SW) func(iso7816.Command) iso7816.Response {
	return func(iso7816.Command) iso7816.Response { return applet.Status(sw) }
}

// at fires on the n-th exchange of bytes.
func at(n int, fire func(ctx context.Context, next Link, command []byte) ([]byte, error)) func(Link) Link {
	return func(next Link) Link {
		count := turn{n: n}
		return func(ctx context.Context, command []byte) ([]byte, error) {
			if count.now() {
				return fire(ctx, next, command)
			}
			return next(ctx, command)
		}
	}
}
