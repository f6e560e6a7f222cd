package record

import (
	"crypto/sha256"
	"errors"
	"fmt"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
)

// tries is what a recording remembers so that it never costs a card.
type tries struct {
	refused map[[32]byte]bool // references with data that the card refused
	failed  map[string]bool   // and the macros in them
	left    map[byte]int      // what the card last said of each reference
	chain   byte              // the instruction of an unfinished chain
}

func newTries() tries {
	return tries{refused: map[[32]byte]bool{}, failed: map[string]bool{}, left: map[byte]int{}}
}

// mayTry refuses to send a passcode that the card refused before.
func (t *tries) mayTry(s Step, command []byte) error {
	for _, m := range s.macros() {
		if t.failed[m] {
			return fmt.Errorf("%w: the card refused {%s}, and it is never sent twice", ErrTries, m)
		}
	}
	if t.refused[fingerprint(command)] {
		return fmt.Errorf("%w: the card refused the same data before", ErrTries)
	}
	return nil
}

// wantsCounter holds for commands whose reference can be asked for its counter
// first. In the middle of a chain the question would break it.
func (t *tries) wantsCounter(command []byte) bool {
	return (command[1] == 0x20 || command[1] == 0x24) && t.chain != command[1]
}

// mayAsk refuses a question for a counter of which fewer than two are left: some
// cards take it for a try.
func (t *tries) mayAsk(command []byte) error {
	left, known := t.left[command[3]]
	if asks(command) && known && left == 1 {
		return fmt.Errorf("%w: %d left, and some cards count the question", ErrTries, left)
	}
	return nil
}

// after learns from an answer. It fails when fewer than two tries remain after a
// try, or when a question cost one.
func (t *tries) after(s Step, command []byte, sw iso7816.SW) error {
	t.chain = 0
	if command[0]&0x10 != 0 {
		t.chain = command[1]
	}
	left, counts := sw.Retries()
	if asks(command) && counts {
		before, known := t.left[command[3]]
		t.left[command[3]] = left
		if known && left < before {
			return fmt.Errorf("%w: this card takes the question for a try: %d left", ErrTries, left)
		}
	}
	if classify(command) != Spends {
		return nil
	}
	clear(t.left)
	if sw == iso7816.OK {
		return nil
	}
	t.refused[fingerprint(command)] = true
	for _, m := range s.macros() {
		t.failed[m] = true
	}
	return enough(sw)
}

// asks holds for VERIFY without data.
func asks(command []byte) bool {
	return command[1] == 0x20 && command[2] == 0 && classify(command) == Harmless
}

// enough is an error when a status word says that fewer than two tries remain.
func enough(sw iso7816.SW) error {
	if left, ok := sw.Retries(); ok && left < 2 {
		return fmt.Errorf("%w: %d left", ErrTries, left)
	}
	if errors.Is(sw, iso7816.ErrBlocked) {
		return fmt.Errorf("%w: %w", ErrTries, sw)
	}
	return nil
}

// fingerprint stands for a command's reference and data, which may be a
// passcode.
func fingerprint(command []byte) [32]byte { return sha256.Sum256(command[1:]) }
