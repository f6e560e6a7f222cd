package witness

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/smartcard-connect/smartcard-connect/reports/attest"
)

// ErrIndex is wrapped when attestations cannot go under one index.
var ErrIndex = errors.New("not indexed")

// name is the file of a run's index.
const name = "index" + Ending

// MakeIndex signs the index of the attempts in a folder, which may be several
// hosts'. The planner lists only what the key of a host that it has enrolled has
// signed, for one run of this plan. What is there is never replaced.
func MakeIndex(dir string, planner attest.Signer, hosts []*attest.Bundle, plan attest.Artifact) error {
	if _, err := os.Stat(filepath.Join(dir, name)); err == nil {
		return fmt.Errorf("%w: %s has an index already", ErrIndex, dir)
	}
	keys, err := enrolled(planner, hosts)
	if err != nil {
		return err
	}
	paths, err := filepath.Glob(filepath.Join(dir, "*"+Ending))
	if err != nil {
		return err
	}
	i := attest.Index{Plan: plan.SHA256}
	subjects := []attest.Artifact{}
	for _, path := range paths {
		if err := list(path, keys, &i, &subjects); err != nil {
			return fmt.Errorf("%w: %s: %w", ErrIndex, filepath.Base(path), err)
		}
	}
	if len(i.Attempts) == 0 {
		return fmt.Errorf("%w: there is no attestation in %s", ErrIndex, dir)
	}
	return writeIndex(dir, planner, i, subjects)
}

// enrolled are the hosts by the records that this planner signed.
func enrolled(planner attest.Signer, hosts []*attest.Bundle) (map[string]attest.Key, error) {
	own, err := attest.NewKey(planner.Public())
	if err != nil {
		return nil, err
	}
	keys := map[string]attest.Key{}
	for _, b := range hosts {
		s, err := b.Verify(own)
		if err != nil {
			return nil, fmt.Errorf("%w: the record of a host: %w", ErrIndex, err)
		}
		r, k, err := attest.ReadRecord(s)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrIndex, err)
		}
		keys[r.Host] = k
	}
	return keys, nil
}

// list adds one attempt to the index.
func list(path string, hosts map[string]attest.Key, i *attest.Index, subjects *[]attest.Artifact) error {
	raw, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	b, err := attest.Read(raw)
	if err != nil {
		return err
	}
	a, err := by(b, hosts)
	if err != nil {
		return err
	}
	if i.Run == "" {
		i.Run, i.Start, i.End = a.Run, a.Cell.Start, a.Cell.End
	}
	if a.Run != i.Run || a.Plan.SHA256 != i.Plan {
		return errors.New("it is of another run or of another plan")
	}
	if a.Cell.Start.Before(i.Start) {
		i.Start = a.Cell.Start
	}
	if a.Cell.End.After(i.End) {
		i.End = a.Cell.End
	}
	i.Attempts = append(i.Attempts, attest.Entry{Cell: a.Cell.ID, Number: a.Number, Host: a.Host, Statement: b.Digest()})
	*subjects = merge(*subjects, a.Subjects)
	return nil
}

// by is the attempt, if the host that it names signed it.
func by(b *attest.Bundle, hosts map[string]attest.Key) (attest.Attempt, error) {
	var keys []attest.Key
	for _, k := range hosts {
		keys = append(keys, k)
	}
	s, key, err := b.VerifyAny(keys)
	if err != nil {
		return attest.Attempt{}, err
	}
	a, err := attest.ReadAttempt(s)
	if err == nil && hosts[a.Host].ID() != key.ID() {
		err = fmt.Errorf("it says host %s, whose key did not sign it", a.Host)
	}
	return a, err
}

func merge(all, more []attest.Artifact) []attest.Artifact {
	for _, m := range more {
		known := false
		for _, a := range all {
			known = known || a.SHA256 == m.SHA256
		}
		if !known {
			all = append(all, m)
		}
	}
	return all
}

func writeIndex(dir string, planner attest.Signer, i attest.Index, subjects []attest.Artifact) error {
	i.Class = planner.Class()
	s, err := i.Statement(subjects)
	if err != nil {
		return err
	}
	_, err = write(filepath.Join(dir, name), planner, s)
	return err
}
