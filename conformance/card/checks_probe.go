package card

import (
	"context"
	"fmt"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/conformance/suite"
	"github.com/smartcard-connect/smartcard-connect/conformance/target"
)

// probeChecks send what programs for other cards send first, as recorded. A card
// that says yes to any of it is taken for another.
func probeChecks() []suite.Check {
	test := needs(target.TestCard)
	pivTest := needs(target.PIV, target.TestCard)
	names := []string{
		"00A40400 07 627601FF000000",
		"00A40400 06 A00000000101",
		"00A40400 0B E82B0601040181C31F0201 00",
		"00A40400 0F D23300000045737445494420763335 00",
	}
	return []suite.Check{
		{ID: "card.probe-names", Title: "The names of other cards' applications are refused and the chosen one stays", Source: "recorded: OpenSC 0.23 looking for a driver", Requires: test, Proof: "card.unknown-application-accepted", Because: "is answered 9000", Run: with(refusesAll(names...))},
		{ID: "card.probe-gnupg", Title: "GnuPG's first questions are refused: the master file and OpenPGP", Source: "recorded: scdaemon 2.4.7", Requires: pivTest, Proof: "card.unknown-application-accepted", Because: "is answered 9000", Run: with(refusesAll("00A4000C 02 3F00", "00A40400 06 D27600012401 00"))},
		{ID: "card.probe-gnupg-references", Title: "The passcodes that GnuPG asks after and PIV need not have are answered 6A88", Source: "recorded: scdaemon 2.4.7 LEARN", Requires: pivTest, Proof: "card.wrong-error-word", Because: "not 6A88", Run: with(steps(say("00200000", iso7816.ReferenceNotFound), say("00200081", iso7816.ReferenceNotFound)))},
		{ID: "card.probe-yubikey", Title: "A YubiKey's own instructions are refused", Source: "recorded: piv-go 1.11, yubico-piv-tool 2.7", Requires: pivTest, Proof: "card.accepts-anything", Because: "is answered 9000", Run: with(refusesAll("00FD0000 00", "00F7009B 00", "00F80000 00", "00CADF30 05"))},
		{ID: "card.probe-yubikey-name", Title: "A YubiKey's other application and its private object are refused", Source: "recorded: yubico-piv-tool 2.7", Requires: pivTest, Proof: "card.absent-is-empty", Because: "is answered 9000", Run: with(refusesAll("00A40400 08 A000000527200101 00", "00CB3FFF 05 5C035FFF00 00"))},
		{ID: "card.probe-windows", Title: "What Windows asks to find a driver is refused: plug and play, GIDS and EF.ATR", Source: "Microsoft: smart card discovery process", Requires: pivTest, Proof: "card.unknown-application-accepted", Because: "is answered 9000", Run: with(refusesAll("00A40400 0B A0000003974349445F0100 00", "00CA7F68 00", "00A40400 09 A00000039742544659 00", "00B0810000"))},
		{ID: "card.probe-random", Title: "PIV has no GET CHALLENGE", Source: "SP 800-73-4 part 2 table 2", Requires: pivTest, Proof: "card.accepts-anything", Because: "is answered 9000", Run: with(refusesAll("00840000 08"))},
	}
}

// refusesAll wants each command to be answered as one for another card, and the
// application and its passcode to be as before.
func refusesAll(commands ...string) body {
	foreign := []iso7816.SW{iso7816.FileNotFound, iso7816.WrongP1P2, iso7816.INSUnknown, iso7816.CLAUnknown, iso7816.ReferenceNotFound, iso7816.FunctionMissing}
	return func(ctx context.Context, s *session) error {
		if err := s.login(ctx); err != nil {
			return err
		}
		for _, c := range commands {
			if _, err := s.ask(ctx, c, foreign...); err != nil {
				return err
			}
		}
		if err := status(iso7816.OK)(ctx, s); err != nil {
			return fmt.Errorf("after programs for other cards looked at it: %w", err)
		}
		return nil
	}
}
