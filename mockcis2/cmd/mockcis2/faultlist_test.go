package main

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/mockcis2/fault"
)

// Requirement: the list has id, title, rp_test, params and owes of every fault;
// one ID is checked with its parameters, and an ill-formed one is wrong use.
// Source: design §5; issue item 5. Turned red by: a list that says less than the
// catalogue.
func TestListFaults(t *testing.T) {
	var out strings.Builder
	if err := listFaults(&out, "", true); err != nil {
		t.Fatal(err)
	}
	var all []map[string]any
	if err := json.Unmarshal([]byte(out.String()), &all); err != nil || len(all) != len(fault.All) {
		t.Fatalf("%d faults, %v", len(all), err)
	}
	tests := 0
	for _, f := range all {
		owes, _ := f["owes"].(map[string]any)
		if f["id"] == "" || f["title"] == "" || owes["who"] == nil || owes["expect"] == nil || owes["text"] == nil {
			t.Errorf("%v says too little", f)
		}
		if f["rp_test"] != nil {
			tests++
		}
	}
	if tests < 25 {
		t.Errorf("only %d name a test of the OpenID Foundation", tests)
	}
	out.Reset()
	if err := listFaults(&out, "provider.hang:endpoint=userinfo", false); err != nil || !strings.Contains(out.String(), "owes refuse") || strings.Contains(out.String(), "latency") {
		t.Errorf("%v: %s", err, out.String())
	}
	if err := listFaults(&out, "provider.hang:moon=1", false); !errors.Is(err, fault.ErrParam) || !strings.Contains(err.Error(), "it has endpoint=token") {
		t.Errorf("ill-formed: %v", err)
	}
}
