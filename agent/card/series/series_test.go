package series_test

import (
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/agent/card"
	"github.com/smartcard-connect/smartcard-connect/agent/card/series"
)

// Each ATR of the public lists finds its series, is refused by name, or is
// refused with itself and a word on series 4 (issue 2, point 2).
// Turned red by: a row in the wrong place, or a pattern too wide.
func TestFind(t *testing.T) {
	for atr, want := range map[string]string{
		"3B DD 18 00 81 31 FE 45 80 F9 A0 00 00 00 77 01 00 70 0A 90 00 8B":             "8",
		"3B DB 96 00 80 B1 FE 45 1F 83 00 31 C0 64 C7 FC 10 00 07 90 00 72":             "8",
		"3B 7B 18 00 00 00 31 C0 64 C6 FC 10 00 07 90 00":                               "8",
		"3B D6 97 00 81 B1 FE 45 1F 87 80 31 C1 52 41 12 23":                            "9",
		"3B D6 97 00 81 B1 FE 45 1F 87 80 31 C1 52 51 13 32":                            "9",
		"3B D7 97 00 81 B1 FE 45 1F 87 80 31 C1 53 51 13 20 12":                         "9",
		"3B D8 18 00 80 B1 FE 45 1F 07 80 31 C1 64 08 06 92 0F D5":                      "9",
		"3B DB 96 00 80 1F 03 00 31 C0 64 77 E3 03 00 82 90 00 C1":                      "9",
		"3B DF 96 00 81 B1 FE 45 1F 83 80 73 CC 91 CB F9 A0 00 00 03 08 00 00 10 00 79": "9",
		"3B DF 96 00 81 31 FE 45 80 73 84 21 E0 55 49 78 00 00 80 83 0F 90 00 0C":       "10",
		"3B F9 18 00 00 81 31 FE 45 4A 43 4F 50 34 31 56 32 32 AF":                      "withdrawn",
		"3B 6A 00 FF 4A 43 4F 50 34 31 56 32 32 31":                                     "withdrawn",
		"3B DD 96 00 81 31 FE 45 80 F9 A0 00 00 00 77 01 08 00 07 90 00 70":             "series 4",
		"3B":       "series 4",
		"":         "series 4",
		"FF FF FF": "series 4",
	} {
		raw, _ := hex.DecodeString(strings.ReplaceAll(atr, " ", ""))
		d, err := series.Find(raw)
		switch want {
		case "8", "9", "10":
			if err != nil || d.Series != want {
				t.Errorf("%s: series %q, %v; want %s", atr, d.Series, err, want)
			}
		case "withdrawn":
			if !errors.As(err, new(card.RetiredError)) || !strings.Contains(err.Error(), "5 or 6") {
				t.Errorf("%s: %v", atr, err)
			}
		default:
			var unknown card.UnknownError
			if !errors.As(err, &unknown) || string(unknown.ATR) != string(raw) || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v", atr, err)
			}
		}
	}
}
