package op

import (
	"encoding/json"
	"slices"
	"strconv"
)

// appendJSON appends what json.Marshal makes of an object, members in order of
// the alphabet. Plain text and whole numbers, which tokens and their answers are
// made of, it writes itself: encoding/json copies each key and value first.
func appendJSON(to []byte, object map[string]any) ([]byte, error) {
	var room [32]string
	names := room[:0]
	for name := range object {
		names = append(names, name)
	}
	slices.Sort(names)
	to = append(to, '{')
	for i, name := range names {
		if i > 0 {
			to = append(to, ',')
		}
		var err error
		if to, err = appendText(to, name); err != nil {
			return nil, err
		}
		if to, err = appendValue(append(to, ':'), object[name]); err != nil {
			return nil, err
		}
	}
	return append(to, '}'), nil
}

func appendValue(to []byte, value any) ([]byte, error) {
	switch v := value.(type) {
	case string:
		return appendText(to, v)
	case int64:
		return strconv.AppendInt(to, v, 10), nil
	case int:
		return strconv.AppendInt(to, int64(v), 10), nil
	}
	raw, err := json.Marshal(value)
	return append(to, raw...), err
}

// appendText leaves what has to be escaped to encoding/json.
func appendText(to []byte, s string) ([]byte, error) {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c >= 0x7f || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
			raw, err := json.Marshal(s)
			return append(to, raw...), err
		}
	}
	return append(append(append(to, '"'), s...), '"'), nil
}
