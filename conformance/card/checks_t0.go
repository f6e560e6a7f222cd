package card

import (
	"context"
	"fmt"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/conformance/suite"
	"github.com/smartcard-connect/smartcard-connect/conformance/target"
)

// t0Checks are about what each protocol carries, byte for byte.
func t0Checks() []suite.Check {
	const t0 = "ISO/IEC 7816-3 §12.2.1"
	on0, on1 := needs(target.T0), needs(target.PIV, target.T1)
	return []suite.Check{
		{ID: "card.t0-no-case-4", Title: "On T=0 a command with data and an expected length is answered 6700", Source: t0, Requires: on0, Proof: "card.t0-case4-accepted", Because: "not 6700", Run: raw(t0NoCase4)},
		{ID: "card.t0-frame-short", Title: "On T=0 a frame with fewer bytes than P3 says is answered 6700", Source: t0, Requires: on0, Proof: "card.t0-short-accepted", Because: "not 6700", Run: raw(t0Short)},
		{ID: "card.t0-corrected-whole", Title: "On T=0 a 6Cxx had no effect: the repeated command is carried out", Source: t0 + "; ISO/IEC 7816-4 §5.6", Requires: needs(target.T0, target.AuthentIC), Proof: "card.t0-6c-executes:power=2", Because: "repeated", Run: with(t0Corrected)},
		{ID: "card.t0-get-response-kept", Title: "On T=0 asking GET RESPONSE for too much loses nothing", Source: t0, Requires: on0, Proof: "card.t0-6c-executes:power=2", Because: "repeated", Run: raw(t0TooMuch)},
		{ID: "card.t0-long-announced", Title: "On T=0 an answer of 256 bytes or more is announced by 6100 and fetched with P3 00", Source: t0 + "; ISO/IEC 7816-4 §5.3.4", Requires: needs(target.T0, target.PIV), Proof: "card.t0-announces-short", Because: "not 6100", Run: with(t0Long)},
		{ID: "card.t0-last-dropped", Title: "On T=0 a command that fails drops what waited for GET RESPONSE", Source: "ISO/IEC 7816-4 §5.3.4", Requires: on0, Proof: "card.pending-kept", Because: "still brings", Run: raw(t0Dropped)},
		{ID: "card.t1-no-le", Title: "On T=1 a command with data and without an expected length is answered all the same", Source: "ISO/IEC 7816-3 §12.1.3; what piv-go sends", Requires: on1, Proof: "card.le-strict", Because: "without Le", Run: with(t1Without)},
		{ID: "card.t1-needless-le", Title: "On T=1 a VERIFY with an expected length is carried out", Source: "ISO/IEC 7816-3 §12.1.3; what yubico-piv-tool 2.7 sends", Requires: append(needs(target.TestCard), on1[1:]...), Proof: "card.le-strict", Because: "with Le", Run: with(t1Needless)},
		{ID: "card.t1-cut", Title: "On T=1 a command shorter than its Lc is answered 6700", Source: "ISO/IEC 7816-3 §12.1.3", Requires: on1, Proof: "card.lc-ignored", Because: "not 6700", Run: with(cutShort)},
	}
}

// frame sends bytes as they are and wants a status word.
func (s *session) frame(ctx context.Context, want iso7816.SW, frame ...byte) error {
	r, err := s.transmit(ctx, frame)
	if err == nil && r.SW != want {
		err = fmt.Errorf("the frame % X of %d bytes is answered %04X, not %04X", frame[:5], len(frame), uint16(r.SW), uint16(want))
	}
	return err
}

// selecting is SELECT of the application as T=0 carries it.
func (s *session) selecting() []byte {
	return append([]byte{0, 0xA4, 0x04, 0, byte(len(s.aid))}, s.aid...)
}

func t0NoCase4(ctx context.Context, s *session) error {
	return s.frame(ctx, iso7816.WrongLength, append(s.selecting(), 0)...)
}

func t0Short(ctx context.Context, s *session) error {
	whole := s.selecting()
	return s.frame(ctx, iso7816.WrongLength, whole[:len(whole)-1]...)
}

func cutShort(ctx context.Context, s *session) error {
	return s.frame(ctx, iso7816.WrongLength, 0, 0xCB, 0x3F, 0xFF, 0x05, 0x5C, 0x03)
}

// t0Corrected reads sixteen bytes from where there are fewer and repeats.
func t0Corrected(ctx context.Context, s *session) error {
	if _, err := s.ask(ctx, "00A4000C 02 2F00"); err != nil {
		return err
	}
	return s.corrected(ctx, [4]byte{0, 0xB0, 0, 0x78}, 16)
}

func t0TooMuch(ctx context.Context, s *session) error {
	r, err := s.transmit(ctx, s.selecting())
	if err != nil {
		return err
	}
	pending, ok := r.SW.More()
	if !ok || pending >= iso7816.MaxShort-1 {
		return fmt.Errorf("SELECT with data on T=0 is answered %04X, not 61xx of a short answer", uint16(r.SW))
	}
	return s.corrected(ctx, [4]byte{0, 0xC0, 0, 0}, byte(pending+1))
}

func t0Long(ctx context.Context, s *session) error {
	r, err := s.begin(ctx, tagAuthentication, iso7816.MaxShort)
	if err != nil {
		return err
	}
	if r.SW != 0x6100 || len(r.Data) > 0 {
		return fmt.Errorf("a long object is answered %d bytes and %04X, not 6100", len(r.Data), uint16(r.SW))
	}
	r, err = s.next(ctx, iso7816.MaxShort)
	if err == nil && len(r.Data) != iso7816.MaxShort {
		err = fmt.Errorf("6100 is followed by %d bytes and %04X, not 256", len(r.Data), uint16(r.SW))
	}
	return err
}

func t0Dropped(ctx context.Context, s *session) error {
	if _, err := s.transmit(ctx, s.selecting()); err != nil {
		return err
	}
	if _, err := s.transmit(ctx, []byte{0, 0xF0, 0, 0, 0}); err != nil {
		return err
	}
	r, err := s.next(ctx, 8)
	if err == nil && (len(r.Data) > 0 || r.SW == iso7816.OK) {
		err = fmt.Errorf("after a refused command GET RESPONSE still brings %d bytes and %04X", len(r.Data), uint16(r.SW))
	}
	return err
}

func t1Without(ctx context.Context, s *session) error {
	r, err := s.transmit(ctx, []byte{0, 0xCB, 0x3F, 0xFF, 0x03, 0x5C, 0x01, 0x7E})
	if err == nil && (r.SW != iso7816.OK || len(r.Data) == 0) {
		err = fmt.Errorf("GET DATA without Le is answered %d bytes and %04X", len(r.Data), uint16(r.SW))
	}
	return err
}

func t1Needless(ctx context.Context, s *session) error {
	block := append([]byte{0, 0x20, 0, s.reference, byte(s.padded)}, s.fill(s.passcode)...)
	defer clear(block)
	r, err := s.transmit(ctx, append(block, 0))
	if err == nil && r.SW != iso7816.OK {
		err = fmt.Errorf("VERIFY with Le is answered %04X", uint16(r.SW))
	}
	return err
}
