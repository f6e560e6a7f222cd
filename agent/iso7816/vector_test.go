package iso7816

import (
	"bytes"
	"encoding/hex"
	"errors"
	"os"
	"strconv"
	"strings"
	"testing"
)

// vectors reads a table of testdata: rows of cells between bars.
func vectors(t *testing.T, name string) [][]string {
	t.Helper()
	raw, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	var rows [][]string
	for line := range strings.Lines(string(raw)) {
		if strings.HasPrefix(line, "#") || strings.TrimSpace(line) == "" {
			continue
		}
		cells := strings.Split(line, "|")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		rows = append(rows, cells)
	}
	return rows
}

// octets reads hexadecimal where NN*COUNT repeats a byte.
func octets(t *testing.T, s string) []byte {
	t.Helper()
	var out []byte
	for _, word := range strings.Fields(s) {
		pattern, times, repeated := strings.Cut(word, "*")
		b, err := hex.DecodeString(pattern)
		n := 1
		if repeated && err == nil {
			n, err = strconv.Atoi(times)
		}
		if err != nil {
			t.Fatalf("vector %q: %v", s, err)
		}
		out = append(out, bytes.Repeat(b, n)...)
	}
	return out
}

// All seven forms are read and written back byte for byte; anything else wraps
// ErrCommand (ISO/IEC 7816-3 §12.1.3).
// Turned red by: reading Le 00 as 0, or accepting a wrong Lc.
func TestCommandVectors(t *testing.T) {
	for _, v := range vectors(t, "command.txt") {
		apdu := octets(t, v[1])
		c, err := ParseCommand(apdu)
		if v[0] == "bad" {
			if !errors.Is(err, ErrCommand) {
				t.Errorf("% X: %v, %v", apdu, c, err)
			}
			continue
		}
		le, _ := strconv.Atoi(v[4])
		if err != nil || hex.EncodeToString([]byte{c.CLA, c.INS, c.P1, c.P2}) != strings.ToLower(v[2]) || !bytes.Equal(c.Data, octets(t, v[3])) || c.Le != le {
			t.Errorf("case %s: %v, %v", v[0], c, err)
		}
		if again, err := c.Bytes(); err != nil || !bytes.Equal(again, apdu) {
			t.Errorf("case %s written: % X, %v", v[0], again, err)
		}
	}
}

// A status word unwraps to what it means and prints its digits (§5.6).
// Turned red by: calling 63C0 anything but a wrong passcode.
func TestStatusVectors(t *testing.T) {
	meanings := map[string]error{
		"not-found": ErrNotFound, "security": ErrSecurity, "blocked": ErrBlocked, "passcode": ErrPasscode, "length": ErrLength,
		"unsupported": ErrUnsupported, "parameter": ErrParameter, "memory": ErrMemory, "status": ErrStatus,
	}
	for _, v := range vectors(t, "sw.txt") {
		digits, name, _ := strings.Cut(v[0], " ")
		n, _ := strconv.ParseUint(digits, 16, 16)
		sw := SW(n)
		if name == "ok" {
			if sw.Err() != nil {
				t.Errorf("%s: %v", digits, sw.Err())
			}
			continue
		}
		if err := sw.Err(); meanings[name] == nil || !errors.Is(err, meanings[name]) || !strings.Contains(err.Error(), digits) {
			t.Errorf("%s: %v, want %s", digits, err, name)
		}
	}
}

// Definite BER lengths are read, everything else wraps ErrTLV.
// Turned red by: accepting the indefinite form 80.
func TestTLVVectors(t *testing.T) {
	for _, v := range vectors(t, "tlv.txt") {
		b := octets(t, v[0])
		tlv, rest, err := ReadTLV(b)
		if v[1] == "bad" {
			if !errors.Is(err, ErrTLV) {
				t.Errorf("% X: %+v, %v", b, tlv, err)
			}
			continue
		}
		got := strings.ToUpper(strconv.FormatUint(uint64(tlv.Tag), 16)) + " " + strconv.Itoa(len(tlv.Value)) + " " + strconv.Itoa(len(rest))
		if want := strings.Join(v[1:4], " "); err != nil || got != want {
			t.Errorf("% X: %s, %v, want %s", b, got, err, want)
		}
	}
}
