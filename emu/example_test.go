package emu_test

import (
	"context"
	"fmt"

	"github.com/smartcard-connect/smartcard-connect/emu"
)

// A card in three lines: the property template that tells a PIV card.
func Example() {
	card, _ := emu.New(emu.Options{})
	defer card.Close()
	answer, _ := card.Transmit(context.Background(), []byte{0x00, 0xA4, 0x04, 0x00, 0x05, 0xA0, 0x00, 0x00, 0x03, 0x08, 0x00})
	fmt.Printf("% X\n", answer)
	// Output: 61 22 4F 0B A0 00 00 03 08 00 00 10 00 01 00 79 07 4F 05 A0 00 00 03 08 50 0A 49 44 2D 4F 6E 65 20 50 49 56 90 00
}
