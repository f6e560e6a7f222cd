package plan

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"
)

// guess is how long a cell takes of which nothing like it is known.
const guess = 30 * time.Second

// recent is how many of the newest durations count.
const recent = 9

// History is how long cells took. The zero value knows nothing.
type History struct{ taken map[string][]time.Duration }

// Taken is one line of a history file.
type Taken struct {
	Cell     string        `json:"cell"`
	Card     string        `json:"card,omitempty"`
	Protocol string        `json:"protocol,omitempty"`
	Suite    string        `json:"suite,omitempty"`
	Took     time.Duration `json:"took_ns"`
}

// ReadHistory reads JSON lines, the oldest first. A last line that was cut off,
// as by a full disk, is left out; any other that cannot be read is an error.
func ReadHistory(r io.Reader) (*History, error) {
	h, lines := &History{}, bufio.NewReader(r)
	for n := 1; ; n++ {
		line, err := lines.ReadBytes('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return h, err
		}
		if err != nil {
			return h, nil
		}
		var t Taken
		if err := json.Unmarshal(line, &t); err != nil {
			return h, fmt.Errorf("line %d of the history: %w", n, err)
		}
		h.Add(t)
	}
}

// Add takes one more into account.
func (h *History) Add(t Taken) {
	if t.Took <= 0 {
		return
	}
	if h.taken == nil {
		h.taken = map[string][]time.Duration{}
	}
	for _, k := range keys(Cell{ID: t.Cell, Card: t.Card, Protocol: t.Protocol, Suite: t.Suite}) {
		all := append(h.taken[k], t.Took)
		h.taken[k] = all[max(0, len(all)-recent):]
	}
}

// Estimate is the median of the newest durations of the cell, else of those like
// it: same card, protocol and suite; same suite; any.
func (h *History) Estimate(c Cell) time.Duration {
	for _, k := range keys(c) {
		if all := h.taken[k]; len(all) > 0 {
			sorted := slices.Sorted(slices.Values(all))
			return sorted[len(sorted)/2]
		}
	}
	return guess
}

// Fill estimates cells that have no estimate.
func (h *History) Fill(cells []Cell) {
	for i := range cells {
		if cells[i].Estimate == 0 {
			cells[i].Estimate = h.Estimate(cells[i])
		}
	}
}

// keys go from the cell itself to what it has in common with all.
func keys(c Cell) []string {
	return []string{"id\x00" + c.ID, "like\x00" + c.Card + "\x00" + c.Protocol + "\x00" + c.Suite, "suite\x00" + c.Suite, "any"}
}
