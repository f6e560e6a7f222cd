package dialog

import (
	"strings"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/passcode"
)

// Look is all that a window shows at one moment. Its texts are those of the sheet,
// put together as every window has them; an empty one is a part that is not there.
type Look struct {
	passcode.View
	Alert  string // what was wrong, and the last try: to stand out
	Tries  string // the tries where there is more than one
	Hint   string // what a passcode is made of, and lock keys in the way
	Digits bool   // a passcode is of digits only

	Left, Whole time.Duration // of the countdown, where there is a Clock
}

// look is what to show now. locks is the hint about lock keys, misfit what was wrong
// with what was typed here, which is newer than any problem of the sheet.
func look(v passcode.View, digits bool, locks, misfit string) Look {
	l := Look{View: v, Digits: digits, Tries: v.Tries, Hint: strings.TrimSpace(v.Shape + " " + locks)}
	problem, loud := v.Problem, ""
	if misfit != "" {
		problem = misfit
	}
	if v.Warning {
		l.Tries, loud = "", v.Tries
	}
	l.Alert = strings.TrimSpace(problem + "\n" + loud)
	return l
}
