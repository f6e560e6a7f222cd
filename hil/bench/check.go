package bench

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/smartcard-connect/smartcard-connect/hil/device/vpcd"
	"github.com/smartcard-connect/smartcard-connect/hil/pcscd"
)

// Check says what is broken about the bench itself, nil if nothing is. Faults
// that a check or the caller had switched on are taken off first: they are the
// card's or the provider's, not the bench's. The agent and the port service
// are the product and are not looked at.
func (b *Bench) Check(ctx context.Context, reader string) error {
	list, err := pcscd.Readers(ctx, pcscd.Socket)
	if err != nil {
		return err
	}
	if len(list) == 0 {
		return fmt.Errorf("pcscd has no reader")
	}
	if err := b.checkParts(ctx); err != nil || reader == "" {
		return err
	}
	return b.AwaitCard(ctx, reader)
}

// checkParts looks at the cards and the provider.
func (b *Bench) checkParts(ctx context.Context) error {
	for _, c := range b.Cards {
		if err := c.check(ctx); err != nil {
			return err
		}
	}
	return b.checkProvider(ctx)
}

// check brings the card back as it was personalised and inserted.
func (c Card) check(ctx context.Context) error {
	if c.part != nil && !c.part.Alive() {
		return fmt.Errorf("the emulated card of series %s has ended", c.Series)
	}
	d := vpcd.Device{Control: c.Control}
	for _, step := range []func(context.Context) error{d.Heal, d.Restore, d.Insert} {
		if err := step(ctx); err != nil {
			return fmt.Errorf("the emulated card of series %s: %w", c.Series, err)
		}
	}
	return nil
}

func (b *Bench) checkProvider(ctx context.Context) error {
	if b.Issuer == "" {
		return nil
	}
	if err := (vpcd.Device{Control: b.Control}).Heal(ctx); err != nil {
		return fmt.Errorf("the identity provider's side door: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, b.Issuer+"/.well-known/openid-configuration", nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("the identity provider does not answer: %w", err)
	}
	defer func() { _ = resp.Body.Close() }()
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 1<<20))
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("the identity provider answers its discovery with %s", resp.Status)
	}
	return nil
}
