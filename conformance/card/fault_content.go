package card

import (
	"bytes"
	"context"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"fmt"
	"strings"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/agent/testpki"
)

// oneApplication asks for the other series' by name.
func oneApplication(ctx context.Context, s *session) error {
	for application, d := range dialects {
		if bytes.Equal(d.aid, s.aid) {
			continue
		}
		r, err := s.ch.Send(ctx, iso7816.Command{INS: insSelect, P1: 0x04, Data: d.aid, Le: iso7816.MaxShort})
		if err != nil {
			return err
		}
		if r.SW == iso7816.OK {
			return fmt.Errorf("the application %s is also on the card: SELECT %X is answered %v", application, d.aid, r.SW)
		}
	}
	return nil
}

// pivObject is a data object by its tag.
func (s *session) pivObject(ctx context.Context, tag ...byte) ([]byte, error) {
	return s.ch.Check(ctx, iso7816.Command{INS: insGetData, P1: 0x3F, P2: 0xFF, Data: iso7816.Wrap(0x5C, tag), Le: iso7816.MaxShort})
}

func defaultApplication(ctx context.Context, s *session) error {
	if _, err := s.pivObject(ctx, 0x5F, 0xC1, 0x02); err != nil {
		return fmt.Errorf("PIV does not answer without being selected: %w", err)
	}
	return nil
}

func propertyTemplate(ctx context.Context, s *session) error {
	r, err := s.ch.Send(ctx, iso7816.Command{INS: insSelect, P1: 0x04, Data: s.aid, Le: iso7816.MaxShort})
	if err != nil {
		return err
	}
	name, ok1 := iso7816.Find(r.Data, 0x61, 0x4F)
	_, ok2 := iso7816.Find(r.Data, 0x61, 0x79, 0x4F)
	if !ok1 || !ok2 || !bytes.HasSuffix(s.aid, name) {
		return fmt.Errorf("the answer to SELECT, %d bytes, is no application property template 61{4F, 79{4F}} of PIV", len(r.Data))
	}
	return nil
}

