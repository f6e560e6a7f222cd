package part

import (
	"os"
	"strings"
)

// most is how much of a log is worth repeating in an error.
const most = 600

// Tail is the end of a log, for an error: its last lines, at most 600 bytes.
func Tail(path string) string {
	b, err := os.ReadFile(path)
	if err != nil || len(b) == 0 {
		return "it said nothing"
	}
	if len(b) > most {
		b = b[len(b)-most:]
	}
	return strings.TrimSpace(string(b))
}
