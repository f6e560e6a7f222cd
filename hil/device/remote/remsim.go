package remote

import (
	"context"
	"fmt"
	"net/http"
	"time"
)

// slotmaps is the resource of osmo-remsim-server (src/server/rest_api.c).
const slotmaps = "/api/backend/v1/slotmaps"

// Remsim is a switch that is Osmocom's remsim-server. Cards are BANK:SLOT,
// readers CLIENT:SLOT.
type Remsim struct{ HTTP HTTP }

var _ Switch = Remsim{}

type bankSlot struct {
	Bank int `json:"bankId"`
	Slot int `json:"slotNr"`
}

type clientSlot struct {
	Client int `json:"clientId"`
	Slot   int `json:"slotNr"`
}

type slotmap struct {
	Bank   bankSlot   `json:"bank"`
	Client clientSlot `json:"client"`
	State  string     `json:"state,omitempty"`
}

// Bring adds a map, after taking away another card of that reader.
func (r Remsim) Bring(ctx context.Context, card, reader string) error {
	var m slotmap
	if err := m.parse(card, reader); err != nil {
		return err
	}
	old, found, err := r.of(ctx, reader)
	switch {
	case err != nil:
		return err
	case found && old.Bank == m.Bank:
		return nil
	case found:
		if err := r.Take(ctx, reader); err != nil {
			return err
		}
	}
	return r.HTTP.do(ctx, http.MethodPost, slotmaps, m, nil)
}

// Take deletes the reader's map, once it is active: see PROTOCOL.md.
func (r Remsim) Take(ctx context.Context, reader string) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		m, found, err := r.of(ctx, reader)
		if err != nil || !found {
			return err
		}
		if m.State != "UNACKNOWLEDGED" {
			return r.HTTP.do(ctx, http.MethodDelete, fmt.Sprintf("%s/%d", slotmaps, m.Bank.Bank<<16|m.Bank.Slot), nil, nil)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%w: bank %d does not acknowledge its map; is osmo-remsim-bankd running? %w", ErrSwitch, m.Bank.Bank, ctx.Err())
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// Look finds the reader's map.
func (r Remsim) Look(ctx context.Context, reader string) (State, error) {
	m, found, err := r.of(ctx, reader)
	if err != nil || !found {
		return State{Reader: reader, Phase: Empty}, err
	}
	s := State{Reader: reader, Phase: Switching, Card: fmt.Sprintf("%d:%d", m.Bank.Bank, m.Bank.Slot)}
	if m.State == "ACTIVE" {
		s.Phase = Active
	}
	return s, nil
}

// of is the map of a reader.
func (r Remsim) of(ctx context.Context, reader string) (slotmap, bool, error) {
	var want slotmap
	if err := want.parse("0:0", reader); err != nil {
		return slotmap{}, false, err
	}
	var list struct {
		Maps []slotmap `json:"slotmaps"`
	}
	if err := r.HTTP.do(ctx, http.MethodGet, slotmaps, nil, &list); err != nil {
		return slotmap{}, false, err
	}
	for _, m := range list.Maps {
		if m.Client == want.Client {
			return m, true, nil
		}
	}
	return slotmap{}, false, nil
}

func (m *slotmap) parse(card, reader string) error {
	if !slot.MatchString(card) || !slot.MatchString(reader) {
		return fmt.Errorf("%w: remsim names cards and readers like 1:17, not %q and %q", ErrSwitch, card, reader)
	}
	if _, err := fmt.Sscanf(card, "%d:%d", &m.Bank.Bank, &m.Bank.Slot); err != nil {
		return err
	}
	_, err := fmt.Sscanf(reader, "%d:%d", &m.Client.Client, &m.Client.Slot)
	return err
}
