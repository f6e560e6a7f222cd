package main

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/smartcard-connect/smartcard-connect/reports/attest"
	"github.com/smartcard-connect/smartcard-connect/reports/attest/tpmkey"
	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

// enrolCommand brings a planner to trust a host's key: four files go to and fro.
type enrolCommand struct {
	Request   enrolRequestCommand   `cmd:"" help:"1, on the host: say which keys its TPM has."`
	Challenge enrolChallengeCommand `cmd:"" help:"2, at the planner: make what only that TPM can open."`
	Answer    enrolAnswerCommand    `cmd:"" help:"3, on the host: open it and certify the key that signs reports."`
	Accept    enrolAcceptCommand    `cmd:"" help:"4, at the planner: check that, and sign the record of the host's key."`
	Software  enrolSoftwareCommand  `cmd:"" help:"At the planner: sign the record of a software key, which is marked as such."`
}

type enrolRequestCommand struct {
	TPM  string `type:"path" placeholder:"PATH" help:"The TPM. Default: the system's."`
	Host string `required:"" help:"The host's name."`
	Out  string `short:"o" required:"" type:"path" placeholder:"FILE" help:"Where the request goes."`
}

// Run writes the request and prints by what the planner knows the machine.
func (c enrolRequestCommand) Run(w world) error {
	tpm, err := tpmkey.Open(c.TPM)
	if err != nil {
		return err
	}
	defer func() { _ = tpm.Close() }()
	r, err := tpm.Request(c.Host)
	if err != nil {
		return err
	}
	if err := keepJSON(c.Out, r); err != nil {
		return err
	}
	_, err = fmt.Fprintln(w.stdout, "endorsement key", r.EKDigest())
	return err
}

type enrolChallengeCommand struct {
	Request string `arg:"" type:"existingfile" help:"The host's request."`
	EK      string `required:"" placeholder:"SHA256" help:"The machine's endorsement key, as known from its own screen and not from the request."`
	Out     string `short:"o" required:"" type:"path" placeholder:"FILE" help:"Where the challenge for the host goes."`
	Pending string `required:"" type:"path" placeholder:"FILE" help:"Where the planner's own notes go, for step 4."`
}

// Run makes the challenge.
func (c enrolChallengeCommand) Run(w world) error {
	var r tpmkey.Request
	if err := readJSON(c.Request, &r); err != nil {
		return w.unverified(err)
	}
	challenge, pending, err := tpmkey.NewChallenge(r, c.EK, rand.Reader)
	if err != nil {
		return w.unverified(err)
	}
	return errors.Join(keepJSON(c.Out, challenge), keepJSON(c.Pending, pending))
}

type enrolAnswerCommand struct {
	TPM       string `type:"path" placeholder:"PATH" help:"The TPM. Default: the system's."`
	Challenge string `arg:"" type:"existingfile" help:"The planner's challenge."`
	Out       string `short:"o" required:"" type:"path" placeholder:"FILE" help:"Where the answer goes."`
}

// Run answers.
func (c enrolAnswerCommand) Run(w world) error {
	var challenge tpmkey.Challenge
	if err := readJSON(c.Challenge, &challenge); err != nil {
		return w.unverified(err)
	}
	tpm, err := tpmkey.Open(c.TPM)
	if err != nil {
		return err
	}
	defer func() { _ = tpm.Close() }()
	a, err := tpm.Answer(challenge)
	if err != nil {
		return w.unverified(fmt.Errorf("this TPM cannot answer: %w", err))
	}
	return keepJSON(c.Out, a)
}

// recordFlags are the flags of a record.
type recordFlags struct {
	signing
	Days int    `default:"90" least:"1" most:"3650" help:"How long the record holds."`
	Out  string `short:"o" required:"" type:"path" placeholder:"FILE" help:"Where the record goes; by custom HOST.sigstore.json."`
}

type enrolAcceptCommand struct {
	recordFlags
	Pending string `arg:"" type:"existingfile" help:"The planner's notes of step 2."`
	Answer  string `arg:"" type:"existingfile" help:"The host's answer."`
}

// Run checks the answer and signs the record.
func (c enrolAcceptCommand) Run(w world) error {
	var p tpmkey.Pending
	var a tpmkey.Answer
	if err := errors.Join(readJSON(c.Pending, &p), readJSON(c.Answer, &a)); err != nil {
		return w.unverified(err)
	}
	key, err := p.Accept(a)
	if err != nil {
		return w.unverified(err)
	}
	class := attest.Weakest(p.Request.Class, attest.TPM)
	return c.write(w, attest.Record{Host: p.Request.Host, Class: class, Key: string(key.PEM()), EK: p.Request.EKDigest()})
}

type enrolSoftwareCommand struct {
	recordFlags
	Host   string `required:"" help:"The host's name."`
	Public string `arg:"" type:"existingfile" help:"The host's public key, PEM."`
}

// Run signs the record.
func (c enrolSoftwareCommand) Run(w world) error {
	key, err := publicKey(c.Public)
	if err != nil {
		return err
	}
	return c.write(w, attest.Record{Host: c.Host, Class: attest.Software, Key: string(key.PEM())})
}

func (c recordFlags) write(w world, r attest.Record) error {
	r.NotBefore = w.now().UTC().Truncate(time.Second)
	r.NotAfter = r.NotBefore.AddDate(0, 0, c.Days)
	keys, closing, err := c.signers(plannerKey)
	if err != nil {
		return err
	}
	defer closing()
	s, err := r.Statement()
	if err != nil {
		return err
	}
	b, err := attest.Sign(keys[0], s)
	if err != nil {
		return err
	}
	return keep(c.Out, b.JSON())
}

// unverified says why something that was handed in does not count.
func (w world) unverified(err error) error {
	_, _ = fmt.Fprintln(w.stderr, "hil:", err)
	return exit(result.ExitUnverified)
}

func keepJSON(path string, v any) error {
	return result.WriteFile(path, func(w io.Writer) error { return printJSON(w, v) })
}

func readJSON(path string, into any) error {
	raw, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}
