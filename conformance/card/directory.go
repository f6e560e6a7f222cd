package card

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
)

// fileAt reads a whole transparent file by its path from the master file.
func (s *session) fileAt(ctx context.Context, path []byte) ([]byte, error) {
	if _, err := s.wants(ctx, iso7816.Command{INS: 0xA4, P1: 0x08, P2: 0x0C, Data: path}); err != nil {
		return nil, err
	}
	var file []byte
	for {
		r, err := s.ch.Send(ctx, iso7816.Command{INS: 0xB0, P1: byte(len(file) >> 8), P2: byte(len(file)), Le: iso7816.MaxShort})
		if err != nil {
			return nil, err
		}
		if r.SW == iso7816.OffsetOutside && len(file) > 0 {
			return file, nil
		}
		if r.SW != iso7816.OK && r.SW != iso7816.EndOfFile {
			return nil, fmt.Errorf("reading %X at %d: %w", path, len(file), r.SW)
		}
		file = append(file, r.Data...)
		if len(r.Data) < iso7816.MaxShort || len(file) >= 1<<15 {
			return file, nil
		}
	}
}

// there wants a path from the master file to select.
func (s *session) there(ctx context.Context, path []byte) error {
	_, err := s.wants(ctx, iso7816.Command{INS: 0xA4, P1: 0x08, P2: 0x0C, Data: path})
	return err
}

// pkcs15 is the PKCS#15 application's identifier (ISO/IEC 7816-15 §6.4).
var pkcs15 = append([]byte{0xA0, 0x00, 0x00, 0x00, 0x63}, "PKCS-15"...)

func applicationThere(ctx context.Context, s *session) error {
	file, err := s.fileAt(ctx, []byte{0x2F, 0x00})
	if err != nil {
		return fmt.Errorf("EF.DIR: %w", err)
	}
	name, _ := iso7816.Find(file, 0x61, 0x4F)
	path, _ := iso7816.Find(file, 0x61, 0x51)
	if !bytes.Equal(name, pkcs15) || len(path) < 4 {
		return fmt.Errorf("EF.DIR names % X at % X, not PKCS#15", name, path)
	}
	if err := s.there(ctx, path); err != nil {
		return fmt.Errorf("EF.DIR leads to % X: %w", path, err)
	}
	return nil
}

// The choices of an EF.ODF entry (ISO/IEC 7816-15 §8.2).
const (
	privateKeyFiles  = 0xA0
	certificateFiles = 0xA4
	passcodeFiles    = 0xA8
)

// directoryFiles are the paths in EF.ODF by what they are of.
func (s *session) directoryFiles(ctx context.Context) (map[uint32][]byte, error) {
	file, err := s.fileAt(ctx, []byte{0x50, 0x15, 0x50, 0x31})
	if err != nil {
		return nil, fmt.Errorf("EF.ODF: %w", err)
	}
	list, err := iso7816.ParseTLVs(file)
	if err != nil {
		return nil, fmt.Errorf("EF.ODF does not parse: %w", err)
	}
	out := map[uint32][]byte{}
	for _, t := range list {
		path, ok := iso7816.Find(t.Value, 0x30, 0x04)
		if !ok {
			return nil, fmt.Errorf("the entry %X of EF.ODF has no path", t.Tag)
		}
		if err := s.there(ctx, path); err != nil {
			return nil, fmt.Errorf("EF.ODF leads to % X: %w", path, err)
		}
		out[t.Tag] = path
	}
	return out, nil
}

func objectsThere(ctx context.Context, s *session) error {
	files, err := s.directoryFiles(ctx)
	if err != nil {
		return err
	}
	for _, tag := range []uint32{privateKeyFiles, certificateFiles, passcodeFiles} {
		if files[tag] == nil {
			return fmt.Errorf("EF.ODF has no entry %X", tag)
		}
	}
	return nil
}

// entries are the objects of a directory file.
func (s *session) entries(ctx context.Context, kind uint32) ([][]byte, error) {
	files, err := s.directoryFiles(ctx)
	if err != nil {
		return nil, err
	}
	if files[kind] == nil {
		return nil, fmt.Errorf("EF.ODF has no entry %X", kind)
	}
	file, err := s.fileAt(ctx, files[kind])
	if err != nil {
		return nil, err
	}
	list, err := iso7816.ParseTLVs(file)
	if err != nil {
		return nil, fmt.Errorf("directory file %X does not parse: %w", files[kind], err)
	}
	var out [][]byte
	for _, t := range list {
		out = append(out, t.Value)
	}
	return out, nil
}

