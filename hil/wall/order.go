package wall

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/smartcard-connect/smartcard-connect/hil/farm"
	"github.com/smartcard-connect/smartcard-connect/hil/wall/account"
	"github.com/smartcard-connect/smartcard-connect/hil/wall/audit"
	"github.com/smartcard-connect/smartcard-connect/hil/wall/watch"
)

// LongestReservation is for how long a person can have a device.
const LongestReservation = 8 * time.Hour

// Errors about orders.
var (
	errBad  = errors.New("this order cannot be carried out") // by what it says
	errNot  = errors.New("this is not possible now")         // by what is
	errRole = errors.New("this needs the role admin")
)

// wish is the body of an order.
type wish struct {
	Reason  string `json:"reason"`
	Minutes int    `json:"minutes"`
	Card    string `json:"card"` // serial
}

// time is the length of a reservation; an hour where none is said.
func (w wish) time() (time.Duration, error) {
	if w.Minutes == 0 {
		w.Minutes = 60
	}
	d := time.Duration(w.Minutes) * time.Minute
	if w.Minutes < 0 || d > LongestReservation {
		return 0, fmt.Errorf("%w: 1 to %d minutes", errBad, int(LongestReservation/time.Minute))
	}
	return d, nil
}

// check bounds what goes into records and logs.
func (w wish) check(needsReason bool) error {
	bad := func(c rune) bool { return c < ' ' || c == 0x7f }
	switch {
	case len(w.Reason) > 200 || strings.ContainsFunc(w.Reason, bad):
		return fmt.Errorf("%w: a reason has at most 200 characters in one line", errBad)
	case needsReason && strings.TrimSpace(w.Reason) == "":
		return fmt.Errorf("%w: say why, for whoever comes after", errBad)
	case len(w.Card) > 100 || strings.ContainsFunc(w.Card, bad):
		return fmt.Errorf("%w: this is no serial of a card", errBad)
	}
	return nil
}

// verb is something that can be ordered of a device.
type verb struct {
	name   string
	reason bool // must be given
	do     func(d *door, ctx context.Context, is who, r farm.Record, w wish) (string, error)
}

// verbs are all of them.
var verbs = []verb{
	{"drain", true, func(d *door, ctx context.Context, is who, r farm.Record, w wish) (string, error) {
		_, err := d.Store.Set(ctx, r.Device, farm.Draining, w.Reason+" ("+is.Name+")")
		return "is drained: it is not given out again", err
	}},
	{"quarantine", true, func(d *door, ctx context.Context, is who, r farm.Record, w wish) (string, error) {
		_, err := d.Store.Set(ctx, r.Device, farm.Quarantined, w.Reason+" ("+is.Name+")")
		return "is in quarantine", err
	}},
	{"free", false, (*door).free},
	{"reserve", false, (*door).reserve},
	{"release", false, (*door).release},
	{"insert", false, (*door).insert},
}

// free puts a device back into service. Out of a quarantine it comes by two good
// checks, or by an admin.
func (d *door) free(ctx context.Context, is who, r farm.Record, w wish) (string, error) {
	switch r.State {
	case farm.Quarantined:
		if !is.Role.May(account.Admin) {
			return "", errRole
		}
	case farm.Draining:
	default:
		return "", fmt.Errorf("%w: it is %s", errNot, r.State)
	}
	_, err := d.Store.Set(ctx, r.Device, farm.Free, w.Reason)
	return "is back in service", err
}

// reserve takes a device, and a card with it where one is named, for a person.
func (d *door) reserve(ctx context.Context, is who, r farm.Record, w wish) (string, error) {
	ttl, err := w.time()
	if err != nil {
		return "", err
	}
	devices := []farm.Device{r.Device}
	if w.Card != "" {
		c, err := d.card(w.Card)
		if err != nil {
			return "", err
		}
		devices = append(devices, c)
	}
	g, err := d.Store.Acquire(ctx, d.person(is), ttl, devices...)
	if err != nil {
		return "", err
	}
	return "is reserved for " + is.Name + " until " + d.Now().Add(g.TTL).UTC().Format("15:04 UTC"), nil
}

func (d *door) person(is who) farm.Holder {
	return farm.Holder{Person: is.Name, Host: "hub", Boot: "wall"}
}

// card finds a card of the farm by its serial.
func (d *door) card(serial string) (farm.Device, error) {
	for _, c := range d.Watch.State().Cards {
		if c.Serial == serial {
			return farm.Device{Host: c.Home, Kind: farm.Card, ID: serial}, nil
		}
	}
	return farm.Device{}, fmt.Errorf("%w: card %s", farm.ErrUnknown, serial)
}

