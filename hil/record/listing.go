package record

import (
	"context"
	"errors"
	"fmt"
	"io"

	"go.yaml.in/yaml/v3"

	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
)

// TestCards are the serial numbers of the cards that a bench file says are ours
// to spoil: "test: true" beside a "serial".
func TestCards(bench io.Reader) ([]string, error) {
	var file struct {
		Cards []struct {
			Serial string `yaml:"serial"`
			Test   bool   `yaml:"test"`
		} `yaml:"cards"`
	}
	if err := yaml.NewDecoder(bench).Decode(&file); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	var out []string
	for _, c := range file.Cards {
		if c.Test && c.Serial != "" {
			out = append(out, c.Serial)
		}
	}
	return out, nil
}

// Allowed asks a card who it is and refuses one that is not among the test cards.
// Errors wrap ErrInterlock, or are the reader's.
func Allowed(ctx context.Context, card iso7816.Transmitter, p iso7816.Protocol, cards []string) (serial string, err error) {
	serial, err = Serial(ctx, card, p)
	switch {
	case err != nil:
		return "", err
	case serial == "":
		return "", fmt.Errorf("%w: this card does not say which one it is", ErrInterlock)
	case !listed(serial, cards):
		return "", fmt.Errorf("%w: card %s is not listed as a test card", ErrInterlock, serial)
	}
	return serial, nil
}
