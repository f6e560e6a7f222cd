package host

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"sync"

	"github.com/smartcard-connect/smartcard-connect/hil/durable"
	"github.com/smartcard-connect/smartcard-connect/hil/farm"
)

// ErrRollback is wrapped where the store hands out what it has handed out
// before: it was restored from a backup, or has lost writes.
var ErrRollback = errors.New("the farm's store has gone back in time")

// HighWater is the newest token seen of each device, in a file. A token counts
// only once it is on disk; where it cannot be written, nothing moves.
type HighWater struct {
	path string
	mu   sync.Mutex
	seen seen
}

// seen is the file's content.
type seen struct {
	Incarnation string          `json:"incarnation"`
	Retired     []string        `json:"retired,omitempty"` // incarnations before this one: never again
	Marks       map[string]mark `json:"marks"`             // by kind/ID
}

// mark is what is known of one device's holders.
type mark struct {
	Fence uint64 `json:"fence"`
	Over  bool   `json:"over,omitempty"` // this fence's holder is done with: only a newer one may come
}

// OpenHighWater reads the file, where there is one. Whoever held a device
// before does so no longer: the daemon that they asked is gone.
func OpenHighWater(path string) (*HighWater, error) {
	h := &HighWater{path: path}
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		h.seen.Marks = map[string]mark{}
		return h, nil
	}
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(raw, &h.seen); err != nil || h.seen.Marks == nil {
		return nil, fmt.Errorf("%s is damaged; without it an old holder cannot be told from a new one: %w", path, errors.Join(err, farm.ErrStale))
	}
	for key, m := range h.seen.Marks {
		m.Over = true
		h.seen.Marks[key] = m
	}
	return h, nil
}

// Adopt makes an incarnation the known one. It must come from the store itself.
// One that was known before another is ErrRollback: a backup was restored.
func (h *HighWater) Adopt(incarnation string) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case incarnation == h.seen.Incarnation:
		return nil
	case slices.Contains(h.seen.Retired, incarnation):
		return fmt.Errorf("%w: it says it is %s, which had ended", ErrRollback, incarnation)
	}
	next := seen{Incarnation: incarnation, Retired: slices.Clone(h.seen.Retired), Marks: map[string]mark{}}
	if h.seen.Incarnation != "" {
		next.Retired = append(next.Retired, h.seen.Incarnation)
	}
	return h.keep(next)
}

// Admit takes a fresh grant's token for its devices. ErrRollback: a device has
// seen this fence before, or a newer one.
func (h *HighWater) Admit(t farm.Token, devices ...farm.Device) error {
	if err := h.Adopt(t.Incarnation); err != nil {
		return err
	}
	return h.change(t, devices, func(d farm.Device, m mark) (mark, error) {
		if t.Fence <= m.Fence {
			return m, fmt.Errorf("%w: %s %s is given with fence %d after %d", ErrRollback, d.Kind, d.ID, t.Fence, m.Fence)
		}
		return mark{Fence: t.Fence}, nil
	})
}

// Check lets a command pass, or is farm.ErrStale. A newer token is on disk when
// it returns.
func (h *HighWater) Check(t farm.Token, d farm.Device) error {
	return h.change(t, []farm.Device{d}, func(d farm.Device, m mark) (mark, error) {
		switch {
		case t.Fence < m.Fence:
			return m, fmt.Errorf("%w: %s %s has obeyed fence %d, this is %d", farm.ErrStale, d.Kind, d.ID, m.Fence, t.Fence)
		case t.Fence == m.Fence && m.Over:
			return m, fmt.Errorf("%w: the lease with fence %d on %s %s is over", farm.ErrStale, t.Fence, d.Kind, d.ID)
		case t.Fence == m.Fence:
			return m, nil
		}
		return mark{Fence: t.Fence}, nil
	})
}

// End says that a token's holder is done with these devices.
func (h *HighWater) End(t farm.Token, devices ...farm.Device) error {
	return h.change(t, devices, func(_ farm.Device, m mark) (mark, error) {
		if t.Fence >= m.Fence {
			return mark{Fence: t.Fence, Over: true}, nil
		}
		return m, nil
	})
}

// Behind says whether the store's record of a device is older than what the
// device has obeyed.
func (h *HighWater) Behind(r farm.Record) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return r.Token.Incarnation == h.seen.Incarnation && r.Token.Fence < h.seen.Marks[key(r.Device)].Fence
}

// change gives each device a new mark, all on disk or none.
func (h *HighWater) change(t farm.Token, devices []farm.Device, to func(farm.Device, mark) (mark, error)) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if t.Incarnation == "" || t.Incarnation != h.seen.Incarnation {
		return fmt.Errorf("%w: it is of incarnation %q, the store's is %q", farm.ErrStale, t.Incarnation, h.seen.Incarnation)
	}
	next := seen{Incarnation: h.seen.Incarnation, Retired: h.seen.Retired, Marks: map[string]mark{}}
	for k, m := range h.seen.Marks {
		next.Marks[k] = m
	}
	changed := false
	for _, d := range devices {
		old := next.Marks[key(d)]
		m, err := to(d, old)
		if err != nil {
			return err
		}
		next.Marks[key(d)] = m
		changed = changed || m != old
	}
	if !changed {
		return nil
	}
	return h.keep(next)
}

// keep writes what is seen and then believes it.
func (h *HighWater) keep(next seen) error {
	raw, err := json.Marshal(next)
	if err != nil {
		return err
	}
	if err := durable.Replace(h.path, raw); err != nil {
		return fmt.Errorf("nothing may move while this cannot be kept: %w", err)
	}
	h.seen = next
	return nil
}

func key(d farm.Device) string { return d.Kind + "/" + d.ID }
