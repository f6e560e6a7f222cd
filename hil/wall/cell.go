package wall

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/smartcard-connect/smartcard-connect/hil/farm"
	"github.com/smartcard-connect/smartcard-connect/hil/wall/watch"
	"github.com/smartcard-connect/smartcard-connect/hil/why"
	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

// found is a cell of the path, asked of the store.
func (d *door) found(ctx context.Context, run, cell string) (farm.Progress, error) {
	all, err := d.Store.Run(ctx, run)
	if err != nil {
		return farm.Progress{}, err
	}
	i := slices.IndexFunc(all, func(p farm.Progress) bool { return p.Work.Cell == cell })
	if i < 0 {
		return farm.Progress{}, fmt.Errorf("%w: cell %s of run %s; the page /runs/%s lists those it has", farm.ErrUnknown, cell, run, url.PathEscape(run))
	}
	return all[i], nil
}

// why explains a cell.
func (d *door) why(ctx context.Context, run, cell string) (why.Answer, error) {
	p, err := d.found(ctx, run, cell)
	if err != nil {
		return why.Answer{}, err
	}
	devices, err := d.Store.Devices(ctx)
	if err != nil {
		return why.Answer{}, err
	}
	f := why.Facts{Cell: p, Devices: devices, Now: d.Now()}
	for _, e := range d.Watch.Tried(run, cell) {
		if e.Attempt != p.Work.Attempt {
			f.Tried = append(f.Tried, why.Attempt{Number: e.Attempt, Verdict: e.Verdict, Reason: e.Reason, Host: e.Host, Elapsed: e.Elapsed})
		}
	}
	s := d.Watch.State()
	for _, dev := range p.Work.Devices {
		for _, q := range s.Requests {
			if dev.Kind == farm.Reader && q.Reader == dev.Host+"/"+dev.ID || dev.Kind == farm.Card && q.Card == dev.ID {
				if !slices.Contains(f.Asked, q.Text) {
					f.Asked = append(f.Asked, q.Text)
				}
			}
		}
	}
	f.Silent = slices.ContainsFunc(s.Readers, func(r watch.Reader) bool { return r.Host == p.Work.Host && r.Silent })
	return why.Explain(f), nil
}

func (d *door) whyJSON(w http.ResponseWriter, r *http.Request, _ who) {
	a, err := d.why(r.Context(), r.PathValue("run"), r.PathValue("cell"))
	if err != nil {
		refuse(w, code(err), err)
		return
	}
	reply(w, http.StatusOK, a)
}

// rerun publishes a later attempt at a cell that has ended.
func (d *door) rerun(w http.ResponseWriter, r *http.Request, is who) {
	var body wish
	if !read(w, r, &body) {
		return
	}
	run, cell := r.PathValue("run"), r.PathValue("cell")
	d.ordered(w, r, is, "rerun", "cell "+cell+" of run "+run, body, nil, func(ctx context.Context) (string, error) {
		if err := body.check(false); err != nil {
			return "", err
		}
		p, err := d.found(ctx, run, cell)
		if err != nil {
			return "", err
		}
		if p.Phase != farm.Done {
			return "", fmt.Errorf("%w: attempt %d is %s", errNot, p.Work.Attempt, p.Phase)
		}
		next := p.Work
		next.Attempt, next.Trace = next.Attempt+1, ""
		d.Watch.Note(p)
		d.Watch.Reopen(run)
		return fmt.Sprintf("is tried again: attempt %d", next.Attempt), d.Store.Publish(ctx, next)
	})
}

// hold keeps the devices of a red cell for a look: at once where it has ended, or
// as soon as it ends red.
func (d *door) hold(w http.ResponseWriter, r *http.Request, is who) {
	var body wish
	if !read(w, r, &body) {
		return
	}
	run, cell := r.PathValue("run"), r.PathValue("cell")
	d.ordered(w, r, is, "hold", "cell "+cell+" of run "+run, body, nil, func(ctx context.Context) (string, error) {
		ttl, err := body.time()
		if err = errors.Join(err, body.check(false)); err != nil {
			return "", err
		}
		p, err := d.found(ctx, run, cell)
		if err != nil {
			return "", err
		}
		if p.Phase != farm.Done {
			d.Wall.holdLater(key{run, cell}, d.person(is), ttl)
			return "is held for " + is.Name + " if it ends red", nil
		}
		if p.Outcome != nil && p.Outcome.Verdict == string(result.Pass) {
			return "", fmt.Errorf("%w: it passed", errNot)
		}
		before, err := d.Store.Devices(ctx)
		if err != nil {
			return "", err
		}
		if _, err := d.Store.Acquire(ctx, d.person(is), ttl, p.Work.Devices...); err != nil {
			return "", err
		}
		return "is held for " + is.Name + ". " + untouched(p, before), nil
	})
}

// untouched says whether anybody had the devices after the cell.
func untouched(p farm.Progress, records []farm.Record) string {
	for _, r := range records {
		if slices.Contains(p.Work.Devices, r.Device) && r.Token != p.Token {
			return "Its devices were used by others since: they are not as it left them"
		}
	}
	return "Its devices are as it left them"
}

// key is a cell of a run.
type key struct{ run, cell string }

// holding is a standing order.
type holding struct {
	person farm.Holder
	ttl    time.Duration
}

func (w *Wall) holdLater(k key, person farm.Holder, ttl time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.holds == nil {
		w.holds = map[key]holding{}
	}
	w.holds[k] = holding{person, ttl}
}

// Hear is to be among those that the Watch tells: it holds the devices of cells
// that end red, where somebody asked for that.
func (w *Wall) Hear(e watch.Event) {
	if e.Kind != watch.Ended {
		return
	}
	w.mu.Lock()
	h, asked := w.holds[key{e.Run, e.Cell}]
	delete(w.holds, key{e.Run, e.Cell})
	w.mu.Unlock()
	if v := result.Verdict(e.Verdict); !asked || v == result.Pass || v == result.Skip {
		return
	}
	if err := w.hold(h, e.Devices); err != nil && w.Log != nil {
		w.Log.Warn("a red cell was to be held and is not", "run", e.Run, "cell", e.Cell, "error", err)
	}
}

// hold takes devices for a person. Its host says how a cell ended before it lets go of
// them, so they may be busy for a moment.
func (w *Wall) hold(h holding, devices []farm.Device) error {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		_, err := w.Store.Acquire(ctx, h.person, h.ttl, devices...)
		if !errors.Is(err, farm.ErrBusy) {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-tick.C:
		}
	}
}
