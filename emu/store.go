package emu

import (
	"bytes"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/smartcard-connect/smartcard-connect/agent/testpki"
	"github.com/smartcard-connect/smartcard-connect/emu/applet"
	"github.com/smartcard-connect/smartcard-connect/emu/image"
	"github.com/smartcard-connect/smartcard-connect/emu/profile"
)

// ErrClosed is the error of a card whose image was closed.
var ErrClosed = errors.New("emu: the card's image was closed")

// ErrLocked is wrapped when another program has the image open.
var ErrLocked = image.ErrLocked

// ErrImage is wrapped when an image is damaged.
var ErrImage = image.ErrImage

// Make personalises a card into a new image file and puts it in, as New does.
// From then on every change is in the file before the card answers. A file that
// is there is left alone; the error wraps fs.ErrExist, else ErrOptions or
// ErrLocked.
func Make(path string, o Options) (*Card, error) { return makeOn(image.Store{}, path, o) }

// Open puts in the card of an image file, as it was left. The image says which
// card it is: of Options, Profile, Protocol and Personality must agree with it or
// be empty; Identity, Passcode, PUK, AdminKey, TriesSpent, Objects and Content must be.
// Errors wrap ErrImage, ErrLocked, ErrOptions or the system's.
func Open(path string, o Options) (*Card, error) { return openOn(image.Store{}, path, o) }

func makeOn(s image.Store, path string, asked Options) (*Card, error) {
	if _, err := find(asked.Faults); err != nil {
		return nil, err
	}
	o, p, err := asked.complete()
	if err != nil {
		return nil, err
	}
	b, err := personalise(o, p, nil)
	if err != nil {
		return nil, err
	}
	x, _ := o.personality(p)
	h := o.Identity.Holder
	i := image.Image{
		Header: image.Header{
			Profile: p.ID, Personality: x.ID, Protocol: x.Protocol, Created: o.Now(),
			Holder: image.Holder{Index: h.Index, UUID: h.UUID, First: h.First, Last: h.Last},
		},
		Issued: issued(o), Born: b.applet.Save(), Now: b.applet.Save(),
	}
	handle, err := s.Create(path, i)
	if err != nil {
		return nil, err
	}
	if err := handle.Close(); err != nil {
		return nil, err
	}
	return openOn(s, path, asked.volatile())
}

func openOn(s image.Store, path string, o Options) (*Card, error) {
	handle, i, err := s.Open(path)
	if err != nil {
		return nil, err
	}
	c, err := open(handle, i, o)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, errors.Join(err, handle.Close()))
	}
	return c, nil
}

func open(handle *image.Handle, i image.Image, o Options) (*Card, error) {
	if err := o.agree(i); err != nil {
		return nil, err
	}
	o, err := o.from(i)
	if err != nil {
		return nil, err
	}
	o, p, err := o.complete()
	if err != nil {
		return nil, i.Flaw("about", "%v", err)
	}
	k := &keeper{handle: handle, card: i}
	for _, state := range []struct {
		prefix string
		cells  applet.State
	}{{"born/", i.Born}, {"now/", i.Now}} {
		if err := k.check(o, p, state.prefix, state.cells); err != nil {
			return nil, err
		}
	}
	return newCard(o, p, k)
}

// agree checks what was asked for against the image.
func (o Options) agree(i image.Image) error {
	switch {
	case o.Profile != "" && o.Profile != i.Profile,
		o.Protocol != 0 && o.Protocol != i.Protocol,
		o.Personality != "" && o.Personality != i.Personality:
		return fmt.Errorf("%w: the image is %s, %s on %v", ErrOptions, i.Profile, i.Personality, i.Protocol)
	case o.Identity != nil, len(o.Passcode)+len(o.PUK)+len(o.AdminKey)+len(o.Objects) != 0, o.TriesSpent != 0, o.Content != nil:
		return fmt.Errorf("%w: holder, passcodes, keys, tries and objects are those of the image", ErrOptions)
	}
	return nil
}

// volatile is what remains to be said about a card that is in an image.
func (o Options) volatile() Options {
	o.Identity, o.Passcode, o.PUK, o.AdminKey, o.Objects, o.Content, o.TriesSpent = nil, nil, nil, nil, nil, nil, 0
	return o
}

// The cells of image.Image.Issued.
const (
	cellPasscode   = "passcode"
	cellPUK        = "puk"
	cellAuth       = "authentication"
	cellCommitment = "content-commitment"
)

