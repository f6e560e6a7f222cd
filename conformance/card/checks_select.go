package card

import (
	"bytes"
	"context"
	"fmt"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/conformance/suite"
	"github.com/smartcard-connect/smartcard-connect/conformance/target"
)

// selectChecks are about choosing an application.
func selectChecks() []suite.Check {
	return []suite.Check{
		{ID: "card.select-cut-name", Title: "The application selects by its name without the version", Source: "ISO/IEC 7816-4 §11.1.1; SP 800-73-4 part 2 §3.1.1", Requires: needs(), Proof: "card.select-full-name-only", Because: "is answered 6A82", Run: raw(selectedBy(0))},
		{ID: "card.select-provider-alone", Title: "PIV selects by its provider's five bytes", Source: "SP 800-73-4 part 2 §3.1.1", Requires: needs(target.PIV), Proof: "card.select-full-name-only", Because: "is answered 6A82", Run: raw(selectedBy(5))},
		{ID: "card.select-template", Title: "SELECT brings the application property template", Source: "SP 800-73-4 part 2 table 3", Requires: needs(target.PIV), Proof: "card.template-missing", Because: "no template 61", Run: with(templateThere)},
		{ID: "card.select-template-name", Title: "The property template names PIV with version 01 00", Source: "SP 800-73-4 part 2 table 3", Requires: needs(target.PIV), Proof: "card.template-wrong", Because: "4F", Run: with(templateName)},
		{ID: "card.select-template-authority", Title: "The property template names NIST as the allocation authority", Source: "SP 800-73-4 part 2 table 3", Requires: needs(target.PIV), Proof: "card.template-wrong", Because: "79", Run: with(templateAuthority)},
		{ID: "card.select-parameters", Title: "SELECT of AuthentIC brings the master file's control parameters with the application's name", Source: "OpenSC card-authentic.c; ISO/IEC 7816-4 §7.4.3", Requires: needs(target.AuthentIC), Proof: "card.template-missing", Because: "no parameters 62", Run: with(parametersOfApplication)},
		{ID: "card.select-keeps-passcode", Title: "Selecting PIV again keeps the verified passcode", Source: "SP 800-73-4 part 2 §3.1.1", Requires: needs(target.PIV, target.TestCard), Proof: "card.select-forgets", Because: "whether the passcode is verified", Run: with(steps(verified, chosen, status(iso7816.OK)))},
		{ID: "card.select-unknown-keeps-passcode", Title: "Selecting what is not there leaves PIV and its passcode as they are", Source: "SP 800-73-4 part 2 §3.1.1", Requires: needs(target.PIV, target.TestCard), Proof: "card.select-forgets", Because: "whether the passcode is verified", Run: with(steps(verified, say("00A40400 05 F000000001 00", iso7816.FileNotFound), status(iso7816.OK)))},
		{ID: "card.select-forgets-passcode", Title: "Selecting AuthentIC again forgets the verified passcode", Source: "OpenSC card-authentic.c: how newer releases log out", Requires: needs(target.AuthentIC, target.TestCard), Proof: "card.select-remembers", Because: "should not be verified", Run: with(steps(verified, chosen, unverified))},
		{ID: "card.select-other-forgets", Title: "Selecting another application forgets the verified passcode", Source: "ISO/IEC 7816-4 §9.3.2; SP 800-73-4 part 2 §3.1.1", Requires: needs(target.TestCard), Proof: "card.select-remembers", Because: "should not be verified", Run: with(steps(verified, elsewhere, chosen, unverified))},
		{ID: "card.select-other-answers", Title: "With another application selected this one does not answer", Source: "ISO/IEC 7816-4 §8.2.1", Requires: needs(), Proof: "card.one-application", Because: "another application", Run: with(steps(elsewhere, silent))},
	}
}

// selectedBy selects by the first n bytes of the name, or by as many as the
// dialect says.
func selectedBy(n int) body {
	return func(ctx context.Context, s *session) error {
		if n == 0 {
			n = s.cut
		}
		_, err := s.wants(ctx, iso7816.Command{INS: 0xA4, P1: 0x04, Data: s.aid[:n], Le: iso7816.MaxShort})
		return err
	}
}

// introduction is what SELECT of the full name brings.
func (s *session) introduction(ctx context.Context) ([]byte, error) {
	return s.wants(ctx, iso7816.Command{INS: 0xA4, P1: 0x04, Data: s.aid, Le: iso7816.MaxShort})
}

func templateThere(ctx context.Context, s *session) error {
	data, err := s.introduction(ctx)
	if err != nil {
		return err
	}
	if _, ok := iso7816.Find(data, 0x61); !ok {
		return fmt.Errorf("SELECT brings % X, no template 61", data)
	}
	return nil
}

func templateName(ctx context.Context, s *session) error {
	data, err := s.introduction(ctx)
	if err != nil {
		return err
	}
	name, _ := iso7816.Find(data, 0x61, 0x4F)
	if !bytes.Equal(name, s.aid) && !bytes.Equal(name, s.aid[5:]) {
		return fmt.Errorf("4F of the property template is % X, not % X or its end", name, s.aid)
	}
	return nil
}

func templateAuthority(ctx context.Context, s *session) error {
	data, err := s.introduction(ctx)
	if err != nil {
		return err
	}
	authority, _ := iso7816.Find(data, 0x61, 0x79, 0x4F)
	if len(authority) < 5 || !bytes.HasPrefix(s.aid, authority) {
		return fmt.Errorf("79{4F} of the property template is % X, not % X", authority, s.aid[:5])
	}
	return nil
}

func parametersOfApplication(ctx context.Context, s *session) error {
	data, err := s.introduction(ctx)
	if err != nil {
		return err
	}
	if name, ok := iso7816.Find(data, 0x62, 0x84); !ok || !bytes.Equal(name, s.aid) {
		return fmt.Errorf("SELECT brings % X, no parameters 62 with the application's name in 84", data)
	}
	return nil
}

// managers are the names of the card manager, the one other application that
// every Java card has (GlobalPlatform card specification, issuer security
// domain).
var managers = [][]byte{
	{0xA0, 0x00, 0x00, 0x00, 0x03, 0x00, 0x00, 0x00},
	{0xA0, 0x00, 0x00, 0x01, 0x51, 0x00, 0x00, 0x00},
}

// elsewhere selects the card manager.
func elsewhere(ctx context.Context, s *session) error {
	for _, name := range managers {
		r, err := s.ch.Send(ctx, iso7816.Command{INS: 0xA4, P1: 0x04, Data: name, Le: iso7816.MaxShort})
		if err != nil || r.SW == iso7816.OK {
			return err
		}
	}
	return suite.Broken{Err: fmt.Errorf("neither name of the card manager selects: there is no other application to go to")}
}

// silent wants the application not to sign, count or read.
func silent(ctx context.Context, s *session) error {
	r, err := s.ch.Send(ctx, iso7816.Command{INS: 0x20, P2: s.reference})
	if err != nil {
		return err
	}
	if _, counts := r.SW.Retries(); counts || r.SW == iso7816.OK {
		return fmt.Errorf("with another application selected, asking for the tries left is answered %04X", uint16(r.SW))
	}
	return nil
}
