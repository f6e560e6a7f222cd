//go:build linux && (amd64 || arm64)

package gtk_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/godbus/dbus/v5"
)

// assistive is a screen reader's view of the desktop: AT-SPI 2 over D-Bus.
type assistive struct {
	*desktop
	bus *dbus.Conn
}

// listen connects to the accessibility bus of d.
func listen(t *testing.T, d *desktop) *assistive {
	t.Helper()
	address := ""
	for _, e := range d.env {
		if rest, ok := strings.CutPrefix(e, "DBUS_SESSION_BUS_ADDRESS="); ok {
			address = rest
		}
	}
	session, err := dbus.Connect(address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = session.Close() })
	var a11y string
	if err := session.Object("org.a11y.Bus", "/org/a11y/bus").Call("org.a11y.Bus.GetAddress", 0).Store(&a11y); err != nil {
		t.Fatal(err)
	}
	bus, err := dbus.Connect(a11y)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = bus.Close() })
	return &assistive{d, bus}
}

// node is one accessible object.
type node struct {
	Bus  string
	Path dbus.ObjectPath
}

// seen is what a screen reader knows of a node.
type seen struct {
	node
	role, name, description string
	showing, usable         bool
}

// States of AT-SPI (AtspiStateType), as bits.
const (
	stateSensitive = 24
	stateShowing   = 25
)

func (a *assistive) object(n node) dbus.BusObject { return a.bus.Object(n.Bus, n.Path) }

// tree is everything below the root, in order.
func (a *assistive) tree() []seen {
	var out []seen
	a.walk(node{"org.a11y.atspi.Registry", "/org/a11y/atspi/accessible/root"}, &out, 0)
	return out
}

func (a *assistive) walk(n node, out *[]seen, depth int) {
	o := a.object(n)
	s := seen{node: n}
	var states []uint32
	_ = o.Call("org.a11y.atspi.Accessible.GetRoleName", 0).Store(&s.role)
	_ = o.Call("org.a11y.atspi.Accessible.GetState", 0).Store(&states)
	s.name, s.description = a.property(o, "Name"), a.property(o, "Description")
	if len(states) > 0 {
		s.showing, s.usable = states[0]&(1<<stateShowing) != 0, states[0]&(1<<stateSensitive) != 0
	}
	*out = append(*out, s)
	var children []node
	if depth > 20 || o.Call("org.a11y.atspi.Accessible.GetChildren", 0).Store(&children) != nil {
		return
	}
	for _, c := range children {
		a.walk(c, out, depth+1)
	}
}

func (a *assistive) property(o dbus.BusObject, name string) string {
	v, err := o.GetProperty("org.a11y.atspi.Accessible." + name)
	if err != nil {
		return ""
	}
	s, _ := v.Value().(string)
	return s
}

// find waits for a node that shows, of this role, whose name begins so.
func (a *assistive) find(role, name string) seen {
	a.t.Helper()
	return until(a.desktop, fmt.Sprintf("a %s %q", role, name), func() (seen, bool) {
		for _, s := range a.tree() {
			if s.showing && s.role == role && strings.HasPrefix(s.name, name) {
				return s, true
			}
		}
		return seen{}, false
	})
}

// press does what a click would.
func (a *assistive) press(button string) {
	a.t.Helper()
	if err := a.object(a.find("push button", button).node).Call("org.a11y.atspi.Action.DoAction", 0, int32(0)).Err; err != nil {
		a.t.Fatal(err)
	}
}

// enter sets the text of the passcode's field.
func (a *assistive) enter(text string) {
	a.t.Helper()
	if err := a.object(a.find("password text", "Passcode").node).Call("org.a11y.atspi.EditableText.SetTextContents", 0, text).Err; err != nil {
		a.t.Fatal(err)
	}
}

// texts are all that shows, one a line: "role: name".
func (a *assistive) texts() string {
	var out []string
	for _, s := range a.tree() {
		if s.showing && s.name != "" {
			out = append(out, s.role+": "+s.name)
		}
	}
	return strings.Join(out, "\n")
}

// shows waits until everything is on the screen.
func (a *assistive) shows(parts ...string) {
	a.t.Helper()
	until(a.desktop, fmt.Sprintf("%q on the screen", parts), func() (string, bool) {
		text := a.texts()
		for _, p := range parts {
			if !strings.Contains(text, p) {
				return "", false
			}
		}
		return text, true
	})
}

// announcements are what the form says to a screen reader from now on.
func (a *assistive) announcements() <-chan string {
	a.t.Helper()
	if err := a.bus.AddMatchSignal(dbus.WithMatchInterface("org.a11y.atspi.Event.Object"), dbus.WithMatchMember("Announcement")); err != nil {
		a.t.Fatal(err)
	}
	registry := a.bus.Object("org.a11y.atspi.Registry", "/org/a11y/atspi/registry")
	if err := registry.Call("org.a11y.atspi.Registry.RegisterEvent", 0, "object:announcement", []string{}, "").Err; err != nil {
		a.t.Fatal(err)
	}
	signals, words := make(chan *dbus.Signal, 64), make(chan string, 64)
	a.bus.Signal(signals)
	go func() {
		for s := range signals {
			for _, v := range s.Body {
				if inner, ok := v.(dbus.Variant); ok {
					if text, ok := inner.Value().(string); ok && text != "" {
						words <- text
					}
				}
			}
		}
	}()
	return words
}

// box is where something is on the screen, in pixels.
type box struct{ X, Y, W, H int32 }

func (a *assistive) extents(role, name string) box {
	a.t.Helper()
	var b box
	if err := a.object(a.find(role, name).node).Call("org.a11y.atspi.Component.GetExtents", 0, uint32(0)).Store(&b); err != nil {
		a.t.Fatal(err)
	}
	return b
}
