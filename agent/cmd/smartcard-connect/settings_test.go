//go:build !windows

package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/agent/settings"
)

// Requirement: `settings` shows each value with its tier and what was ignored
// and why, as text and as an array of objects with id and title; it fails when
// something is ignored, and a wrong file that was named is wrong use (issue
// "settings", design §5). Turned red by: a list without complaints, or exit 0.
func TestSettingsVerb(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("XDG_CONFIG_HOME", dir)
	user, file := filepath.Join(dir, "smartcard-connect", "settings"), filepath.Join(dir, "settings.json")
	if err := os.Mkdir(filepath.Dir(user), 0o700); err != nil {
		t.Fatal(err)
	}
	write := func(path, text string) {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(user, "TimeToShowPinForm = 45\nSigningOrigins = https://evil.example\n")
	write(file, `{"issuers":[{"url":"http://127.0.0.1:9/realm","environment":"int"}],"time_to_show_pin_form":60}`)
	command := settingsCommand{settingsFlag: settingsFlag{File: file}}
	var out bytes.Buffer
	var c settings.Complaint
	if err := command.Run(&streams{out: &out}); !errors.As(err, &c) || c.Name != "SigningOrigins" {
		t.Errorf("text: %v", err)
	}
	for _, want := range []string{file, user + ":1 (overridden)", "(ignored: it is a security setting"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%s lacks %s", out.String(), want)
		}
	}
	out.Reset()
	command.JSON = true
	var rows []struct{ ID, Title, Tier string }
	if err := command.Run(&streams{out: &out}); err == nil || json.Unmarshal(out.Bytes(), &rows) != nil || len(rows) != len(settings.Table())+1 {
		t.Fatalf("%v: %s", err, out.String())
	}
	if last := rows[len(rows)-1]; last.ID != "ignored.1" || last.Title == "" || last.Tier != "user" {
		t.Errorf("%+v", last)
	}
	write(file, `{"issuer":[]}`)
	var u usage
	if err := command.Run(&streams{out: &out}); !errors.As(err, &u) {
		t.Errorf("a wrong file: %v", err)
	}
}
