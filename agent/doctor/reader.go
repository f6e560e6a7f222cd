package doctor

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"

	"github.com/smartcard-connect/smartcard-connect/agent/reader"
)

// service is PC/SC itself.
func service(ctx context.Context, d Desk) []Line {
	_, err := d.Readers.Readers(ctx)
	switch {
	case err == nil:
		return good("service", "the smartcard service runs")
	case errors.Is(err, reader.ErrNoService):
		return one("service", Bad, "the smartcard service does not run", start())
	}
	return one("service", Bad, fmt.Sprintf("the smartcard service answers: %v", err), start())
}

func start() string {
	if runtime.GOOS == "windows" {
		return "Start the service Smart Card (SCardSvr); in a remote session, check that smartcards are redirected."
	}
	return "Start it: systemctl start pcscd.socket"
}

func drivers(_ context.Context, d Desk) []Line {
	if d.Machine == nil {
		return unseen("driver")
	}
	found := d.Machine.Drivers()
	if len(found) == 0 {
		return one("driver", Look, "no driver for smartcard readers was found", "Install one: Windows brings it by Windows Update, Debian by the package libccid.")
	}
	return good("driver", strings.Join(found, ", "))
}

func readers(ctx context.Context, d Desk) []Line {
	states, err := d.Readers.Readers(ctx)
	if err != nil {
		return nil // service says it
	}
	if len(states) == 0 {
		return one("reader", Bad, "there is no smartcard reader", "Plug one in, into another socket if it stays so. In a remote session, attach the reader before you connect.")
	}
	var all []Line
	for _, s := range states {
		all = append(all, oneReader(s, d.Settings.ReaderFilter)...)
	}
	return all
}

func oneReader(s reader.State, filter string) []Line {
	id, where := "reader."+s.Name, ""
	if remote(s.Name) {
		where = ", redirected from another computer"
	}
	if filter != "" && !strings.Contains(s.Name, filter) {
		return one(id, Look, "this reader is left out: its name does not contain "+filter, "Change the setting ReaderFilter if this is the reader to use.")
	}
	if s.Present {
		return good(id, "there is a card in it"+where)
	}
	return good(id, "it is empty"+where)
}

// remote says whether a reader's name is one that remote desktops give to
// readers of the computer in front of the person: RDP adds the session's
// number, Citrix its own name.
func remote(name string) bool {
	upper := strings.ToUpper(name)
	return strings.Contains(upper, "CITRIX") || strings.Contains(upper, "REMOTE") || strings.Contains(upper, "REDIRECTED") || strings.Contains(upper, "TERMINAL SERVER")
}
