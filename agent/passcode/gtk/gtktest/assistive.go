package gtktest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/godbus/dbus/v5"
)

// Assistive is a screen reader's view of the desktop: AT-SPI 2 over D-Bus.
type Assistive struct {
	*Desktop
	bus *dbus.Conn
}

// Listen connects to the accessibility bus of d.
func Listen(t testing.TB, d *Desktop) *Assistive {
	t.Helper()
	address := ""
	for _, e := range d.Env {
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
	return &Assistive{d, bus}
}

// Node is one accessible object.
type Node struct {
	Bus  string
	Path dbus.ObjectPath
}

// Seen is what a screen reader knows of a node.
type Seen struct {
	Node
	Role, Name, Description string
	Showing, Usable         bool
}

// States of AT-SPI (AtspiStateType), as bits.
const (
	stateSensitive = 24
	stateShowing   = 25
)

func (a *Assistive) object(n Node) dbus.BusObject { return a.bus.Object(n.Bus, n.Path) }

// Tree is everything below the root, in order.
func (a *Assistive) Tree() []Seen {
	var out []Seen
	a.walk(Node{"org.a11y.atspi.Registry", "/org/a11y/atspi/accessible/root"}, &out, 0)
	return out
}

func (a *Assistive) walk(n Node, out *[]Seen, depth int) {
	o := a.object(n)
	s := Seen{Node: n}
	var states []uint32
	_ = o.Call("org.a11y.atspi.Accessible.GetRoleName", 0).Store(&s.Role)
	_ = o.Call("org.a11y.atspi.Accessible.GetState", 0).Store(&states)
	s.Name, s.Description = a.property(o, "Name"), a.property(o, "Description")
	if len(states) > 0 {
		s.Showing, s.Usable = states[0]&(1<<stateShowing) != 0, states[0]&(1<<stateSensitive) != 0
	}
	*out = append(*out, s)
	var children []Node
	if depth > 20 || o.Call("org.a11y.atspi.Accessible.GetChildren", 0).Store(&children) != nil {
		return
	}
	for _, c := range children {
		a.walk(c, out, depth+1)
	}
}

func (a *Assistive) property(o dbus.BusObject, name string) string {
	v, err := o.GetProperty("org.a11y.atspi.Accessible." + name)
	if err != nil {
		return ""
	}
	s, _ := v.Value().(string)
	return s
}

// Find waits for a node that shows, of this role, whose name begins so.
func (a *Assistive) Find(role, name string) Seen {
	a.t.Helper()
	return Until(a.Desktop, fmt.Sprintf("a %s %q", role, name), func() (Seen, bool) {
		for _, s := range a.Tree() {
			if s.Showing && s.Role == role && strings.HasPrefix(s.Name, name) {
				return s, true
			}
		}
		return Seen{}, false
	})
}

// Press does what a click would.
func (a *Assistive) Press(button string) {
	a.t.Helper()
	if err := a.object(a.Find("push button", button).Node).Call("org.a11y.atspi.Action.DoAction", 0, int32(0)).Err; err != nil {
		a.t.Fatal(err)
	}
}

// Enter sets the text of the passcode's field.
func (a *Assistive) Enter(text string) {
	a.t.Helper()
	if err := a.object(a.Find("password text", "Passcode").Node).Call("org.a11y.atspi.EditableText.SetTextContents", 0, text).Err; err != nil {
		a.t.Fatal(err)
	}
}

// Texts are all that shows, one a line: "role: name".
func (a *Assistive) Texts() string {
	var out []string
	for _, s := range a.Tree() {
		if s.Showing && s.Name != "" {
			out = append(out, s.Role+": "+s.Name)
		}
	}
	return strings.Join(out, "\n")
}

// Shows waits until everything is on the screen.
func (a *Assistive) Shows(parts ...string) {
	a.t.Helper()
	var text string
	defer func() {
		if a.t.Failed() {
			a.t.Logf("on the screen was\n%s", text)
		}
	}()
	Until(a.Desktop, fmt.Sprintf("%q on the screen", parts), func() (string, bool) {
		text = a.Texts()
		for _, p := range parts {
			if !strings.Contains(text, p) {
				return "", false
			}
		}
		return text, true
	})
}

// Announcements are what the form says to a screen reader from now on.
func (a *Assistive) Announcements() <-chan string {
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

// Box is where something is on the screen, in pixels.
type Box struct{ X, Y, W, H int32 }

// Extents is where a node is.
func (a *Assistive) Extents(role, name string) Box {
	a.t.Helper()
	var b Box
	if err := a.object(a.Find(role, name).Node).Call("org.a11y.atspi.Component.GetExtents", 0, uint32(0)).Store(&b); err != nil {
		a.t.Fatal(err)
	}
	return b
}
