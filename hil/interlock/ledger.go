package interlock

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/gofrs/flock"

	"github.com/smartcard-connect/smartcard-connect/hil/durable"
	"github.com/smartcard-connect/smartcard-connect/hil/rig"
)

// File is a ledger in a file that only grows: a JSON object a line, synced
// before an act is allowed. Beside it is a lock, so that programs of one machine
// may share it. A last line that was cut off by a crash was never acted upon and
// is cut away; any other damage is ErrLedger, because a forgotten loss could
// cost the card.
type File string

var _ Ledger = File("")

// line is one in the file. Key is the number of the line that began.
type line struct {
	At     time.Time  `json:"at"`
	Serial string     `json:"serial"`
	Event  string     `json:"event"` // begin, end or settle
	Key    string     `json:"key,omitempty"`
	Spend  rig.Budget `json:"spend,omitzero"`
	Note   string     `json:"note"` // why it began, or how it ended
}

// Begin writes a line and syncs it.
func (f File) Begin(serial string, spend, limit rig.Budget, why string, now time.Time) (string, error) {
	var key string
	err := f.locked(func(file *os.File) error {
		lines, err := read(file)
		if err != nil {
			return err
		}
		account := accountOf(lines, serial)
		if len(account.Unsettled) > 0 {
			return fmt.Errorf("%w: %s", ErrUnsettled, account.Unsettled[0])
		}
		if err := within(account.Spent, spend, limit); err != nil {
			return err
		}
		key = strconv.Itoa(len(lines) + 1)
		return write(file, line{now.UTC(), serial, "begin", key, spend, why})
	})
	return key, err
}

// End writes a line; without a key it ends all that is open.
func (f File) End(serial, key, how string, now time.Time) error {
	return f.locked(func(file *os.File) error {
		if _, err := read(file); err != nil {
			return err
		}
		event := "end"
		if key == "" {
			event = "settle"
		}
		return write(file, line{now.UTC(), serial, event, key, rig.Budget{}, how})
	})
}

// Account adds up a card's lines.
func (f File) Account(serial string) (Account, error) {
	var a Account
	err := f.locked(func(file *os.File) error {
		lines, err := read(file)
		a = accountOf(lines, serial)
		return err
	})
	return a, err
}

// locked opens the file alone. A new one is synced into its folder.
func (f File) locked(use func(*os.File) error) error {
	path := string(f)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("%w: %w", ErrLedger, err)
	}
	lock := flock.New(path + ".lock")
	if err := lock.Lock(); err != nil {
		return fmt.Errorf("%w: %w", ErrLedger, err)
	}
	defer func() { _ = lock.Close() }()
	info, err := os.Stat(path)
	fresh := errors.Is(err, fs.ErrNotExist)
	if err == nil && !info.Mode().IsRegular() {
		return fmt.Errorf("%w: %s is not a plain file", ErrLedger, path)
	}
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrLedger, err)
	}
	defer func() { _ = file.Close() }()
	if fresh {
		if err := durable.Folder(filepath.Dir(path)); err != nil {
			return fmt.Errorf("%w: %w", ErrLedger, err)
		}
	}
	return use(file)
}

// read is all lines; it leaves the file at its end, a torn last line cut away.
func read(file *os.File) ([]line, error) {
	var lines []line
	var size int64
	for in := bufio.NewReader(file); ; {
		raw, err := in.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return lines, cut(file, size, len(raw) > 0)
		}
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrLedger, err)
		}
		size += int64(len(raw))
		l, err := parse(raw)
		if err != nil {
			return nil, fmt.Errorf("%w: %s, line %d: %w\nRestore it from a copy; do not delete it, or cards are spoilt", ErrLedger, file.Name(), len(lines)+1, err)
		}
		lines = append(lines, l)
	}
}

func parse(raw []byte) (l line, err error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(&l); err != nil {
		return l, err
	}
	known := l.Event == "begin" || l.Event == "end" || l.Event == "settle"
	if s := l.Spend; !known || l.Serial == "" || s.Writes < 0 || s.Tries < 0 || s.Locks < 0 {
		return l, errors.New("it is not one of ours")
	}
	return l, nil
}

func cut(file *os.File, size int64, torn bool) error {
	if torn {
		if err := file.Truncate(size); err != nil {
			return fmt.Errorf("%w: %w", ErrLedger, err)
		}
	}
	if _, err := file.Seek(size, io.SeekStart); err != nil {
		return fmt.Errorf("%w: %w", ErrLedger, err)
	}
	return nil
}

// write appends a line where read stopped. One that does not reach the disk is
// taken back, so that a full disk leaves no half line.
func write(file *os.File, l line) error {
	raw, err := json.Marshal(l)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrLedger, err)
	}
	at, err := file.Seek(0, io.SeekCurrent)
	if err == nil {
		_, err = file.Write(append(raw, '\n'))
	}
	if err == nil {
		err = file.Sync()
	}
	if err != nil {
		return errors.Join(fmt.Errorf("%w: %w", ErrLedger, err), file.Truncate(at))
	}
	return nil
}

func accountOf(lines []line, serial string) Account {
	a := Account{Serial: serial}
	open := map[string]line{}
	var order []string
	for _, l := range lines {
		if l.Serial != serial {
			continue
		}
		switch l.Event {
		case "begin":
			a.Spent = sum(a.Spent, l.Spend)
			open[l.Key] = l
			order = append(order, l.Key)
		case "end":
			delete(open, l.Key)
		case "settle":
			clear(open)
		}
	}
	for _, key := range order {
		if l, ok := open[key]; ok {
			a.Unsettled = append(a.Unsettled, fmt.Sprintf("%q, begun %s", l.Note, l.At.Format(time.RFC3339)))
		}
	}
	return a
}

func sum(a, b rig.Budget) rig.Budget {
	return rig.Budget{Writes: a.Writes + b.Writes, Tries: a.Tries + b.Tries, Locks: a.Locks + b.Locks}
}

// within compares without adding: sums of great numbers could wrap round.
func within(spent, spend, limit rig.Budget) error {
	for _, x := range []struct {
		what               string
		spent, more, limit int
	}{
		{"writes", spent.Writes, spend.Writes, limit.Writes},
		{"tries", spent.Tries, spend.Tries, limit.Tries},
		{"locks", spent.Locks, spend.Locks, limit.Locks},
	} {
		if x.more > 0 && x.more > x.limit-x.spent {
			return fmt.Errorf("%w: %d of %d %s are spent, and %d more were asked for", ErrBudget, x.spent, x.limit, x.what, x.more)
		}
	}
	return nil
}
