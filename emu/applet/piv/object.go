package piv

import (
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
)

// Tags of the data objects (SP 800-73-4 part 1 table 3).
const (
	TagCardCertificate = 0x5FC101 // of key 9E
	TagCHUID           = 0x5FC102
	TagFingerprints    = 0x5FC103
	TagCertificate     = 0x5FC105 // of key 9A
	TagSecurity        = 0x5FC106
	TagCCC             = 0x5FC107
	TagFace            = 0x5FC108
	TagPrinted         = 0x5FC109
	TagSignature       = 0x5FC10A // certificate of key 9C
	TagManagement      = 0x5FC10B // certificate of key 9D
	TagKeyHistory      = 0x5FC10C
	TagRetired         = 0x5FC10D // certificate of key 82; those of 83 to 95 follow
	TagIris            = 0x5FC121
	TagSigner          = 0x5FC122
	TagPairingCode     = 0x5FC123
	TagDiscovery       = 0x7E
	TagBiometrics      = 0x7F61
)

// container is what the standard says of a data object.
type container struct {
	limit   int  // most bytes of content
	guarded bool // wants the passcode first
}

// containerOf is the object with this tag (SP 800-73-4 part 1 table 3 and
// appendix A). ok is false where the standard has none.
func containerOf(tag uint32) (c container, ok bool) {
	if tag >= TagRetired && tag <= TagRetired+lastRetired-firstRetired {
		return container{limit: 1905}, true
	}
	c, ok = containers[tag]
	return c, ok
}

var containers = map[uint32]container{
	TagCardCertificate: {limit: 1905},
	TagCHUID:           {limit: 3377},
	TagFingerprints:    {limit: 4006, guarded: true},
	TagCertificate:     {limit: 1905},
	TagSecurity:        {limit: 1336},
	TagCCC:             {limit: 287},
	TagFace:            {limit: 12710, guarded: true},
	TagPrinted:         {limit: 245, guarded: true},
	TagSignature:       {limit: 1905},
	TagManagement:      {limit: 1905},
	TagKeyHistory:      {limit: 128},
	TagIris:            {limit: 7106, guarded: true},
	TagSigner:          {limit: 2471},
	TagPairingCode:     {limit: 12, guarded: true},
	TagDiscovery:       {limit: 20},
	TagBiometrics:      {limit: 65},
}

// Empty is how a card answers for an object that it could hold and does not.
type Empty int

// The answers seen.
const (
	EmptyNotFound Empty = iota // 6A82
	EmptyNothing               // 9000 without data
	EmptyObject                // 53 00
)

// getData is GET DATA (SP 800-73-4 part 2 §3.1.2). Guarded objects answer 6982
// whether or not they exist: OpenSC learns from it if the passcode was verified.
func (a *Applet) getData(c iso7816.Command) iso7816.Response {
	if c.P1 != 0x3F || c.P2 != 0xFF {
		return applet.Status(iso7816.WrongP1P2)
	}
	tag, rest, ok := tagList(c.Data)
	if !ok || len(rest) != 0 {
		return applet.Status(iso7816.WrongData)
	}
	about, known := containerOf(tag)
	if about.guarded && !a.pin.Verified() {
		return applet.Status(iso7816.SecurityStatus)
	}
	object, ok := a.config.Objects[tag]
	switch {
	case ok:
		return applet.Data(object)
	case known && a.config.Empty == EmptyNothing:
		return applet.Status(iso7816.OK)
	case known && a.config.Empty == EmptyObject:
		return applet.Data([]byte{0x53, 0})
	}
	return applet.Status(iso7816.FileNotFound)
}

// putData is PUT DATA (SP 800-73-4 part 2 §3.3.1): a tag list and the object in
// a 53, or an object with a tag of its own. Without content it is deleted.
func (a *Applet) putData(c iso7816.Command) iso7816.Response {
	switch {
	case c.P1 != 0x3F || c.P2 != 0xFF:
		return applet.Status(iso7816.WrongP1P2)
	case !a.admin:
		return applet.Status(iso7816.SecurityStatus)
	}
	tag, object, content, ok := placed(c.Data)
	if !ok {
		return applet.Status(iso7816.WrongData)
	}
	about, known := containerOf(tag)
	switch {
	case !known:
		return applet.Status(iso7816.FunctionMissing)
	case len(content) > about.limit:
		return applet.Status(iso7816.NoMemory)
	case len(content) == 0:
		delete(a.config.Objects, tag)
	default:
		a.config.Objects[tag] = object
	}
	a.config.Memory.Change()
	return applet.Status(iso7816.OK)
}

// placed takes a PUT DATA apart: the tag, the object as GET DATA answers it,
// and what is in it.
func placed(data []byte) (tag uint32, object, content []byte, ok bool) {
	object = data
	want := uint32(0x53)
	if t, _, err := iso7816.ReadTLV(data); err == nil && (t.Tag == TagDiscovery || t.Tag == TagBiometrics) {
		tag, want = t.Tag, t.Tag
	} else if tag, object, ok = tagList(data); !ok || tag == TagDiscovery || tag == TagBiometrics {
		return 0, nil, nil, false
	}
	t, rest, err := iso7816.ReadTLV(object)
	if err != nil || t.Tag != want || len(rest) != 0 {
		return 0, nil, nil, false
	}
	return tag, append([]byte(nil), object...), t.Value, true
}

// tagList reads the 5C in front that names one object.
func tagList(data []byte) (tag uint32, rest []byte, ok bool) {
	t, rest, err := iso7816.ReadTLV(data)
	if err != nil || t.Tag != 0x5C || len(t.Value) == 0 || len(t.Value) > 3 {
		return 0, nil, false
	}
	for _, b := range t.Value {
		tag = tag<<8 | uint32(b)
	}
	return tag, rest, true
}
