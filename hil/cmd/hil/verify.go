package main

import (
	"fmt"
	"os"
	"slices"

	"github.com/smartcard-connect/smartcard-connect/reports/attest"
)

// verifyCommand checks one signature and says what was signed.
type verifyCommand struct {
	Key      string `required:"" type:"existingfile" placeholder:"PEM" help:"The public key it must be signed with."`
	Artifact string `type:"existingfile" placeholder:"FILE" help:"What it must be about."`
	JSON     bool   `help:"Print the statement as JSON."`
	File     string `arg:"" type:"existingfile" help:"A bundle, such as out/latest/attestations/index.sigstore.json."`
}

// Run prints what was signed, and exits with 3 where it does not hold.
func (c verifyCommand) Run(w world) error {
	key, err := publicKey(c.Key)
	if err != nil {
		return err
	}
	raw, err := os.ReadFile(c.File)
	if err != nil {
		return err
	}
	b, err := attest.Read(raw)
	if err != nil {
		return w.unverified(err)
	}
	s, err := b.Verify(key)
	if err != nil {
		return w.unverified(err)
	}
	if err := c.about(s); err != nil {
		return w.unverified(err)
	}
	if c.JSON {
		return printJSON(w.stdout, map[string]any{"predicate_type": s.Type, "subjects": s.Subjects, "predicate": s.Predicate})
	}
	_, _ = fmt.Fprintf(w.stdout, "signed  by %s\nsays    %s\n", key.ID(), s.Type)
	for _, a := range s.Subjects {
		_, _ = fmt.Fprintf(w.stdout, "about   %s %s\n", a.SHA256, a.Name)
	}
	if a, err := attest.ReadAttempt(s); err == nil {
		_, _ = fmt.Fprintf(w.stdout, "cell    %s %s, attempt %d, on %s, key in %s\n", a.Cell.Verdict, a.Cell.ID, a.Number, a.Host, a.Class)
	}
	return nil
}

func (c verifyCommand) about(s attest.Statement) error {
	if c.Artifact == "" {
		return nil
	}
	want, err := attest.File(c.Artifact)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(s.Subjects, func(a attest.Artifact) bool { return a.SHA256 == want.SHA256 }) {
		return nil
	}
	return fmt.Errorf("%w: it is not about %s", attest.ErrMeaning, c.Artifact)
}
