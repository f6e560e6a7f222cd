package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/smartcard-connect/smartcard-connect/hil/witness"
	"github.com/smartcard-connect/smartcard-connect/reports/attest"
	"github.com/smartcard-connect/smartcard-connect/reports/attest/tpmkey"
	"github.com/smartcard-connect/smartcard-connect/reports/gate"
	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

// signing are the flags that say with which key.
type signing struct {
	Sign           string `default:"" enum:",tpm,software" placeholder:"tpm|software" help:"Sign, with a key in this machine's TPM, or with one made of software, which is then said in what is signed."`
	TPM            string `type:"path" placeholder:"PATH" help:"The TPM: a device file, or the socket of a software TPM. Default: the system's."`
	Key            string `type:"path" placeholder:"FILE" help:"The software key, as made by 'hil key new'."`
	PassphraseFile string `type:"path" placeholder:"FILE" help:"Holds the software key's passphrase."`
}

// The purposes of keys. In a TPM each has its own.
const (
	ownerKey   = "owner"
	plannerKey = "planner"
	gateKey    = "gate"
)

// signers opens the key of each purpose. A software key is one for all.
func (s signing) signers(purposes ...string) (keys []attest.Signer, closing func(), err error) {
	switch s.Sign {
	case "tpm":
		return s.fromTPM(purposes)
	case "software":
		k, err := s.software()
		for range purposes {
			keys = append(keys, k)
		}
		return keys, func() {}, err
	}
	return nil, nil, fmt.Errorf("%w: say --sign tpm, or --sign software with --key and --passphrase-file", errUsage)
}

func (s signing) fromTPM(purposes []string) ([]attest.Signer, func(), error) {
	tpm, err := tpmkey.Open(s.TPM)
	if err != nil {
		return nil, nil, err
	}
	var keys []attest.Signer
	for _, p := range purposes {
		k, err := tpm.Key(p)
		if err != nil {
			_ = tpm.Close()
			return nil, nil, err
		}
		keys = append(keys, k)
	}
	return keys, func() { _ = tpm.Close() }, nil
}

func (s signing) software() (attest.SoftwareKey, error) {
	if s.Key == "" {
		return attest.SoftwareKey{}, fmt.Errorf("%w: --sign software needs --key", errUsage)
	}
	pass, err := passphrase(s.PassphraseFile)
	if err != nil {
		return attest.SoftwareKey{}, err
	}
	sealed, err := os.ReadFile(s.Key)
	if err != nil {
		return attest.SoftwareKey{}, err
	}
	return attest.OpenSoftwareKey(sealed, pass)
}

func passphrase(path string) ([]byte, error) {
	if path == "" {
		return nil, fmt.Errorf("%w: a software key needs --passphrase-file", errUsage)
	}
	pass, err := os.ReadFile(path)
	return bytes.TrimRight(pass, "\r\n"), err
}

// keyCommand makes and shows keys.
type keyCommand struct {
	New  keyNewCommand  `cmd:"" help:"Make a software key, sealed with a passphrase."`
	Show keyShowCommand `cmd:"" help:"Print a public key as PEM."`
}

type keyNewCommand struct {
	File           string `arg:"" type:"path" help:"Where it goes. There must be nothing yet."`
	PassphraseFile string `type:"path" required:"" placeholder:"FILE" help:"Holds the passphrase."`
}

// Run makes the key and prints its public half.
func (c keyNewCommand) Run(w world) error {
	pass, err := passphrase(c.PassphraseFile)
	if err != nil {
		return err
	}
	k, err := attest.NewSoftwareKey()
	if err != nil {
		return err
	}
	sealed, err := k.Seal(pass)
	if err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	f, err := os.OpenFile(c.File, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	if _, err := f.Write(sealed); err != nil {
		_ = f.Close()
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return showKey(w.stdout, k)
}

type keyShowCommand struct {
	signing
	Purpose string `default:"report" enum:"report,planner,owner,gate" help:"Which of the TPM's keys: ${enum}."`
}

// Run prints it.
func (c keyShowCommand) Run(w world) error {
	keys, closing, err := c.signers(c.Purpose)
	if err != nil {
		return err
	}
	defer closing()
	return showKey(w.stdout, keys[0])
}

func showKey(out io.Writer, s attest.Signer) error {
	k, err := attest.NewKey(s.Public())
	if err != nil {
		return err
	}
	_, err = out.Write(k.PEM())
	return err
}

// signCommand signs a file as its owner.
type signCommand struct {
	signing
	As   string `required:"" enum:"policy,plan,waivers" help:"What the file is: ${enum}."`
	File string `arg:"" type:"existingfile" help:"The file. The signature goes beside it, as FILE.sigstore.json."`
}

// Run reads the file as what it is said to be, and signs it.
func (c signCommand) Run(w world) error {
	content, err := os.ReadFile(c.File)
	if err != nil {
		return err
	}
	role := attest.Role(c.As)
	if err := sound(role, content); err != nil {
		return fmt.Errorf("%w: %s: %w", errUsage, c.File, err)
	}
	keys, closing, err := c.signers(ownerKey)
	if err != nil {
		return err
	}
	defer closing()
	b, err := attest.SignFile(keys[0], role, filepath.Base(c.File), content)
	if err != nil {
		return err
	}
	return keep(c.File+witness.Ending, b.JSON())
}

// sound refuses to sign what the gate would not read.
func sound(role attest.Role, content []byte) (err error) {
	switch role {
	case attest.RolePolicy:
		_, err = gate.ParsePolicy(content)
	case attest.RolePlan:
		_, err = gate.ParseRelease(content)
	case attest.RoleWaivers:
		_, err = gate.ParseWaivers(content)
	}
	return err
}

// keep writes a file whole.
func keep(path string, content []byte) error {
	return result.WriteFile(path, func(w io.Writer) error {
		_, err := w.Write(content)
		return err
	})
}

// publicKey reads a PEM file.
func publicKey(path string) (attest.Key, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return attest.Key{}, err
	}
	k, err := attest.ParseKey(text)
	if err != nil {
		return k, fmt.Errorf("%w: %s: %w", errUsage, path, err)
	}
	return k, nil
}
