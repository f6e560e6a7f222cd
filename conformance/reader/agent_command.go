package reader

import (
	"context"
	"encoding/hex"
	"fmt"

	"github.com/smartcard-connect/smartcard-connect/conformance/target"
)

// longestShort is header, Lc, 255 bytes and Le.
const longestShort = header + 255 + 1

var shortAPDUs = restored(func(ctx context.Context, t *target.Target) error {
	err := signIn(ctx, t)
	commands, failed := heard(ctx, t)
	if failed != nil {
		return first(err, failed)
	}
	for _, c := range commands {
		if n := len(c) / 2; n > longestShort || n > header && c[8:10] == "00" {
			return fmt.Errorf("a command of %d bytes is of extended length: %.20s…", n, c)
		}
	}
	return err
})

var t0Commands = restored(func(ctx context.Context, t *target.Target) error {
	err := signIn(ctx, t)
	commands, failed := heard(ctx, t)
	if failed != nil {
		return first(err, failed)
	}
	for _, c := range commands {
		if n := len(c) / 2; n > header && n != header+length(c) {
			return fmt.Errorf("a command of %d bytes with %d of data cannot pass on T=0: %.20s…", n, length(c), c)
		}
	}
	return err
})

// length is Lc of a short command in hexadecimal.
func length(command string) int {
	b, err := hex.DecodeString(command[8:10])
	if err != nil {
		return 0
	}
	return int(b[0])
}
