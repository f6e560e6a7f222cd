package main

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/smartcard-connect/smartcard-connect/hil/witness"
	"github.com/smartcard-connect/smartcard-connect/reports/attest"
	"github.com/smartcard-connect/smartcard-connect/reports/gate"
	"github.com/smartcard-connect/smartcard-connect/reports/render"
	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

// gateCommand decides: from a report.json, which anybody can have written, or
// from what was signed.
//
//	hil gate out/latest/report.json
//	hil gate --owner owner.pem --policy policy.json --plan plan.json \
//	    --attestations out/latest/attestations --artifact bin/smartcard-connect
//
// With --at and --digest it looks at a release of the past again, by whoever has
// neither the programs nor the day: see hil publish --release.
type gateCommand struct {
	signing
	File         string   `arg:"" optional:"" type:"existingfile" help:"A report.json, unsigned."`
	JSON         bool     `help:"Print the decision as JSON."`
	Owner        []string `type:"existingfile" placeholder:"PEM" help:"Public key of the release's owner, who signed policy, plan and waivers."`
	Policy       string   `type:"existingfile" placeholder:"FILE" help:"The policy; its signature is beside it."`
	Plan         string   `type:"existingfile" placeholder:"FILE" help:"The release's plan; its signature is beside it."`
	Waivers      []string `type:"existingfile" placeholder:"FILE" help:"Waivers; their signature is beside them."`
	Attestations []string `type:"existingdir" placeholder:"DIR" help:"Folders with attestations, the index and the records of hosts' keys."`
	Artifact     []string `type:"existingfile" placeholder:"FILE" help:"A program that is about to ship."`
	Digest       []string `placeholder:"SHA256" help:"A program that is about to ship, by its digest where the file is not at hand."`
	At           string   `placeholder:"TIME" help:"Judge as of this time, such as 2026-11-30T12:00:00Z: ages and waivers count as they did then. What comes of it is not signed."`
	Out          string   `type:"path" placeholder:"DIR" help:"Where the summary goes, signed: vsa.sigstore.json, and vsa.intoto.json for slsa-verifier. Needs --sign."`
	Explain      bool     `help:"Say what counted and why."`
}

// Run decides and exits with the decision.
func (c gateCommand) Run(w world) error {
	if (c.File == "") == (c.Policy == "") {
		return fmt.Errorf("%w: hand in a report.json, or --policy, --plan, --owner and --attestations", errUsage)
	}
	if c.File != "" {
		return c.unsigned(w)
	}
	if c.Plan == "" || len(c.Owner) == 0 {
		return fmt.Errorf("%w: --policy needs --plan and --owner", errUsage)
	}
	if (c.Out != "") != (c.Sign != "") {
		return fmt.Errorf("%w: --out and --sign go together", errUsage)
	}
	if c.Out != "" && c.At != "" {
		return fmt.Errorf("%w: what was so at another time is not signed: leave out --at, or --out and --sign", errUsage)
	}
	e, err := c.evidence(w)
	if err != nil {
		return err
	}
	o, err := gate.Verify(e)
	if err != nil {
		return w.unverified(err)
	}
	if err := c.summary(o); err != nil {
		if errors.Is(err, attest.ErrMeaning) {
			return w.unverified(err)
		}
		return err
	}
	if err := c.say(w, o); err != nil {
		return err
	}
	return exit(o.Decision.Exit)
}

func (c gateCommand) unsigned(w world) error {
	f, err := os.Open(c.File)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	report, err := result.Read(f)
	if err != nil {
		return w.unverified(err)
	}
	decision := gate.Decide(report)
	if c.JSON {
		if err := printJSON(w.stdout, decision); err != nil {
			return err
		}
		return exit(decision.Exit)
	}
	report.Verdict = &decision
	if err := render.Text(w.stdout, report, w.terminal()); err != nil {
		return err
	}
	return exit(decision.Exit)
}

