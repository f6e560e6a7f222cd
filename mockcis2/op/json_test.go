package op

import (
	"encoding/json"
	"testing"
)

// Requirement: tokens read as encoding/json would write them. Source: RFC 8259
// section 7. Turned red by: a character that is not escaped, or another order.
func TestAppendJSON(t *testing.T) {
	for _, object := range []map[string]any{
		{}, {"b": "x", "a": int64(-7), "c": 12, "D": nil}, {"list": []string{"a", "b"}, "map": map[string]string{"z": "1", "y": "<"}, "yes": true},
		{"odd": "\x00\x1f\x7f \u2028\u2029 \xff é \" \\ <&> \n", "<k>\"": 1.5, "é": "plain"},
	} {
		want, err := json.Marshal(object)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := appendJSON([]byte("kept"), object); err != nil || string(got) != "kept"+string(want) {
			t.Errorf("%s, %v instead of %s", got, err, want)
		}
	}
	if _, err := appendJSON(nil, map[string]any{"f": func() {}}); err == nil {
		t.Error("a function was written")
	}
}