// eachObject hands both certificate objects to look.
func (s *session) eachObject(ctx context.Context, look func(k key, object []byte) error) error {
	for k, last := range map[key]byte{authentication: 0x05, commitment: 0x0A} {
		object, err := s.pivObject(ctx, 0x5F, 0xC1, last)
		if err == nil {
			err = look(k, object)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func compressionFlag(ctx context.Context, s *session) error {
	return s.eachObject(ctx, func(k key, object []byte) error {
		content, _ := iso7816.Find(object, 0x53, 0x70)
		info, _ := iso7816.Find(object, 0x53, 0x71)
		says := len(info) == 1 && info[0]&1 != 0
		if is := bytes.HasPrefix(content, []byte{0x1F, 0x8B}); is != says {
			return fmt.Errorf("of the %v certificate the object says compressed: %v, and its content is: %v; it begins %.4X", k, says, is, content)
		}
		return nil
	})
}

func certificateThere(ctx context.Context, s *session) error {
	return s.eachObject(ctx, func(k key, object []byte) error {
		if body, _ := iso7816.Find(object, 0x53); len(body) == 0 {
			return fmt.Errorf("the object of the %v certificate is empty: %X", k, object)
		}
		return nil
	})
}

func discovery(ctx context.Context, s *session) error {
	object, err := s.pivObject(ctx, 0x7E)
	if err != nil {
		return fmt.Errorf("the discovery object: %w", err)
	}
	if name, _ := iso7816.Find(object, 0x7E, 0x4F); !bytes.Equal(name, s.aid) {
		return fmt.Errorf("the discovery object names % X", name)
	}
	return nil
}

// discoveryPreference looks for reference 00 where the object prefers it.
func discoveryPreference(ctx context.Context, s *session) error {
	object, err := s.pivObject(ctx, 0x7E)
	if err != nil {
		return err
	}
	policy, ok := iso7816.Find(object, 0x7E, 0x5F2F)
	if !ok || len(policy) != 2 {
		return errors.New("the discovery object has no policy that says which passcode it prefers")
	}
	if policy[0]&0x20 == 0 || policy[1] != 0x20 {
		return nil
	}
	r, err := s.ch.Send(ctx, iso7816.Command{INS: insVerify, P2: 0x00})
	if err == nil && r.SW == iso7816.ReferenceNotFound {
		err = errors.New("the discovery object prefers the global PIN, which is not there: 6A88")
	}
	return err
}

// control is the file control parameters of a path.
func (s *session) control(ctx context.Context, path ...byte) ([]byte, error) {
	return s.ch.Check(ctx, iso7816.Command{INS: insSelect, P1: 0x08, Data: path, Le: iso7816.MaxShort})
}

func directoryThere(ctx context.Context, s *session) error {
	if _, err := s.control(ctx, 0x2F, 0x00); err != nil {
		return fmt.Errorf("EF.DIR does not select: %w", err)
	}
	data, err := s.ch.Check(ctx, iso7816.Command{INS: insRead, Le: iso7816.MaxShort})
	if err != nil {
		return fmt.Errorf("EF.DIR does not read: %w", err)
	}
	if _, ok := iso7816.Find(data, 0x61, 0x51); !ok {
		return errors.New("EF.DIR has no path, 61{51}")
	}
	return nil
}

// certificateFile is the path of the authentication certificate.
var certificateFile = []byte{0x50, 0x15, 0x34, 0x01}

func fcpAccess(ctx context.Context, s *session) error {
	fcp, err := s.control(ctx, certificateFile...)
	if err != nil {
		return err
	}
	if _, ok := iso7816.Find(fcp, 0x62, 0x86); !ok {
		return errors.New("the control parameters of the certificate file have no access rules, tag 86")
	}
	return nil
}

// fcpLength reads the last byte that is promised and the first that is not.
func fcpLength(ctx context.Context, s *session) error {
	fcp, err := s.control(ctx, certificateFile...)
	if err != nil {
		return err
	}
	size, ok := iso7816.Find(fcp, 0x62, 0x80)
	if !ok || len(size) != 2 {
		return errors.New("the control parameters promise no size, tag 80 of two bytes")
	}
	n := int(size[0])<<8 | int(size[1])
	for at, there := range map[int]bool{n - 1: true, n: false} {
		r, err := s.ch.Send(ctx, iso7816.Command{INS: insRead, P1: byte(at >> 8), P2: byte(at), Le: 1})
		if err != nil {
			return err
		}
		if got := r.SW == iso7816.OK && len(r.Data) == 1; got != there {
			return fmt.Errorf("the control parameters promise %d bytes, and reading byte %d is answered %04X", n, at, uint16(r.SW))
		}
	}
	return nil
}

func begun(ctx context.Context, s *session) error {
	return s.eachCertificate(ctx, func(k key, c *x509.Certificate) error {
		if c.NotBefore.After(s.t.Now()) {
			return fmt.Errorf("the %v certificate begins on %s", k, c.NotBefore.Format("2006-01-02"))
		}
		return nil
	})
}

func issuers(ctx context.Context, s *session) error {
	return s.eachCertificate(ctx, func(k key, c *x509.Certificate) error {
		ca := testpki.Authentication()
		if k == commitment {
			ca = testpki.Signing()
		}
		if err := c.CheckSignatureFrom(ca.Certificate); err != nil {
			return fmt.Errorf("the %v certificate is not signed by %s: %w", k, ca.Certificate.Subject.CommonName, err)
		}
		return nil
	})
}

func notRevoked(ctx context.Context, s *session) error {
	return s.eachCertificate(ctx, func(k key, c *x509.Certificate) error {
		if c.SerialNumber.Cmp(testpki.Lost()) == 0 {
			return fmt.Errorf("the %v certificate has the number %d, which is that of the card reported lost", k, c.SerialNumber)
		}
		return nil
	})
}

func keyLength(ctx context.Context, s *session) error {
	return s.eachCertificate(ctx, func(k key, c *x509.Certificate) error {
		public, ok := c.PublicKey.(*rsa.PublicKey)
		if !ok {
			return fmt.Errorf("the %v key is not RSA and has no bits to count", k)
		}
		if n := public.N.BitLen(); n < 2048 {
			return fmt.Errorf("the %v key has %d bits", k, n)
		}
		return nil
	})
}

func signsOnly(ctx context.Context, s *session) error {
	c, err := s.read(ctx, authentication)
	if err == nil && (c.KeyUsage&x509.KeyUsageDigitalSignature == 0 || c.KeyUsage&(x509.KeyUsageKeyEncipherment|x509.KeyUsageDataEncipherment) != 0) {
		err = fmt.Errorf("the authentication certificate's key usage is %b: it is not for signatures, or for encipherment too", c.KeyUsage)
	}
	return err
}

func holderUUID(ctx context.Context, s *session) error {
	c, err := s.read(ctx, authentication)
	if err != nil {
		return err
	}
	uuid, _, _ := strings.Cut(c.Subject.CommonName, "_")
	if len(uuid) != 12 || strings.Trim(uuid, "0123456789") != "" {
		return fmt.Errorf("the common name %q does not begin with a 12-digit UUID", c.Subject.CommonName)
	}
	return nil
}

func onePerson(ctx context.Context, s *session) error {
	auth, sign, err := s.both(ctx)
	if err == nil && auth.Subject.CommonName != sign.Subject.CommonName {
		err = fmt.Errorf("the certificates are two persons': %q and %q", auth.Subject.CommonName, sign.Subject.CommonName)
	}
	return err
}
