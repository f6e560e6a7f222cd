package watch

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"slices"
	"sync"

	"github.com/smartcard-connect/smartcard-connect/hil/durable"
	"github.com/smartcard-connect/smartcard-connect/hil/farm"
)

// MostKept is how many events are kept of one device.
const MostKept = 200

// History is what happened to each device. The zero value keeps it in memory; one
// of OpenHistory goes on where it ended.
type History struct {
	mu   sync.Mutex
	file *os.File
	of   map[farm.Device][]Event // oldest first
	done map[work]bool
	try  map[cell][]Event // ended attempts
}

// cell is one cell of one run.
type cell struct{ run, cell string }

// work is one attempt at one.
type work struct {
	cell
	attempt int
}

// OpenHistory reads a file of JSON lines and adds to it from now on. Lines that
// are torn or of another form are left out; where most of it is older than what is
// kept, the file is written anew without.
func OpenHistory(path string) (*History, error) {
	h := &History{}
	raw, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	lines := bytes.SplitAfter(raw, []byte("\n"))
	kept := asked(lines)
	for _, l := range kept {
		h.put(l.event)
	}
	if len(lines) > 2*len(kept)+MostKept {
		if raw, err = rewritten(path, kept); err != nil {
			return nil, err
		}
	}
	if h.file, err = os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600); err != nil {
		return nil, err
	}
	if len(raw) > 0 && raw[len(raw)-1] != '\n' {
		_, err = h.file.WriteString("\n")
	}
	return h, err
}

// line is one of the file.
type line struct {
	raw   []byte
	event Event
}

// asked are the lines of a file that any question is about: the ends of all
// attempts, and of each device what happened last. Oldest first.
func asked(lines [][]byte) []line {
	var kept []line
	count := map[farm.Device]int{}
	for _, raw := range slices.Backward(lines) {
		var e Event
		if json.Unmarshal(raw, &e) != nil || e.Kind == "" {
			continue
		}
		use := e.Kind == Ended
		for _, d := range e.Devices {
			count[d]++
			use = use || count[d] <= MostKept
		}
		if use {
			kept = append(kept, line{raw, e})
		}
	}
	slices.Reverse(kept)
	return kept
}

// rewritten puts these lines, and no others, in the file's place.
func rewritten(path string, kept []line) ([]byte, error) {
	var raw bytes.Buffer
	for _, l := range kept {
		raw.Write(bytes.TrimRight(l.raw, "\n"))
		raw.WriteByte('\n')
	}
	return raw.Bytes(), durable.Replace(path, raw.Bytes())
}

// Add keeps an event.
func (h *History) Add(e Event) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.put(e)
	if h.file == nil {
		return nil
	}
	raw, err := json.Marshal(e)
	if err != nil {
		return err
	}
	_, err = h.file.Write(append(raw, '\n'))
	return err
}

func (h *History) put(e Event) {
	if h.of == nil {
		h.of, h.done, h.try = map[farm.Device][]Event{}, map[work]bool{}, map[cell][]Event{}
	}
	for _, d := range e.Devices {
		list := append(h.of[d], e)
		h.of[d] = list[max(0, len(list)-MostKept):]
	}
	if e.Kind == Ended {
		c := cell{e.Run, e.Cell}
		h.done[work{c, e.Attempt}] = true
		h.try[c] = append(h.try[c], e)
	}
}

// Knows says whether the end of an attempt was kept.
func (h *History) Knows(w farm.Work) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.done[work{cell{w.Run, w.Cell}, w.Attempt}]
}

// Of is what happened to a device, newest first.
func (h *History) Of(d farm.Device) []Event {
	h.mu.Lock()
	defer h.mu.Unlock()
	list := slices.Clone(h.of[d])
	slices.Reverse(list)
	return list
}

// Tried are the ended attempts at a cell, oldest first.
func (h *History) Tried(run, id string) []Event {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.try[cell{run, id}])
}

// Close closes the file, if there is one.
func (h *History) Close() error {
	if h == nil || h.file == nil {
		return nil
	}
	return h.file.Close()
}
