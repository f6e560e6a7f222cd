package card

import (
	"context"
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"fmt"
	"strings"

	"github.com/smartcard-connect/smartcard-connect/agent/card/series"
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
)

func nothingMore(context.Context, *session) error { return nil }

// atrValid walks the interface bytes, counts the historical bytes and adds up
// the check byte, which is there unless T=0 is the only protocol.
func atrValid(_ context.Context, s *session) error {
	a := s.card.ATR()
	if len(a) < 2 || len(a) > 33 || (a[0] != 0x3B && a[0] != 0x3F) {
		return fmt.Errorf("the answer to reset % X is not 2 to 33 bytes beginning 3B or 3F", a)
	}
	historical, at, check := int(a[1]&0xF), 2, false
	for y := a[1] >> 4; y != 0; {
		next := byte(0)
		for bit := range 4 {
			if y&(1<<bit) == 0 {
				continue
			}
			if at >= len(a) {
				return fmt.Errorf("the answer to reset % X ends inside its interface bytes", a)
			}
			if bit == 3 {
				next, check = a[at]>>4, check || a[at]&0xF != 0
			}
			at++
		}
		y = next
	}
	want := at + historical
	if check {
		want++
	}
	if len(a) != want {
		return fmt.Errorf("the answer to reset % X has %d bytes, its own counts say %d", a, len(a), want)
	}
	sum := byte(0)
	for _, b := range a[1:] {
		sum ^= b
	}
	if check && sum != 0 {
		return fmt.Errorf("the answer to reset % X has a wrong check byte", a)
	}
	return nil
}

func recognised(_ context.Context, s *session) error {
	d, err := series.Find(s.card.ATR())
	if err != nil {
		return fmt.Errorf("no series has this answer to reset: %w", err)
	}
	if d.Series != s.t.Series {
		return fmt.Errorf("the answer to reset says series %s, the cell says %s", d.Series, s.t.Series)
	}
	return nil
}

func protocolRight(_ context.Context, s *session) error {
	if s.t.Protocol != 0 && s.card.Protocol() != s.t.Protocol {
		return fmt.Errorf("the card was powered with %v, the cell is for %v", s.card.Protocol(), s.t.Protocol)
	}
	return nil
}

func unknownApplication(ctx context.Context, s *session) error {
	r, err := s.ch.Send(ctx, iso7816.Command{INS: 0xA4, P1: 0x04, Data: []byte("no such app"), Le: iso7816.MaxShort})
	if err != nil {
		return err
	}
	if r.SW != iso7816.FileNotFound {
		return fmt.Errorf("an unknown application is answered %04X, not 6A82", uint16(r.SW))
	}
	_, err = s.read(ctx, authentication)
	return err
}

func (s *session) both(ctx context.Context) (auth, sign *x509.Certificate, err error) {
	if auth, err = s.read(ctx, authentication); err != nil {
		return nil, nil, err
	}
	sign, err = s.read(ctx, commitment)
	return auth, sign, err
}

func certificatesParse(ctx context.Context, s *session) error {
	_, _, err := s.both(ctx)
	return err
}

func sameHolder(ctx context.Context, s *session) error {
	auth, sign, err := s.both(ctx)
	if err != nil {
		return err
	}
	var uuids [2]string
	for i, c := range []*x509.Certificate{auth, sign} {
		uuid, _, _ := strings.Cut(c.Subject.CommonName, "_")
		if len(uuid) != 12 || strings.Trim(uuid, "0123456789") != "" {
			return fmt.Errorf("the holder in %q is not a 12-digit UUID", c.Subject.CommonName)
		}
		uuids[i] = uuid
	}
	if uuids[0] != uuids[1] {
		return fmt.Errorf("the certificates name two holders, %s and %s", uuids[0], uuids[1])
	}
	if s.t.Holder != "" && uuids[0] != s.t.Holder {
		return fmt.Errorf("the holder is %s, the target file says %s", uuids[0], s.t.Holder)
	}
	return nil
}

func keyUsage(ctx context.Context, s *session) error {
	auth, sign, err := s.both(ctx)
	if err != nil {
		return err
	}
	if auth.KeyUsage&x509.KeyUsageDigitalSignature == 0 {
		return fmt.Errorf("the authentication certificate's key usage has no digitalSignature: it is %09b", auth.KeyUsage)
	}
	if sign.KeyUsage&x509.KeyUsageContentCommitment == 0 {
		return fmt.Errorf("the content-commitment certificate's key usage has no contentCommitment: it is %09b", sign.KeyUsage)
	}
	return nil
}

func current(ctx context.Context, s *session) error {
	auth, sign, err := s.both(ctx)
	if err != nil {
		return err
	}
	now := s.t.Now()
	for _, c := range []*x509.Certificate{auth, sign} {
		if now.Before(c.NotBefore) || now.After(c.NotAfter) {
			return fmt.Errorf("%s: the validity is %s to %s, now is %s", c.Subject.CommonName, c.NotBefore.Format("2006-01-02"), c.NotAfter.Format("2006-01-02"), now.Format("2006-01-02"))
		}
	}
	return nil
}

