package record

import (
	"context"
	"slices"
	"strings"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
)

// Where the numbers are by which a card is told from others.
var (
	selectPIV       = iso7816.Command{INS: 0xA4, P1: 4, Data: []byte{0xA0, 0, 0, 3, 8, 0, 0, 0x10, 0, 1, 0}, Le: 256}
	selectAuthentIC = iso7816.Command{INS: 0xA4, P1: 4, Data: []byte{0xA0, 0, 0, 0, 0x77, 1, 0, 0x70, 0x0A, 0x10, 0, 0xF1, 0, 0, 1, 0}}
	getHolder       = iso7816.Command{INS: 0xCB, P1: 0x3F, P2: 0xFF, Data: []byte{0x5C, 3, 0x5F, 0xC1, 2}, Le: 256} // SP 800-73-4: CHUID
	getProduction   = iso7816.Command{INS: 0xCA, P1: 0x9F, P2: 0x7F, Le: 0x2D}                                      // GlobalPlatform: CPLC
)

// Serial asks a card for its own number, in upper-case hexadecimal: a PIV card's
// GUID, else the serial number in its production data. It is empty where the
// card has neither. What it selected is gone after a reset.
func Serial(ctx context.Context, card iso7816.Transmitter, p iso7816.Protocol) (string, error) {
	ch := iso7816.Channel{Card: card, Protocol: p}
	if r, err := ch.Send(ctx, selectPIV); err != nil {
		return "", err
	} else if r.SW == iso7816.OK {
		object, err := ch.Send(ctx, getHolder)
		if err != nil {
			return "", err
		}
		if guid, ok := iso7816.Find(object.Data, 0x53, 0x34); ok && slices.ContainsFunc(guid, func(b byte) bool { return b != 0 }) {
			return show(guid), nil
		}
	}
	if _, err := ch.Send(ctx, selectAuthentIC); err != nil {
		return "", err
	}
	r, err := ch.Send(ctx, getProduction)
	if err != nil || r.SW != iso7816.OK || len(r.Data) < 19 {
		return "", err
	}
	return show(r.Data[15:19]), nil
}

// listed reports whether a card's number is among those of test cards, written
// with or without hyphens and spaces.
func listed(serial string, cards []string) bool {
	plain := strings.NewReplacer("-", "", " ", "")
	return serial != "" && slices.ContainsFunc(cards, func(c string) bool { return strings.EqualFold(plain.Replace(c), serial) })
}