// issued is what a card is made from, for faults that make it another way.
func issued(o Options) applet.State {
	s := applet.State{cellPasscode: o.Passcode, cellPUK: o.PUK}
	for name, pair := range map[string]testpki.Pair{cellAuth: o.Identity.Authentication, cellCommitment: o.Identity.ContentCommitment} {
		s[name+"/key"] = applet.SaveKey(pair.Key)
		s[name+"/certificate"] = pair.Certificate.Raw
	}
	return s
}

// from adds what issued kept.
func (o Options) from(i image.Image) (Options, error) {
	h := i.Holder
	id := testpki.Identity{Holder: testpki.Holder{Index: h.Index, UUID: h.UUID, First: h.First, Last: h.Last}}
	if n := len(testpki.Holders()); h.Index < 0 || h.Index >= n {
		return o, i.Flaw("about", "holder %d is none of %d", h.Index, n)
	}
	for name, pair := range map[string]*testpki.Pair{cellAuth: &id.Authentication, cellCommitment: &id.ContentCommitment} {
		key, err := applet.LoadKey(i.Issued[name+"/key"])
		if err != nil {
			return o, i.Flaw("issued/"+name+"/key", "%v", err)
		}
		private, ok := key.(*rsa.PrivateKey)
		if !ok {
			return o, i.Flaw("issued/"+name+"/key", "not an RSA key")
		}
		certificate, err := x509.ParseCertificate(i.Issued[name+"/certificate"])
		if err != nil {
			return o, i.Flaw("issued/"+name+"/certificate", "%v", err)
		}
		*pair = testpki.Pair{Key: private, Certificate: certificate}
	}
	if len(i.Issued) != 6 {
		return o, i.Flaw("about", "issued from %d cells, not 6", len(i.Issued))
	}
	o.Profile, o.Protocol, o.Personality, o.Identity = i.Profile, i.Protocol, i.Personality, &id
	o.Passcode, o.PUK = i.Issued[cellPasscode], i.Issued[cellPUK]
	return o, nil
}

// keeper keeps one card's state in its image.
type keeper struct {
	handle *image.Handle
	card   image.Image
}

// check holds cells to what the applet itself would write.
func (k *keeper) check(o Options, p profile.Profile, prefix string, cells applet.State) error {
	b, err := personalise(o, p, nil)
	if err != nil {
		return err
	}
	if err := b.applet.Load(cells); err != nil {
		return k.card.Flaw(first(prefix, cells), "the cells of %s: %v", prefix, err)
	}
	again := b.applet.Save()
	for _, name := range slices.Sorted(maps.Keys(cells)) {
		if _, ok := again[name]; !ok {
			return k.card.Flaw(prefix+name, "a %s card has no cell %q", p.ID, name)
		}
		if !bytes.Equal(again[name], cells[name]) {
			return k.card.Flaw(prefix+name, "the cell %s is not written the way it is written here", name)
		}
	}
	return nil
}

func first(prefix string, cells applet.State) string {
	if len(cells) == 0 {
		return "about"
	}
	return prefix + slices.Sorted(maps.Keys(cells))[0]
}

// dress gives a card just personalised the state of the image. A fault that
// personalises otherwise is seen by comparing with a card without faults: then
// the card is as it would have been made with the fault, and what happens to it
// stays out of the image. With any other fault it is the card of the image.
func (k *keeper) dress(o Options, p profile.Profile, b body, anew bool) error {
	if anew {
		if err := k.save(k.card.Born); err != nil {
			return err
		}
	}
	sound, err := personalise(o, p, nil)
	if err != nil {
		return err
	}
	right, wrong := sound.applet.Save(), b.applet.Save()
	if maps.EqualFunc(right, wrong, bytes.Equal) {
		if err := b.applet.Load(k.card.Now); err != nil {
			return err
		}
		_ = b.memory.Commit() // nothing of making the card is news
		b.memory.Write = func() error {
			err := k.save(b.applet.Save())
			if err != nil {
				o.Log.Warn("the card's image was not written", "error", err)
			}
			return err
		}
		b.memory.Undo = func() { _ = b.applet.Load(k.card.Now) } // which it saved itself
		return nil
	}
	return b.applet.Load(changed(k.card.Born, right, wrong))
}

// changed is born with the differences between right and wrong.
func changed(born, right, wrong applet.State) applet.State {
	out := maps.Clone(born)
	for name := range right {
		if _, ok := wrong[name]; !ok {
			delete(out, name)
		}
	}
	for name, cell := range wrong {
		if was, ok := right[name]; !ok || !bytes.Equal(was, cell) {
			out[name] = cell
		}
	}
	return out
}

func (k *keeper) save(now applet.State) error {
	next := k.card
	next.Now = now
	if err := k.handle.Write(next); err != nil {
		return err
	}
	k.card = next
	return nil
}
