package diary

import (
	"encoding/json"
	"io"
)

// WriteLines exports entries as JSON lines, one Entry each.
func WriteLines(w io.Writer, entries []Entry) error {
	enc := json.NewEncoder(w)
	for _, e := range entries {
		if err := enc.Encode(e); err != nil {
			return err
		}
	}
	return nil
}