func triesFree(ctx context.Context, s *session) error {
	first, err := s.tries(ctx)
	if err != nil {
		return err
	}
	second, err := s.tries(ctx)
	if err == nil && first != second {
		err = fmt.Errorf("asked twice for the tries left, the card says %d and then %d", first, second)
	}
	return err
}

// wrongLengthFree sends blocks that no passcode fills: one byte short and one
// byte long.
func wrongLengthFree(ctx context.Context, s *session) error {
	before, err := s.tries(ctx)
	if err != nil {
		return err
	}
	for _, n := range []int{1, s.padded - 1, s.padded + 1} {
		block := []byte(strings.Repeat("1", n))
		sw, err := s.verifyBlock(ctx, block)
		if err != nil {
			return err
		}
		if sw == iso7816.OK {
			return fmt.Errorf("a passcode block of %d bytes is accepted", n)
		}
		after, err := s.tries(ctx)
		if err != nil {
			return err
		}
		if after != before {
			return fmt.Errorf("a passcode block of %d bytes left %d tries of %d", n, after, before)
		}
	}
	return nil
}

func wrongSpendsOne(ctx context.Context, s *session) error {
	before, err := s.tries(ctx)
	if err != nil {
		return err
	}
	sw, err := s.verify(ctx, s.wrong())
	if err != nil {
		return err
	}
	if left, ok := sw.Retries(); !ok || left != before-1 {
		return fmt.Errorf("a wrong passcode with %d tries left is answered %04X, not 63C%X", before, uint16(sw), before-1)
	}
	if after, err := s.tries(ctx); err != nil || after != before-1 {
		return errors.Join(err, fmt.Errorf("after one wrong passcode %d tries of %d are left", after, before))
	}
	if err := s.login(ctx); err != nil {
		return err
	}
	if err := s.again(ctx); err != nil {
		return err
	}
	if after, err := s.tries(ctx); err != nil || after != before {
		return errors.Join(err, fmt.Errorf("the right passcode restored the tries to %d, not to %d", after, before))
	}
	return nil
}

// again resets the card and selects the application, so that the counter can
// be asked for: a verified passcode answers 9000 instead.
func (s *session) again(ctx context.Context) error {
	if err := s.card.Reset(ctx); err != nil {
		return err
	}
	return s.choose(ctx)
}

func blocks(ctx context.Context, s *session) error {
	left, err := s.tries(ctx)
	if err != nil {
		return err
	}
	for range left {
		if sw, err := s.verify(ctx, s.wrong()); err != nil || sw == iso7816.OK {
			return errors.Join(err, fmt.Errorf("a wrong passcode is answered %04X", uint16(sw)))
		}
	}
	sw, err := s.verify(ctx, s.passcode)
	if err != nil {
		return err
	}
	if sw != iso7816.MethodBlocked {
		return fmt.Errorf("after %d wrong passcodes the card does not block: the right one is answered %04X, not 6983", left, uint16(sw))
	}
	return nil
}

func spentSurvivesReset(ctx context.Context, s *session) error {
	before, err := s.tries(ctx)
	if err != nil {
		return err
	}
	if _, err := s.verify(ctx, s.wrong()); err != nil {
		return err
	}
	if err := s.again(ctx); err != nil {
		return err
	}
	if after, err := s.tries(ctx); err != nil || after != before-1 {
		return errors.Join(err, fmt.Errorf("after a wrong passcode and a reset %d tries of %d are left", after, before))
	}
	return nil
}

func signNeedsPasscode(ctx context.Context, s *session) error {
	for _, k := range []key{authentication, commitment} {
		if err := s.mustRefuse(ctx, k, "before the passcode"); err != nil {
			return err
		}
	}
	return nil
}

// mustRefuse wants 6982 for a signature.
func (s *session) mustRefuse(ctx context.Context, k key, when string) error {
	digest := sha256.Sum256([]byte(when))
	out, err := s.sign(ctx, s.ch, k, append(append([]byte(nil), prefix[crypto.SHA256]...), digest[:]...))
	if err == nil {
		return fmt.Errorf("the %v key signs %s, without a passcode: %d bytes, %.4X…", k, when, len(out), out)
	}
	if !errors.Is(err, iso7816.SecurityStatus) {
		return fmt.Errorf("asked to sign %s, the %v key answers otherwise than 6982: %w", when, k, err)
	}
	return nil
}

func authenticationSHA256(ctx context.Context, s *session) error {
	return s.signs(ctx, authentication, crypto.SHA256)
}

func authenticationSHA1(ctx context.Context, s *session) error {
	return s.signs(ctx, authentication, crypto.SHA1)
}

func commitmentSHA256(ctx context.Context, s *session) error {
	return s.signs(ctx, commitment, crypto.SHA256)
}

func commitmentSHA1(ctx context.Context, s *session) error {
	return s.signs(ctx, commitment, crypto.SHA1)
}

func resetForgets(ctx context.Context, s *session) error {
	if err := s.login(ctx); err != nil {
		return err
	}
	if err := s.again(ctx); err != nil {
		return err
	}
	return s.mustRefuse(ctx, authentication, "after a reset")
}

