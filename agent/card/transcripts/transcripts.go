// Package transcripts is conversations with cards, one folder per series, one
// file per protocol, in the text form of agent/reader/readertest. Both sides are
// held to them: the driver must say these commands, and an emulated card must
// give these answers.
//
// They are recorded by playing Converse to a card through a
// readertest.Recorder, so far to emulated cards only: each file says to which.
// Passcodes are blanked. "go test ./conformance -run TestEmulator -update"
// records them anew.
package transcripts

import (
	"context"
	"crypto"
	"crypto/rsa"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/smartcard-connect/smartcard-connect/agent/card"
	"github.com/smartcard-connect/smartcard-connect/agent/card/series"
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/agent/reader"
)

//go:embed series*
var files embed.FS

// Transcript is one recorded conversation.
type Transcript struct {
	Series   string // "8"
	Protocol iso7816.Protocol
	Path     string // in this folder: series8/T0.apdu
	Text     string
}

// Path is where the conversation of a series over a protocol belongs.
func Path(series string, p iso7816.Protocol) string {
	return fmt.Sprintf("series%s/%s.apdu", series, strings.ReplaceAll(p.String(), "=", ""))
}

// All is every conversation, ordered by path. Errors name a file that stands
// where none belongs.
func All() ([]Transcript, error) {
	names, err := fs.Glob(files, "series*/*.apdu")
	if err != nil {
		return nil, err
	}
	var out []Transcript
	for _, name := range names {
		text, err := files.ReadFile(name)
		if err != nil {
			return nil, err
		}
		p, err := iso7816.ParseProtocol(strings.TrimSuffix(path.Base(name), ".apdu"))
		if err != nil {
			return nil, fmt.Errorf("transcripts: %s: %w", name, err)
		}
		out = append(out, Transcript{strings.TrimPrefix(path.Dir(name), "series"), p, name, string(text)})
	}
	return out, nil
}

// Converse has the conversation that is recorded: tries left, both
// certificates, and with each key in turn identify, verify and sign, then a
// reset. The digests are fixed, so the same card says the same each time. An
// error means that driver and card do not understand each other, or that a
// signature does not verify.
func Converse(ctx context.Context, c reader.Card, passcode []byte) error {
	k, err := series.Open(c, nil)
	if err != nil {
		return err
	}
	if _, err := k.TriesLeft(ctx); err != nil {
		return fmt.Errorf("tries left: %w", err)
	}
	for _, key := range []card.Key{card.Authentication, card.ContentCommitment} {
		if err := sign(ctx, k, key, passcode); err != nil {
			return fmt.Errorf("%v: %w", key, err)
		}
	}
	return c.Reset(ctx)
}

func sign(ctx context.Context, k card.Card, key card.Key, passcode []byte) error {
	certificate, err := k.Certificate(ctx, key)
	if err != nil {
		return err
	}
	if err := k.Identify(ctx); err != nil {
		return err
	}
	if err := k.Verify(ctx, passcode); err != nil {
		return err
	}
	digest := make([]byte, crypto.SHA256.Size())
	signature, err := k.Sign(ctx, key, crypto.SHA256, digest)
	if err != nil {
		return err
	}
	public, ok := certificate.PublicKey.(*rsa.PublicKey)
	if !ok {
		return errors.New("the certificate's key is not RSA")
	}
	return rsa.VerifyPKCS1v15(public, crypto.SHA256, digest, signature)
}
