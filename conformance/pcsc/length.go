package pcsc

// The most bytes of short APDUs (ISO/IEC 7816-4 §5.1): header, Lc, 255 bytes of
// data and Le; 256 bytes of data and the status word.
const (
	longestCommand = 4 + 1 + 255 + 1
	longestAnswer  = 256 + 2
)

// out is what of a command reaches the card.
func (w Wrong) out(command []byte) ([]byte, error) {
	switch {
	case w.LongRefused && len(command) > longestCommand:
		return nil, NotTransacted
	case w.LengthMisread && len(command) > 5 && command[4] == 0:
		return command[:5], nil
	}
	return command, nil
}

// back is what of an answer reaches the program.
func (w Wrong) back(answer []byte) []byte {
	if n := len(answer); w.LongCut && n > longestAnswer {
		return append(answer[:longestAnswer-2:longestAnswer-2], answer[n-2:]...)
	}
	return answer
}
