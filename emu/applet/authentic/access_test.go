package authentic

import (
	"bytes"
	"reflect"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/agent/testpki"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// plain is an application with credentials 1 to 7, the value of each its digit
// five times, all of whose rules are given, and file 0001 that rule guards.
func plain(access []byte, guard rule) *Applet {
	credentials := map[byte]Credential{}
	for ref := byte(1); ref <= 7; ref++ {
		credentials[ref] = Credential{Value: value(ref), Tries: 3, Min: 5, Max: 6, Access: access}
	}
	f := applet.Transparent(1, 4, nil)
	f.Access = rules(guard, guard, guard, guard)
	top := applet.Directory(masterFile, aid, f)
	top.Access = rules(guard, guard, guard)
	return New(Config{DefaultSelected: true, Credentials: credentials, Keys: map[byte]*Key{}, Master: top, Memory: &applet.Memory{}})
}

func value(ref byte) []byte { return bytes.Repeat([]byte{'0' + ref}, 5) }

func (a *Applet) say(ins, p1, p2 byte, data ...[]byte) iso7816.SW {
	return a.Process(iso7816.Command{INS: ins, P1: p1, P2: p2, Data: bytes.Join(data, nil), Le: 256 * (1 - min(len(data), 1))}).SW
}

func (a *Applet) show(ref byte) iso7816.SW { return a.say(0x20, 0, ref, applet.Pad(value(ref), 6)) }

// Requirement: a rule opens to everyone, to no one, or to any one of its
// credentials, and never to secure messaging, which there is none of. Source:
// facts about OpenSC's driver; one of several credentials is assumed. Turned red
// by: the reading of a byte in the row's name.
func TestRules(t *testing.T) {
	rows := []struct {
		name  string
		guard rule
		shown byte
		want  iso7816.SW
	}{
		{"always", rule{0, 0}, 0, 0x9000},
		{"never", rule{0xFF, 0xFF}, 1, 0x6982},
		{"never, with a bitmap", rule{0xFF, 0x01}, 1, 0x6982},
		{"a byte and no bitmap", rule{0x01, 0x00}, 1, 0x6982},
		{"nobody shown", rule{0, 0x01}, 0, 0x6982},
		{"the one", rule{0, 0x01}, 1, 0x9000},
		{"another one", rule{0, 0x01}, 2, 0x6982},
		{"credential 7", rule{0, 0x40}, 7, 0x9000},
		{"first of two", rule{0, 0x05}, 1, 0x9000},
		{"second of two", rule{0, 0x05}, 3, 0x9000},
		{"neither of two", rule{0, 0x05}, 2, 0x6982},
		{"secure messaging, plain", rule{0x20, 0x01}, 1, 0x6982},
		{"secure messaging, MAC", rule{0x40, 0x01}, 1, 0x6982},
		{"secure messaging, both", rule{0x60, 0x00}, 1, 0x6982},
	}
	for _, r := range rows {
		a := plain(rules(always, always, always, always, always), r.guard)
		if r.shown != 0 {
			if sw := a.show(r.shown); sw != iso7816.OK {
				t.Fatalf("%s: %v", r.name, sw)
			}
		}
		if sw := a.say(0xA4, 2, 0x0C, []byte{0, 1}); sw != iso7816.OK {
			t.Fatal(sw)
		}
		create := parameterBytes(2)
		for what, sw := range map[string]iso7816.SW{
			"read": a.say(0xB0, 0, 0), "update": a.say(0xD6, 0, 0, []byte{1}), "resize": a.say(0xDB, 0, 1, []byte{0x62, 4, 0x80, 2, 0, 8}),
			"create": a.say(0xE0, 0, 0, create), "key": a.say(0xDB, 0x3F, 0xFF, []byte{0xA1, 0x14, 0x80, 1, 0x0C, 0x83, 1, 1, 0x86, 0x0C}, make([]byte, 12)),
			"delete": a.say(0xE4, 2, 0, []byte{0, 1}),
		} {
			if sw != r.want {
				t.Errorf("%s: %s answered %v, want %04X", r.name, what, sw, uint16(r.want))
			}
		}
	}
}

func parameterBytes(id byte) []byte {
	return []byte{0x62, 0x15, 0x80, 2, 0, 4, 0x82, 1, 1, 0x83, 2, 0, id, 0x86, 8, 0, 0, 0, 0, 0, 0, 0, 0}
}

// Requirement: verifying, changing and resetting follow the policy's rules and
// nothing else. Source: the policy OpenSC reads before each. Turned red by: a
// PUK whose number the code knows.
func TestPolicies(t *testing.T) {
	old, fresh := applet.Pad(value(1), 6), []byte("fresh!")
	rows := []struct {
		name          string
		verify        rule
		reset, change rule
		shown         byte // verified before, 0 for none
		ins, p1       byte
		data          []byte
		want          iso7816.SW
	}{
		{name: "verify, always", verify: always, ins: 0x20, data: old, want: 0x9000},
		{name: "verify, never", verify: never, ins: 0x20, data: old, want: 0x6982},
		{name: "verify, after another", verify: after(5), ins: 0x20, data: old, want: 0x6982},
		{name: "reset, always", reset: always, ins: 0x2C, p1: 2, data: fresh, want: 0x9000},
		{name: "reset, never", reset: never, shown: 2, ins: 0x2C, p1: 2, data: fresh, want: 0x6982},
		{name: "reset, after 5", reset: after(5), shown: 5, ins: 0x2C, p1: 2, data: fresh, want: 0x9000},
		{name: "reset, after 5, by 2", reset: after(5), shown: 2, ins: 0x2C, p1: 2, data: fresh, want: 0x6982},
		{name: "reset, counter only", reset: after(5), shown: 5, ins: 0x2C, p1: 3, want: 0x9000},
		{name: "reset, secure messaging", reset: rule{0x40, 1}, shown: 1, ins: 0x2C, p1: 3, want: 0x6982},
		{name: "change, after itself", change: after(1), ins: 0x24, data: append(bytes.Clone(old), fresh...), want: 0x9000},
		{name: "change, after another", change: after(3), ins: 0x24, data: append(bytes.Clone(old), fresh...), want: 0x6982},
		{name: "change, after another shown", change: after(3), shown: 3, ins: 0x24, data: append(bytes.Clone(old), fresh...), want: 0x9000},
		{name: "change, never", change: never, shown: 1, ins: 0x24, data: append(bytes.Clone(old), fresh...), want: 0x6982},
		{name: "set, after itself", change: after(1), ins: 0x24, p1: 1, data: fresh, want: 0x6982},
		{name: "set, shown", change: after(1), shown: 1, ins: 0x24, p1: 1, data: fresh, want: 0x9000},
		{name: "set, never", change: never, shown: 1, ins: 0x24, p1: 1, data: fresh, want: 0x6982},
	}
	for _, r := range rows {
		a := plain(rules(r.verify, r.reset, r.change, always, always), always)
		if r.shown != 0 {
			if sw := a.show(r.shown); sw != iso7816.OK {
				t.Fatalf("%s: %v", r.name, sw)
			}
		}
		if sw := a.say(r.ins, r.p1, 1, r.data); sw != r.want {
			t.Errorf("%s: %v, want %04X", r.name, sw, uint16(r.want))
		}
	}
}

// Requirement: a card reads back as it was left: files, rules, credentials,
// keys, empty key objects. Turned red by: leaving one of them out of Save.
func TestState(t *testing.T) {
	a := plain(rules(always, after(2), after(1), always, never), always)
	a.show(1)
	a.say(0xE0, 0, 0, parameterBytes(9))
	a.say(0xD6, 0, 0, []byte("abcd"))
	a.say(0x24, 0, 1, applet.Pad(value(1), 6), []byte("fresh!"))
	a.say(0x20, 0, 3, []byte("wrong!"))
	a.config.Keys[5] = &Key{Bits: 2048, Access: make([]byte, 12), Private: testpki.Published("card-00")}
	a.config.Keys[6] = &Key{Bits: 1024, Access: bytes.Repeat([]byte{0xFF}, 12)}
	b := plain(rules(never, never, never, never, never), never)
	if err := b.Load(a.Save()); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(a.Save(), b.Save()) {
		t.Error("the states differ")
	}
	if b.pins[1].Verified() || b.say(0x20, 0, 1, []byte("fresh!")) != iso7816.OK || b.pins[3].Left() != 2 {
		t.Error("passcode 1 or the counter of 3 is another")
	}
	if b.say(0xA4, 2, 0x0C, []byte{0, 9}) != iso7816.OK || b.say(0xE0, 0, 0, parameterBytes(9)) != applet.FileExists {
		t.Error("the file is not there")
	}
	if x, _ := b.policy(1); !bytes.Contains(x, a.config.Credentials[1].Access) {
		t.Errorf("policy % X", x)
	}
}

// Requirement: a state that is not this card's is refused. Turned red by: leaving
// out the check of the row.
func TestStateRefused(t *testing.T) {
	rows := map[string]func(applet.State){
		"no passcode":        func(s applet.State) { delete(s, "pin/01"); delete(s, "policy/01") },
		"no policy":          func(s applet.State) { delete(s, "policy/02") },
		"policy cut":         func(s applet.State) { s["policy/02"] = s["policy/02"][:5] },
		"other length":       func(s applet.State) { s["pin/02"] = append(s["pin/02"], 0) },
		"tries":              func(s applet.State) { s["pin/02"][1] = 9 },
		"key without object": func(s applet.State) { delete(s, "object/05") },
		"key of other size":  func(s applet.State) { s["object/05"][0] = 4 },
		"object cut":         func(s applet.State) { s["object/05"] = s["object/05"][:4] },
		"no key":             func(s applet.State) { s["key/05"] = []byte{1} },
		"no files":           func(s applet.State) { delete(s, "file/3F00") },
		"no access rules":    func(s applet.State) { applet.SaveTree(s, applet.Directory(masterFile, aid)) },
	}
	for name, spoil := range rows {
		a := plain(rules(always, always, always, always, always), always)
		a.config.Keys[5] = &Key{Bits: 2048, Access: make([]byte, 12), Private: testpki.Published("card-00")}
		s := a.Save()
		spoil(s)
		if err := a.Load(s); err == nil {
			t.Errorf("%s: loaded", name)
		}
	}
}
