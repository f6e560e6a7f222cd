package card

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
)

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
