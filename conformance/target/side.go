package target

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

// door is the side door of a program: loopback HTTP with JSON.
type sideDoor struct{ url string }

// lost is how often one call may lose its answer.
const lost = 2

// call sends in, if there is any, and reads the answer into out, if wanted. Where
// the answer is lost on the way and asking twice does no harm, it is asked again: Wine
// loses one where a thread of the program ends meanwhile (agent/reader/pcsc).
func (d sideDoor) call(ctx context.Context, method, path string, in, out any) error {
	err := d.once(ctx, method, path, in, out)
	for n := 0; n < lost && gone(err) && ctx.Err() == nil && path != "/clock" && path != "/keys/rotate"; n++ {
		err = d.once(ctx, method, path, in, out)
	}
	return err
}

// gone says whether the connection failed.
func gone(err error) bool {
	var n net.Error
	return errors.As(err, &n)
}

// once is one request.
func (d sideDoor) once(ctx context.Context, method, path string, in, out any) error {
	var body io.Reader
	if in != nil {
		raw, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = bytes.NewReader(raw)
	}
	req, err := http.NewRequestWithContext(ctx, method, d.url+path, body)
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(resp.Body, 16<<20))
	if err == nil && resp.StatusCode >= 300 {
		err = fmt.Errorf("%s %s answered %s: %.200s", method, path, resp.Status, raw)
	}
	if err != nil || out == nil {
		return err
	}
	return json.Unmarshal(raw, out)
}

type faultID struct {
	ID string `json:"id"`
}

// restoreFaults leaves on what was on from the start and belongs here.
func (d sideDoor) restoreFaults(ctx context.Context, ids []string, prefix string) error {
	if err := d.call(ctx, http.MethodDelete, "/faults", nil, nil); err != nil {
		return err
	}
	for _, id := range ids {
		if area(id) != prefix {
			continue
		}
		if err := d.call(ctx, http.MethodPost, "/faults", faultID{id}, nil); err != nil {
			return err
		}
	}
	return nil
}

// remoteSide is mockcis2's side door.
type remoteSide struct {
	side   sideDoor
	faults []string
}

// Fault switches a provider fault on.
func (s *remoteSide) Fault(ctx context.Context, id string) error {
	return s.side.call(ctx, http.MethodPost, "/faults", faultID{id}, nil)
}

// Restore leaves the target file's faults.
func (s *remoteSide) Restore(ctx context.Context) error {
	return s.side.restoreFaults(ctx, s.faults, "provider")
}

// Revoke puts a person's cards on the list.
func (s *remoteSide) Revoke(ctx context.Context, uuid string) error {
	return s.side.call(ctx, http.MethodPost, "/revocations", map[string]string{"uuid": uuid}, nil)
}

// AskDevice says what sign-ins ask of the computer from now on.
func (s *remoteSide) AskDevice(ctx context.Context, ask string) error {
	return s.side.call(ctx, http.MethodPut, "/devices", map[string]string{"ask": ask}, nil)
}

// computers are those that the provider knows.
type computers struct {
	Devices []struct {
		Thumbprint string `json:"thumbprint"`
	} `json:"devices"`
}

// Computers is how many the provider knows.
func (s *remoteSide) Computers(ctx context.Context) (int, error) {
	var now computers
	err := s.side.call(ctx, http.MethodGet, "/devices", nil, &now)
	return len(now.Devices), err
}

// Enrol enrols every computer that has proved itself, or forgets them all.
func (s *remoteSide) Enrol(ctx context.Context, enrolled bool) error {
	method := map[bool]string{true: http.MethodPut, false: http.MethodDelete}[enrolled]
	var now computers
	if err := s.side.call(ctx, http.MethodGet, "/devices", nil, &now); err != nil {
		return err
	}
	for _, d := range now.Devices {
		if err := s.side.call(ctx, method, "/devices/"+d.Thumbprint, nil, nil); err != nil {
			return err
		}
	}
	return nil
}

// Advance moves the clock.
func (s *remoteSide) Advance(ctx context.Context, by time.Duration) error {
	return s.side.call(ctx, http.MethodPost, "/clock", map[string]int64{"advance_s": int64(by / time.Second)}, nil)
}

// RotateKey changes the key.
func (s *remoteSide) RotateKey(ctx context.Context) error {
	return s.side.call(ctx, http.MethodPost, "/keys/rotate", nil, nil)
}

// SetLogout changes the registration, of which the side door keeps the secret.
func (s *remoteSide) SetLogout(ctx context.Context, client, after, told string) error {
	path, registration := "/clients/"+url.PathEscape(client), map[string]any{}
	if err := s.side.call(ctx, http.MethodGet, path, nil, &registration); err != nil {
		return err
	}
	registration["backchannel_logout_uri"] = told
	if list, _ := registration["post_logout_redirect_uris"].([]any); after != "" && !slices.Contains(list, any(after)) {
		registration["post_logout_redirect_uris"] = append(list, after)
	}
	return s.side.call(ctx, http.MethodPut, path, registration, nil)
}

// History is the diary.
func (s *remoteSide) History(ctx context.Context) ([]Visit, error) {
	var list []Visit
	return list, s.side.call(ctx, http.MethodGet, "/history", nil, &list)
}

// remoteRig is cardemu's side door.
type remoteRig struct {
	side    sideDoor
	faults  []string
	wait    func(ctx context.Context, present bool) error
	service *remoteService // nil where it cannot be stopped
}

// Insert puts the card in.
func (r *remoteRig) Insert(ctx context.Context) error {
	if err := r.side.call(ctx, http.MethodPost, "/insert", struct{}{}, nil); err != nil {
		return err
	}
	return r.wait(ctx, true)
}

// Remove takes the card out.
func (r *remoteRig) Remove(ctx context.Context) error {
	if err := r.side.call(ctx, http.MethodPost, "/remove", struct{}{}, nil); err != nil {
		return err
	}
	return r.wait(ctx, false)
}

// Restore brings the card back as personalised. Each change of the card takes it
// out for most of a second, so faults that are as they should be are left alone.
func (r *remoteRig) Restore(ctx context.Context) error {
	if r.service != nil {
		if err := r.service.run(ctx); err != nil {
			return err
		}
	}
	var now struct {
		Faults []string `json:"faults"`
	}
	if err := r.side.call(ctx, http.MethodGet, "/state", nil, &now); err != nil {
		return err
	}
	first := slices.DeleteFunc(slices.Clone(r.faults), func(id string) bool { return area(id) != "card" })
	if !slices.Equal(now.Faults, first) {
		if err := r.side.restoreFaults(ctx, r.faults, "card"); err != nil {
			return err
		}
	}
	if err := r.side.call(ctx, http.MethodPost, "/reset", struct{}{}, nil); err != nil {
		return err
	}
	return r.Insert(ctx)
}

// Fault switches a card fault on.
func (r *remoteRig) Fault(ctx context.Context, id string) error {
	return r.side.call(ctx, http.MethodPost, "/faults", faultID{id}, nil)
}

// Heard is what the card kept.
func (r *remoteRig) Heard(ctx context.Context) ([]result.Exchange, error) {
	var out []result.Exchange
	if err := r.side.call(ctx, http.MethodGet, "/trace", nil, &out); err != nil {
		return nil, err
	}
	return out, r.side.call(ctx, http.MethodDelete, "/trace", nil, nil)
}