func commitmentFresh(ctx context.Context, s *session) error {
	if err := s.signs(ctx, commitment, crypto.SHA256); err != nil {
		return err
	}
	return s.mustRefuse(ctx, commitment, "a second time")
}

// t0More sends SELECT byte for byte and fetches what is announced.
func t0More(ctx context.Context, s *session) error {
	command := append([]byte{0, 0xA4, 0x04, 0, byte(len(s.aid))}, s.aid...)
	r, err := s.transmit(ctx, command)
	if err != nil {
		return err
	}
	more, ok := r.SW.More()
	if !ok || len(r.Data) > 0 {
		return fmt.Errorf("SELECT with data on T=0 is answered %d bytes and %04X, not 61xx", len(r.Data), uint16(r.SW))
	}
	r, err = s.transmit(ctx, []byte{0, 0xC0, 0, 0, byte(more)})
	if err != nil {
		return err
	}
	if r.SW != iso7816.OK || len(r.Data) != more {
		return fmt.Errorf("61%02X announced %d bytes, GET RESPONSE brought %d and %04X", more, more, len(r.Data), uint16(r.SW))
	}
	return nil
}

// t0RightLength asks with a wrong length: a byte more than what SELECT left to
// fetch, and a single byte of what the series lets be read without data. PIV has
// nothing of the latter kind: each of its commands carries data.
func t0RightLength(ctx context.Context, s *session) error {
	r, err := s.transmit(ctx, append([]byte{0, 0xA4, 0x04, 0, byte(len(s.aid))}, s.aid...))
	if err != nil {
		return err
	}
	pending, ok := r.SW.More()
	if !ok || pending >= iso7816.MaxShort-1 {
		return fmt.Errorf("SELECT with data on T=0 is answered %04X, not 61xx of a short answer", uint16(r.SW))
	}
	if err := s.corrected(ctx, [4]byte{0, 0xC0, 0, 0}, byte(pending+1)); err != nil {
		return err
	}
	for _, read := range s.outgoing {
		if err := s.corrected(ctx, read, 1); err != nil {
			return err
		}
	}
	return nil
}

// corrected sends a header with the wrong P3 and then with the one the card
// asks for.
func (s *session) corrected(ctx context.Context, header [4]byte, wrong byte) error {
	r, err := s.transmit(ctx, append(header[:], wrong))
	if err != nil {
		return err
	}
	right, ok := r.SW.RightLe()
	if !ok {
		return fmt.Errorf("% X with the wrong length %d is answered %04X, not 6Cxx", header, wrong, uint16(r.SW))
	}
	r, err = s.transmit(ctx, append(header[:], byte(right)))
	if err != nil {
		return err
	}
	if r.SW != iso7816.OK || len(r.Data) != right {
		return fmt.Errorf("% X repeated with the length 6C%02X asked for brings %d bytes and %04X", header, byte(right), len(r.Data), uint16(r.SW))
	}
	return nil
}

func (s *session) transmit(ctx context.Context, command []byte) (iso7816.Response, error) {
	answer, err := s.card.Transmit(ctx, command)
	if err != nil {
		return iso7816.Response{}, err
	}
	return iso7816.ParseResponse(answer)
}

func getResponseEmpty(ctx context.Context, s *session) error {
	if _, err := s.tries(ctx); err != nil {
		return err
	}
	r, err := s.transmit(ctx, []byte{0, 0xC0, 0, 0, 0x10})
	if err != nil {
		return err
	}
	if r.SW == iso7816.OK || len(r.Data) > 0 {
		return fmt.Errorf("with nothing pending GET RESPONSE brings %d bytes and %04X", len(r.Data), uint16(r.SW))
	}
	return nil
}

// nonsense are commands that no card knows. PC/SC itself refuses fewer than
// four bytes, so the shortest here has four.
var nonsense = [][]byte{
	{0xFF, 0xFF, 0xFF, 0xFF, 0x00},
	{0x00, 0x00, 0x00, 0x00, 0x00},
	{0x00, 0x20, 0x55, 0xAA, 0x03, 0x01, 0x02, 0x03},
	{0x00, 0x22, 0x00, 0x00, 0x02, 0xDE, 0xAD},
	{0x00, 0xFD, 0x12, 0x34, 0x00},
}

func garbage(ctx context.Context, s *session) error {
	for _, command := range nonsense {
		r, err := s.transmit(ctx, command)
		if err != nil {
			return fmt.Errorf("% X: the answer has no status word: %w", command, err)
		}
		if r.SW == iso7816.OK || len(r.Data) > 0 {
			return fmt.Errorf("% X is answered %d bytes and status %04X, not an error", command, len(r.Data), uint16(r.SW))
		}
	}
	return s.choose(ctx)
}

func unknownInstruction(ctx context.Context, s *session) error {
	r, err := s.transmit(ctx, []byte{0, 0xF0, 0, 0, 0})
	if err != nil {
		return err
	}
	if r.SW == iso7816.OK {
		return errors.New("the unknown instruction F0 is answered 9000")
	}
	_, err = s.read(ctx, authentication)
	return err
}
