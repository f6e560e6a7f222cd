package account

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/smartcard-connect/smartcard-connect/hil/durable"
)

// File is the accounts of a hub. It is read again when it has changed, so that
// an account that is added or taken away counts at once. Its zero value with a
// Path is ready for use; one that does not exist is empty.
type File struct {
	Path   string
	Random io.Reader // for salts; needed by Add only

	mu      sync.Mutex
	changed time.Time
	size    int64
	read    []Account
	busy    chan struct{} // bounds what hashing costs at once
}

// content is the file's form.
type content struct {
	Accounts []Account `json:"accounts"`
}

// All is all accounts, by name.
func (f *File) All() ([]Account, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.all()
}

func (f *File) all() ([]Account, error) {
	info, err := os.Stat(f.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if f.read != nil && info.ModTime().Equal(f.changed) && info.Size() == f.size {
		return f.read, nil
	}
	raw, err := os.ReadFile(f.Path)
	if err != nil {
		return nil, err
	}
	list, err := decode(raw)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.Path, err)
	}
	f.read, f.changed, f.size = list, info.ModTime(), info.Size()
	return list, nil
}

func decode(raw []byte) ([]Account, error) {
	var c content
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(&c); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	names := map[string]bool{}
	for _, a := range c.Accounts {
		if err := a.check(); err != nil {
			return nil, err
		}
		if names[a.Name] {
			return nil, fmt.Errorf("%w: %s", ErrExists, a.Name)
		}
		names[a.Name] = true
	}
	return c.Accounts, nil
}

// Find is the account of a name, or ErrUnknown.
func (f *File) Find(name string) (Account, error) {
	all, err := f.All()
	if err != nil {
		return Account{}, err
	}
	for _, a := range all {
		if a.Name == name {
			return a, nil
		}
	}
	return Account{}, fmt.Errorf("%w: %s", ErrUnknown, name)
}

// nobody is what a password is held to where there is no such account, so that
// the time taken does not tell which names exist. No password gives its key.
var nobody = hashed{cost: usual, salt: make([]byte, saltLength), key: make([]byte, keyLength)}

// Check is the account that a name and a password are of, or ErrWrong. Two are
// checked at a time; others wait.
func (f *File) Check(name string, password []byte) (Account, error) {
	a, err := f.Find(name)
	if err != nil && !errors.Is(err, ErrUnknown) {
		return Account{}, err
	}
	h := nobody
	if err == nil {
		if h, err = parse(a.Hash); err != nil {
			return Account{}, err
		}
	}
	defer f.turn()()
	if len(password) > longest || !h.matches(password) || a.Name == "" {
		return Account{}, ErrWrong
	}
	return a, nil
}

// turn waits until hashing may begin, and says how it ends.
func (f *File) turn() (done func()) {
	f.mu.Lock()
	if f.busy == nil {
		f.busy = make(chan struct{}, 2)
	}
	busy := f.busy
	f.mu.Unlock()
	busy <- struct{}{}
	return func() { <-busy }
}

// Add makes an account. ErrExists where the name is taken: Remove it first.
func (f *File) Add(name string, role Role, password []byte) error {
	h, err := hash(password, usual, f.Random)
	if err != nil {
		return err
	}
	a := Account{Name: name, Role: role, Hash: h}
	if err := a.check(); err != nil {
		return err
	}
	return f.change(func(all []Account) ([]Account, error) {
		if slices.ContainsFunc(all, func(b Account) bool { return b.Name == name }) {
			return nil, fmt.Errorf("%w: %s", ErrExists, name)
		}
		all = append(all, a)
		slices.SortFunc(all, func(x, y Account) int { return bytes.Compare([]byte(x.Name), []byte(y.Name)) })
		return all, nil
	})
}

// Remove takes an account away; its sessions end with it.
func (f *File) Remove(name string) error {
	return f.change(func(all []Account) ([]Account, error) {
		left := slices.DeleteFunc(all, func(a Account) bool { return a.Name == name })
		if len(left) == len(all) {
			return nil, fmt.Errorf("%w: %s", ErrUnknown, name)
		}
		return left, nil
	})
}

// change writes the file anew, whole or not at all, for its owner alone.
func (f *File) change(to func([]Account) ([]Account, error)) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	all, err := f.all()
	if err != nil {
		return err
	}
	if all, err = to(slices.Clone(all)); err != nil {
		return err
	}
	raw, err := json.MarshalIndent(content{Accounts: all}, "", "  ")
	if err != nil {
		return err
	}
	f.read = nil
	return replace(f.Path, append(raw, '\n'))
}

// replace puts a file in the place of another in one step.
func replace(path string, raw []byte) error {
	tmp, err := os.CreateTemp(filepath.Dir(path), ".accounts-*") // made with mode 0600
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(tmp.Name()) }()
	_, err = tmp.Write(raw)
	if err = errors.Join(err, tmp.Sync(), tmp.Close()); err != nil {
		return err
	}
	return durable.Rename(tmp.Name(), path)
}
