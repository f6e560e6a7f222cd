package doctor

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/smartcard-connect/smartcard-connect/agent/devicekey"
)

// system never says Bad: an operating system is no reason to stop anybody.
func system(_ context.Context, d Desk) []Line {
	if d.Machine == nil {
		return unseen("system")
	}
	name, warranted := d.Machine.System()
	if !warranted {
		return one("system", Look, name+" is not one that Smartcard Connect is supported on; it may work", "Supported are Windows 10 and 11, 64 bit, and Debian 12.")
	}
	return good("system", name)
}

func preferences(_ context.Context, d Desk) []Line {
	if len(d.Problems) == 0 {
		return good("settings", "every value that is set can be used")
	}
	var all []Line
	for _, p := range d.Problems {
		all = append(all, one("settings", Look, p, "See: smartcard-connect settings")...)
	}
	return all
}

// middleware is never a fault: Smartcard Connect shares the card.
func middleware(_ context.Context, d Desk) []Line {
	if d.Machine == nil {
		return unseen("middleware")
	}
	found := d.Machine.Middleware()
	if len(found) == 0 {
		return good("middleware", "no other smartcard program was found; none is needed")
	}
	return good("middleware", "also here: "+strings.Join(found, ", ")+"; the card is shared with it")
}

func legacy(_ context.Context, d Desk) []Line {
	if d.Machine == nil {
		return unseen("identity-agent")
	}
	if at := d.Machine.IdentityAgent(); at != "" {
		return one("identity-agent", Look, "the NHS Identity Agent is here: "+at, "It is retired on 28 February 2027. Keep it only while an application needs it, and do not let both show a passcode form for one sign-in.")
	}
	return good("identity-agent", "the legacy NHS Identity Agent is not here")
}

// tpm opens the device key: its thumbprint is what an administrator enrols.
func tpm(_ context.Context, d Desk) []Line {
	if d.Device == nil {
		return unseen("tpm")
	}
	thumbprint, err := d.Device()
	const enough = "Sign-ins work without, unless the identity service requires a registered computer."
	switch {
	case err == nil:
		return good("tpm", "the device key of this computer is "+thumbprint)
	case errors.Is(err, devicekey.ErrDenied):
		return one("tpm", Look, "there is a TPM, which this user may not use", enough+" On Linux, add the user to the group tss.")
	case errors.Is(err, devicekey.ErrNone):
		return one("tpm", Look, "there is no TPM 2.0 that can be reached", enough+" It may be switched off in the firmware.")
	}
	return one("tpm", Look, fmt.Sprintf("the TPM makes no key: %v", err), enough)
}

// logs tries to write where logs go.
func logs(_ context.Context, d Desk) []Line {
	var all []Line
	for _, dir := range d.Logs {
		if err := writable(dir); err != nil {
			all = append(all, one("log", Look, fmt.Sprintf("no log can be written in %s: %v", dir, err), "Make the folder writable for this user, and the disk not full.")...)
			continue
		}
		all = append(all, good("log", dir+" can be written")...)
	}
	return all
}

func writable(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, ".doctor-*")
	if err != nil {
		return err
	}
	_, err = f.Write([]byte("x"))
	return errors.Join(err, f.Close(), os.Remove(f.Name()))
}
