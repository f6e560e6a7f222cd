package replay

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/smartcard-connect/smartcard-connect/hil/record"
)

func unhex(text string) []byte {
	raw, err := hex.DecodeString(text)
	if err != nil { // the reading refused such
		return nil
	}
	return raw
}

// shown is as much of a command as tells it from others.
const shown = 48

func brief(text string) string {
	if len(text) <= shown {
		return text
	}
	return fmt.Sprintf("%s… of %d bytes", text[:shown], len(text)/2)
}

// secrets holds commands with blanked bytes against what they had when they were
// recorded.
type secrets struct {
	record.Secrets
	bound map[string][]byte // numbers of the recording and what they were here
}

// same says why a command is not the recorded one; empty where it is.
func (s secrets) same(command []byte, e record.Exchange) string {
	open := strings.ReplaceAll(e.Command, "xx", "")
	if len(e.Command) != 2*len(command) || !strings.HasPrefix(strings.ToUpper(hex.EncodeToString(command)), strings.ToUpper(open)) {
		return "recorded is " + brief(e.Command)
	}
	blanked := command[len(open)/2:]
	if len(blanked) == 0 {
		return ""
	}
	return s.secret(blanked, e.Secret)
}

// secret says why blanked bytes are not those of this name.
func (s secrets) secret(data []byte, name string) string {
	known := s.Named()
	if want, ok := known[name]; ok {
		switch {
		case len(want) == 0:
			return fmt.Sprintf("it carries the card's %s, which the player was not given", name)
		case !bytes.Equal(data, record.Pad(name, want, len(data))):
			return fmt.Sprintf("recorded is one with the card's %s, and this one carries another", name)
		}
		return ""
	}
	if name == "" {
		return "what it carried was blanked and not named"
	}
	for who, is := range known {
		if len(is) > 0 && bytes.Equal(data, record.Pad(who, is, len(data))) {
			return fmt.Sprintf("it carries the card's %s, and the recorded one did not", who)
		}
	}
	return s.bind(data, name)
}

// bind lets a number stand for the first bytes it meets and for no others.
func (s secrets) bind(data []byte, name string) string {
	for other, is := range s.bound {
		if (other == name) != bytes.Equal(is, data) {
			return "its secret bytes are not those that the recording has at this place"
		}
	}
	s.bound[name] = bytes.Clone(data)
	return ""
}
