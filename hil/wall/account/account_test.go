package account_test

import (
	"crypto/rand"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/hil/wall/account"
)

var secret = []byte("correct horse battery")

func fileWith(t *testing.T, names ...string) *account.File {
	t.Helper()
	f := &account.File{Path: filepath.Join(t.TempDir(), "accounts.json"), Random: rand.Reader}
	for _, n := range names {
		if err := f.Add(n, account.Operator, secret); err != nil {
			t.Fatal(err)
		}
	}
	return f
}

// Requirement: a password is kept as Argon2id and nowhere else, in a file for
// its owner alone; the right one opens, a wrong one and an unknown name are told
// in the same words. Source: issue point 6; RFC 9106. Turned red by: keeping it
// in the clear, or an error that says which names exist.
func TestCheck(t *testing.T) {
	f := fileWith(t, "ada")
	if a, err := f.Check("ada", secret); err != nil || a.Role != account.Operator {
		t.Errorf("the right password: %v, %v", a, err)
	}
	_, wrong := f.Check("ada", []byte("correct horse"))
	_, unknown := f.Check("bob", secret)
	if !errors.Is(wrong, account.ErrWrong) || !errors.Is(unknown, account.ErrWrong) || wrong.Error() != unknown.Error() {
		t.Errorf("wrong: %v; unknown: %v", wrong, unknown)
	}
	raw, err := os.ReadFile(f.Path)
	if err != nil || strings.Contains(string(raw), string(secret)) || !strings.Contains(string(raw), "$argon2id$v=19$") {
		t.Errorf("%v, the file is\n%s", err, raw)
	}
	if info, err := os.Stat(f.Path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}

// Requirement: what another process adds or takes away counts at once, without a
// restart. Turned red by: reading the file once.
func TestFileIsReadAgain(t *testing.T) {
	f := fileWith(t, "ada")
	hub := &account.File{Path: f.Path}
	if _, err := hub.Find("ada"); err != nil {
		t.Fatal(err)
	}
	if err := f.Remove("ada"); err != nil {
		t.Fatal(err)
	}
	if _, err := hub.Find("ada"); !errors.Is(err, account.ErrUnknown) {
		t.Errorf("after removal: %v", err)
	}
}

// Requirement: what is no account is refused and the file stays as it was.
// Turned red by: a check left out.
func TestBadAccountsAreRefused(t *testing.T) {
	f := fileWith(t, "ada")
	before, _ := os.ReadFile(f.Path)
	for name, c := range map[string]struct {
		account  string
		role     account.Role
		password string
		want     error
	}{
		"twice": {"ada", account.Viewer, string(secret), account.ErrExists}, "short": {"bob", account.Viewer, "elevenbytes", account.ErrInvalid},
		"long": {"bob", account.Viewer, strings.Repeat("x", 257), account.ErrInvalid}, "role": {"bob", "root", string(secret), account.ErrInvalid},
		"name": {"../bob", account.Viewer, string(secret), account.ErrInvalid}, "empty": {"", account.Viewer, string(secret), account.ErrInvalid},
	} {
		if err := f.Add(c.account, c.role, []byte(c.password)); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if after, _ := os.ReadFile(f.Path); string(after) != string(before) {
		t.Error("the file changed")
	}
}

// Requirement: a file that cannot be read says why and lets nobody in. Turned
// red by: a hash whose cost would take all memory, or a panic.
func TestBadFilesAreRefused(t *testing.T) {
	hash := "$argon2id$v=19$m=64,t=1,p=1$c2FsdHNhbHQ$MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMQ"
	row := func(name, role, hash string) string {
		return `{"name":"` + name + `","role":"` + role + `","hash":"` + hash + `"}`
	}
	for name, content := range map[string]string{
		"no JSON": "{", "field": `{"accounts":[],"x":1}`, "twice": `{"accounts":[` + row("a", "viewer", hash) + "," + row("a", "viewer", hash) + `]}`,
		"huge": `{"accounts":[` + row("a", "viewer", strings.Replace(hash, "m=64", "m=4294967295", 1)) + `]}`,
		"none": `{"accounts":[` + row("a", "viewer", "") + `]}`, "bcrypt": `{"accounts":[` + row("a", "viewer", "$2a$10$x") + `]}`,
		"salt": `{"accounts":[` + row("a", "viewer", strings.Replace(hash, "c2FsdHNhbHQ", "!", 1)) + `]}`,
	} {
		path := filepath.Join(t.TempDir(), "accounts.json")
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		f := &account.File{Path: path}
		if _, err := f.Check("a", secret); err == nil || errors.Is(err, account.ErrWrong) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Requirement: roles are ordered, and what is no role may nothing. Turned red
// by: comparing names.
func TestRoles(t *testing.T) {
	for _, c := range []struct {
		has, needs account.Role
		may        bool
	}{
		{account.Viewer, account.Viewer, true}, {account.Viewer, account.Operator, false}, {account.Operator, account.Viewer, true},
		{account.Operator, account.Admin, false}, {account.Admin, account.Admin, true}, {"", account.Viewer, false}, {"root", account.Viewer, false}, {account.Admin, "", false},
	} {
		if c.has.May(c.needs) != c.may {
			t.Errorf("%q may %q: %v", c.has, c.needs, !c.may)
		}
	}
}
