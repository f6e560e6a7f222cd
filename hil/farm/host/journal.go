package host

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"

	"github.com/smartcard-connect/smartcard-connect/hil/durable"
	"github.com/smartcard-connect/smartcard-connect/hil/farm"
)

// Entry is one line of the journal: an attempt's end.
type Entry struct {
	Work    farm.Work    `json:"work"`
	Token   farm.Token   `json:"token"`
	Outcome farm.Outcome `json:"outcome"`
	Lost    bool         `json:"lost,omitempty"` // the lease was: it is no candidate for the cell's record
}

// Name is the same for the same attempt under the same lease.
func (e Entry) Name() string {
	return fmt.Sprintf("%s/%s/%d/%d", e.Work.Run, e.Work.Cell, e.Work.Attempt, e.Token.Fence)
}

// Journal is the host's own log of outcomes: lines of JSON that are added and
// never changed. How far it has been passed on to the hub is in a file beside.
type Journal struct {
	mu   sync.Mutex
	path string
	file *os.File
	size int64
	done int64 // passed on up to here
}

// OpenJournal opens or begins one. A last line that was not written to its end,
// because of a crash or a full disk, is cut off.
func OpenJournal(path string) (*Journal, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, err
	}
	j := &Journal{path: path, file: f}
	if err := errors.Join(j.trim(), j.readDone()); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", path, err), f.Close())
	}
	return j, nil
}

func (j *Journal) trim() error {
	raw, err := io.ReadAll(j.file)
	if err != nil {
		return err
	}
	j.size = int64(bytes.LastIndexByte(raw, '\n') + 1)
	return j.file.Truncate(j.size)
}

func (j *Journal) readDone() error {
	raw, err := os.ReadFile(j.path + ".done")
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err == nil {
		err = json.Unmarshal(raw, &j.done)
	}
	if err != nil || j.done < 0 || j.done > j.size {
		j.done = 0 // passing on twice does no harm
	}
	return nil
}

// Add puts an entry on disk. On error it is as if it had never been.
func (j *Journal) Add(e Entry) error {
	line, err := json.Marshal(e)
	if err != nil {
		return err
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	_, err = j.file.WriteAt(append(line, '\n'), j.size)
	if err = errors.Join(err, j.file.Sync()); err != nil {
		return errors.Join(err, j.file.Truncate(j.size))
	}
	j.size += int64(len(line)) + 1
	return nil
}

// Pass gives each entry that has not been passed on to f, in order, and goes no
// further than the first error.
func (j *Journal) Pass(f func(Entry) error) error {
	j.mu.Lock()
	from, to := j.done, j.size
	j.mu.Unlock()
	lines := bufio.NewReader(io.NewSectionReader(j.file, from, to-from))
	for from < to {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			return err
		}
		var e Entry
		if err := json.Unmarshal(line, &e); err != nil {
			return fmt.Errorf("%s, byte %d: %w", j.path, from, err)
		}
		if err := f(e); err != nil {
			return err
		}
		from += int64(len(line))
		if err := j.passed(from); err != nil {
			return err
		}
	}
	return nil
}

func (j *Journal) passed(to int64) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.done = to
	return durable.Replace(j.path+".done", fmt.Append(nil, to))
}

// Close closes the file.
func (j *Journal) Close() error { return j.file.Close() }