func certificatesThere(ctx context.Context, s *session) error {
	list, err := s.entries(ctx, certificateFiles)
	if err != nil {
		return err
	}
	if len(list) < 2 {
		return fmt.Errorf("the certificate directory has %d entries, not 2", len(list))
	}
	for i, entry := range list {
		path, ok := iso7816.Find(entry, 0xA1, 0x30, 0x30, 0x04)
		if !ok {
			return fmt.Errorf("entry %d of the certificate directory has no path", i)
		}
		file, err := s.fileAt(ctx, path)
		if err != nil {
			return fmt.Errorf("entry %d of the certificate directory leads to % X: %w", i, path, err)
		}
		if _, err := parse(file); err != nil {
			return fmt.Errorf("entry %d of the certificate directory leads to % X, no certificate: %w", i, path, err)
		}
	}
	return nil
}

// policy is the data object of a passcode's policy.
func (s *session) policy(ctx context.Context) ([]byte, error) {
	data, err := s.wants(ctx, iso7816.Command{INS: 0xCA, P1: 0x5F, P2: s.reference, Le: iso7816.MaxShort})
	if err != nil {
		return nil, fmt.Errorf("the passcode's policy: %w", err)
	}
	value, ok := iso7816.Find(data, 0x5F00|uint32(s.reference))
	if !ok {
		return nil, fmt.Errorf("the passcode's policy is % X, not 5F%02X", data, s.reference)
	}
	return value, nil
}

// number is a field of one byte.
func number(policy []byte, path ...uint32) (int, error) {
	value, ok := iso7816.Find(policy, path...)
	if !ok || len(value) != 1 {
		return 0, fmt.Errorf("the passcode's policy % X has no %X of one byte", policy, path)
	}
	return int(value[0]), nil
}

func policyTries(ctx context.Context, s *session) error {
	policy, err := s.policy(ctx)
	if err != nil {
		return err
	}
	limit, err := number(policy, 0x91)
	if err != nil {
		return err
	}
	// The right passcode fills the counter.
	if err := steps(verified, restarted)(ctx, s); err != nil {
		return err
	}
	left, err := s.tries(ctx)
	if err == nil && left != limit {
		err = fmt.Errorf("the passcode's policy limits the tries to %d, a full counter has %d", limit, left)
	}
	return err
}

// policyPUK looks at the second of the access rules VERIFY, RESET, CHANGE,
// MODIFY, DELETE: a byte, and a bitmap whose bit n-1 is credential n.
func policyPUK(ctx context.Context, s *session) error {
	policy, err := s.policy(ctx)
	if err != nil {
		return err
	}
	rules, _ := iso7816.Find(policy, 0x86)
	if len(rules) != 10 || rules[3]&(1<<(s.pukRef-1)) == 0 {
		return fmt.Errorf("the passcode's policy has the access rules % X: the second should name credential %d", rules, s.pukRef)
	}
	return nil
}

// lengthsAgree compares the policy with the passcode attributes of the first
// entry of EF.AODF: shortest, stored and longest length are its INTEGERs
// (ISO/IEC 7816-15 §8.9.2).
func lengthsAgree(ctx context.Context, s *session) error {
	policy, err := s.policy(ctx)
	if err != nil {
		return err
	}
	longest, err1 := number(policy, 0xA1, 0x83)
	shortest, err2 := number(policy, 0xA1, 0x84)
	list, err3 := s.entries(ctx, passcodeFiles)
	if err := errors.Join(err1, err2, err3); err != nil {
		return err
	}
	if len(list) == 0 {
		return errors.New("the passcode directory is empty")
	}
	attributes, _ := iso7816.Find(list[0], 0xA1, 0x30)
	fields, err := iso7816.ParseTLVs(attributes)
	if err != nil {
		return fmt.Errorf("the passcode directory does not parse: %w", err)
	}
	var lengths []int
	for _, f := range fields {
		if f.Tag == 0x02 && len(f.Value) == 1 {
			lengths = append(lengths, int(f.Value[0]))
		}
	}
	if len(lengths) != 3 || lengths[0] != shortest || !slices.Contains(lengths[1:], longest) {
		return fmt.Errorf("the policy has lengths %d to %d, the passcode directory %v", shortest, longest, lengths)
	}
	return nil
}