// release gives back what a person reserved: that person, or an admin.
func (d *door) release(ctx context.Context, is who, r farm.Record, _ wish) (string, error) {
	if r.State != farm.Held || r.Holder == nil || r.Holder.Person == "" {
		return "", fmt.Errorf("%w: nobody has reserved it", errNot)
	}
	if r.Holder.Person != is.Name && !is.Role.May(account.Admin) {
		return "", fmt.Errorf("%w: it is %s who has reserved it", errRole, r.Holder.Person)
	}
	all, err := d.Store.Devices(ctx)
	if err != nil {
		return "", err
	}
	g := farm.Grant{Token: r.Token, Holder: *r.Holder, TTL: r.TTL}
	for _, x := range all {
		if x.State == farm.Held && x.Token == r.Token {
			g.Devices = append(g.Devices, x.Device)
		}
	}
	return "is free again", d.Store.Release(ctx, g, r.Health)
}

// insert has a card brought.
func (d *door) insert(ctx context.Context, _ who, r farm.Record, w wish) (string, error) {
	if d.Gadgets == nil {
		return "", fmt.Errorf("%w: this hub has no gadget and nobody to ask", errNot)
	}
	if r.Device.Kind != farm.Reader || w.Card == "" {
		return "", fmt.Errorf("%w: say which card, and into which reader", errBad)
	}
	if _, err := d.card(w.Card); err != nil {
		return "", err
	}
	return "is to get card " + w.Card, d.Gadgets.Insert(ctx, r.Device, w.Card)
}

// device carries out an order for a device.
func (d *door) device(w http.ResponseWriter, r *http.Request, is who) {
	i := slices.IndexFunc(verbs, func(v verb) bool { return v.name == r.PathValue("verb") })
	if i < 0 {
		refuse(w, http.StatusNotFound, errors.New("there is no such order"))
		return
	}
	v, on := verbs[i], farm.Device{Host: r.PathValue("host"), Kind: r.PathValue("kind"), ID: r.PathValue("id")}
	var body wish
	if !read(w, r, &body) {
		return
	}
	d.ordered(w, r, is, v.name, on.Kind+" "+on.ID+" of "+on.Host, body, []farm.Device{on}, func(ctx context.Context) (string, error) {
		if err := body.check(v.reason); err != nil {
			return "", err
		}
		record, err := d.record(ctx, on)
		if err != nil {
			return "", err
		}
		return v.do(d, ctx, is, record, body)
	})
}

// record is what is known of a device; one of the inventory that was never leased
// is free.
func (d *door) record(ctx context.Context, on farm.Device) (farm.Record, error) {
	all, err := d.Store.Devices(ctx)
	if err != nil {
		return farm.Record{}, err
	}
	if i := slices.IndexFunc(all, func(r farm.Record) bool { return r.Device == on }); i >= 0 {
		return all[i], nil
	}
	s := d.Watch.State()
	if on.Kind == farm.Reader && slices.ContainsFunc(s.Readers, func(r watch.Reader) bool { return r.Host == on.Host && r.Place == on.ID }) ||
		on.Kind == farm.Card && slices.ContainsFunc(s.Cards, func(c watch.Card) bool { return c.Home == on.Host && c.Serial == on.ID }) {
		return farm.Record{Device: on, State: farm.Free}, nil
	}
	return farm.Record{}, fmt.Errorf("%w: %s %s of %s", farm.ErrUnknown, on.Kind, on.ID, on.Host)
}

// ordered logs an order, carries it out, logs what came of it, and answers with
// that and with what the farm looks like then.
func (d *door) ordered(w http.ResponseWriter, r *http.Request, is who, what, on string, body wish, devices []farm.Device, do func(context.Context) (string, error)) {
	entry := audit.Entry{Who: is.Name, From: address(r), What: what, On: on, Reason: clip(body.Reason), Outcome: audit.Ordered}
	if err := d.Audit.Add(entry); err != nil {
		if d.Log != nil {
			d.Log.Error("an order was not logged and not carried out", "error", err)
		}
		refuse(w, http.StatusServiceUnavailable, errors.New("the audit log cannot be written, so nothing was done"))
		return
	}
	said, err := do(r.Context())
	entry.Outcome = audit.Done
	if err != nil {
		entry.Outcome = err.Error()
	}
	if logged := d.Audit.Add(entry); logged != nil && d.Log != nil {
		d.Log.Error("what came of an order was not logged", "error", logged)
	}
	if err != nil {
		refuse(w, code(err), err)
		return
	}
	d.Watch.Tell(watch.Event{Time: d.Now(), Kind: watch.Order, Devices: devices, Who: is.Name, Reason: strings.TrimRight(what+": "+body.Reason, ": ")})
	d.Watch.Look(r.Context())
	reply(w, http.StatusOK, map[string]string{"done": on + " " + said + "."})
}

// clip keeps what is refused from filling the log.
func clip(s string) string {
	if len(s) > 200 {
		return "(too long)"
	}
	return s
}

// code is an error as HTTP says it.
func code(err error) int {
	switch {
	case errors.Is(err, errBad):
		return http.StatusBadRequest
	case errors.Is(err, errRole):
		return http.StatusForbidden
	case errors.Is(err, farm.ErrUnknown):
		return http.StatusNotFound
	case errors.Is(err, farm.ErrUnavailable):
		return http.StatusServiceUnavailable
	}
	return http.StatusConflict
}
