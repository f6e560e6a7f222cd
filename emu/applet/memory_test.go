package applet_test

import (
	"errors"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// Requirement: the spent try is durable before the passcode is compared, so that
// cutting the power then gains nothing. Source: facts of plastic, the issue
// ("PIN counters decrement before the comparison"). Turned red by: committing
// after the comparison.
func TestTryIsCommittedBeforeComparison(t *testing.T) {
	var lasting []int
	m := &applet.Memory{}
	p := applet.NewPIN(m, right, 3)
	m.Write = func() error { lasting = append(lasting, p.Left()); return nil }
	if sw := p.Verify(right); sw != iso7816.OK {
		t.Fatal(sw)
	}
	if len(lasting) != 1 || lasting[0] != 2 {
		t.Errorf("at the comparison these counters had been written: %v", lasting)
	}
	if m.Commit() != nil || len(lasting) != 2 || lasting[1] != 3 {
		t.Errorf("after the command: %v", lasting)
	}
	if m.Commit() != nil || len(lasting) != 2 {
		t.Errorf("nothing changed and was written: %v", lasting)
	}
}

// Requirement: a card that cannot write the spent try does not compare, and a
// command whose change cannot be written is answered 6581. Source: ISO/IEC
// 7816-4 §5.6. Turned red by: ignoring the error of the write.
func TestMemoryFailure(t *testing.T) {
	broken := errors.New("broken")
	m := &applet.Memory{Write: func() error { return broken }}
	p := applet.NewPIN(m, right, 3)
	if sw := p.Verify(right); sw != iso7816.MemoryFailure || p.Verified() {
		t.Errorf("%v, verified %v", sw, p.Verified())
	}
	d := applet.Durable{Applet: changer{&listener{}, m}, Memory: m}
	if r := d.Process(iso7816.Command{}); r.SW != iso7816.MemoryFailure {
		t.Errorf("%v", r.SW)
	}
	m.Write = func() error { return nil }
	if r := d.Process(iso7816.Command{}); r.SW != iso7816.OK {
		t.Errorf("%v", r.SW)
	}
}

// changer changes memory with every command.
type changer struct {
	*listener
	m *applet.Memory
}

func (c changer) Process(x iso7816.Command) iso7816.Response {
	c.m.Change()
	return c.listener.Process(x)
}
