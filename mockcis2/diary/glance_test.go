package diary

import (
	"encoding/json"
	"reflect"
	"testing"
)

// Requirement: the quick reader of answers and tokens reads what encoding/json
// reads, or leaves it to it: a broken answer looks in the diary as it is. Source:
// the issue on the mock, "Bad input". Turned red by: taking a name in capitals for
// another, a number that is none, or an escape as it stands.
func FuzzGlance(f *testing.F) {
	for _, seed := range []string{
		`{"iss":"a","aud":"b","exp":1,"amr":["x","y"]}` + "\n", `{"aud":["a"]}`, `{"ISS":"a"}`, `{"iss":"a","iss":7}`, `{"iss":"\u0041"}`,
		`{"exp":01}`, `{"exp":1.5}`, `{"exp":1e3}`, `{"exp":-1}`, `{"exp":9007199254740993}`, `{"iss":null}`, `{"iss":{"a":[]}}`, `{"iss":"a",}`, `{}`, ``, `{"iss":"\xff"}`,
		`{"iss" : "a" }x`, `{"amr":["x",]}`, `{"amr":[]}`, `{"i\u017fs":"a"}`, `{"` + "\u017f" + `ub":"a"}`, `{"exp":1 2}`, `{"exp":}`, `{"iss":"a`, `["iss"]`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		var quick, whole claims
		if !glance(raw, quick.member) {
			return
		}
		if err := json.Unmarshal(raw, &whole); err != nil || !reflect.DeepEqual(quick, whole) {
			t.Errorf("%q reads %+v, and by encoding/json %+v, %v", raw, quick, whole, err)
		}
	})
}

// Requirement: the usual answers are read quickly. Source: bench.md. Turned red
// by: a reader that leaves all to encoding/json.
func TestGlanceTakesTheUsual(t *testing.T) {
	var c claims
	if raw := []byte(`{"acr":"AAL3_ANY","amr":["N3_SMARTCARD"],"exp":1795000000,"org.forgerock.openidconnect.ops":"x","tokenName":"id_token"}`); !glance(raw, c.member) || c.Ends != 1795000000.0 || c.ACR != "AAL3_ANY" {
		t.Errorf("read %+v", c)
	}
}