// evidence reads all that was handed in.
func (c gateCommand) evidence(w world) (gate.Evidence, error) {
	e := gate.Evidence{Now: w.now()}
	var errs []error
	if c.At != "" {
		at, err := time.Parse(time.RFC3339, c.At)
		if err != nil || at.After(e.Now) {
			return e, fmt.Errorf("%w: --at %s is no time of the past like 2026-11-30T12:00:00Z", errUsage, c.At)
		}
		e.Now = at
	}
	for _, sum := range c.Digest {
		a, err := byDigest(c.Plan, sum)
		e.Artifacts, errs = append(e.Artifacts, a), append(errs, err)
	}
	for _, path := range c.Owner {
		k, err := publicKey(path)
		e.Owners, errs = append(e.Owners, k), append(errs, err)
	}
	var err error
	e.Policy, err = signedFile(c.Policy)
	errs = append(errs, err)
	e.Plan, err = signedFile(c.Plan)
	errs = append(errs, err)
	for _, path := range c.Waivers {
		s, err := signedFile(path)
		e.Waivers, errs = append(e.Waivers, s), append(errs, err)
	}
	for _, path := range c.Artifact {
		a, err := attest.File(path)
		e.Artifacts, errs = append(e.Artifacts, a), append(errs, err)
	}
	for _, dir := range c.Attestations {
		all, err := bundles(dir)
		e.Bundles, errs = append(e.Bundles, all...), append(errs, err)
	}
	return e, errors.Join(errs...)
}

// byDigest is the program that a plan has under a digest, which may begin with
// sha256:. One that it has not is left for the gate to refuse.
func byDigest(plan, sum string) (attest.Artifact, error) {
	sum = strings.ToLower(strings.TrimPrefix(sum, "sha256:"))
	if raw, err := hex.DecodeString(sum); err != nil || len(raw) != sha256.Size {
		return attest.Artifact{}, fmt.Errorf("%w: --digest %s is no SHA-256 in hexadecimal", errUsage, sum)
	}
	raw, err := os.ReadFile(plan)
	if err != nil {
		return attest.Artifact{}, err
	}
	r, _ := gate.ParseRelease(raw)
	for _, a := range r.Artifacts {
		if a.SHA256 == sum {
			return a, nil
		}
	}
	return attest.Artifact{Name: "sha256:" + sum, SHA256: sum}, nil
}

// signedFile reads a file and the signature beside it. One that is not there is
// for the gate to refuse.
func signedFile(path string) (gate.SignedFile, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return gate.SignedFile{}, err
	}
	s := gate.SignedFile{File: gate.File{Name: filepath.Base(path), Content: content}}
	s.Bundle, err = os.ReadFile(path + witness.Ending)
	if errors.Is(err, os.ErrNotExist) {
		err = nil
	}
	return s, err
}

func bundles(dir string) ([]gate.File, error) {
	names, err := fs.Glob(os.DirFS(dir), "*"+witness.Ending)
	if err != nil {
		return nil, err
	}
	slices.Sort(names)
	var all []gate.File
	for _, name := range names {
		content, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			return nil, err
		}
		all = append(all, gate.File{Name: name, Content: content})
	}
	return all, nil
}

// summary signs the gate's word.
func (c gateCommand) summary(o gate.Outcome) error {
	if c.Out == "" || len(c.Artifact)+len(c.Digest) == 0 {
		return nil
	}
	keys, closing, err := c.signers(gateKey)
	if err != nil {
		return err
	}
	defer closing()
	s, err := o.Summary(keys[0])
	if err != nil {
		return err
	}
	b, err := attest.Sign(keys[0], s)
	if err != nil {
		return err
	}
	envelope, err := b.Envelope()
	if err != nil {
		return err
	}
	return errors.Join(keep(filepath.Join(c.Out, "vsa"+witness.Ending), b.JSON()), keep(filepath.Join(c.Out, "vsa.intoto.json"), envelope))
}

// say prints the decision.
func (c gateCommand) say(w world, o gate.Outcome) error {
	if c.JSON {
		return printJSON(w.stdout, o)
	}
	if c.Explain {
		if err := o.Explain(w.stdout); err != nil {
			return err
		}
	}
	word := map[result.Verdict]string{result.Pass: "PASS", result.Fail: "FAIL"}[o.Decision.Verdict]
	if word == "" {
		word = "INCONCLUSIVE"
	}
	if o.Decision.Exit == result.ExitUnverified {
		word = "REFUSED"
	}
	lines := []string{strings.TrimSpace(word + "  " + o.Level)}
	if !c.Explain {
		for _, s := range slices.Concat(o.Notes, o.Decision.Reasons) {
			lines = append(lines, "  - "+s)
		}
	}
	_, err := fmt.Fprint(w.stdout, brief(strings.Join(lines, "\n")+"\n"))
	return err
}
