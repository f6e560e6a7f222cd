package door_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/conformance/door"
)

// Requirement: a door fault changes what passes between page and agent, and
// leaves the provider's requests alone. Turned red by: faults that apply to
// every address.
func TestFaultsStayAtTheDoor(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusForbidden)
		_, _ = io.WriteString(w, `{"status_code":1096111105,"running":true,"statusCode":"200","origin":"`+r.Header.Get("Origin")+`","ticket":""}`)
	}))
	defer server.Close()
	for _, f := range door.All {
		t.Run(f.ID, func(t *testing.T) {
			carrier, err := door.Transport([]string{f.ID}, door.Cell{LoginOrigin: "http://login", SigningOrigin: "http://sign"}, http.DefaultTransport)
			if err != nil {
				t.Fatal(err)
			}
			plain := get(t, http.DefaultTransport, server.URL+"/openam/x")
			if faulty := get(t, carrier, server.URL+"/openam/x"); faulty != plain {
				t.Errorf("the provider's answer changed to %s", faulty)
			}
			if f.Title == "" || f.Why == "" || !strings.HasPrefix(f.ID, "door.") {
				t.Error("the fault lacks a title, a reason or its area")
			}
		})
	}
}

// Requirement: an unknown fault is a mistake. Turned red by: ignoring it.
func TestUnknown(t *testing.T) {
	if _, err := door.Transport([]string{"door.nothing"}, door.Cell{}, http.DefaultTransport); err == nil {
		t.Error("an unknown fault is accepted")
	}
}

func get(t *testing.T, carrier http.RoundTripper, address string) string {
	t.Helper()
	client := &http.Client{Transport: carrier}
	resp, err := client.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.Status + string(raw)
}
