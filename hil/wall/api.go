package wall

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/smartcard-connect/smartcard-connect/hil/farm"
	"github.com/smartcard-connect/smartcard-connect/hil/wall/account"
	"github.com/smartcard-connect/smartcard-connect/hil/wall/watch"
)

// events is the path of the stream.
const events = "/api/events"

// api are the routes for scripts and for the page's script:
//
//	POST /api/login                                {"name","password"} → {"token","until"}
//	POST /api/logout
//	GET  /api/me                                   {"name","role"}
//	GET  /api/state                                watch.State
//	GET  /api/events                               the same and then what changes, as server-sent events
//	GET  /api/runs/{run}                           farm.Progress of each cell
//	GET  /api/runs/{run}/cells/{cell}/why          why.Answer
//	POST /api/runs/{run}/cells/{cell}/rerun        {"reason"}
//	POST /api/runs/{run}/cells/{cell}/hold         {"minutes","reason"}
//	GET  /api/devices/{host}/{kind}/{id}/history   watch.Event, newest first
//	POST /api/devices/{host}/{kind}/{id}/{verb}    drain, quarantine {"reason"}; free; reserve {"minutes","card"}; release; insert {"card"}
//	POST /api/requests/{id}/done, …/refused        {"reason"}
//	GET  /api/audit                                audit.Entry, newest first
//
// Orders answer {"done":TEXT}. Errors are {"error":TEXT}: 400 for a body that is
// wrong, 401 and 403 for who is not logged in or may not, 404 for what is not
// there, 409 for what is not possible now, 503 while store or log are away.
func (d *door) api(mux *http.ServeMux) {
	get := func(pattern string, needs account.Role, do func(http.ResponseWriter, *http.Request, who)) {
		mux.HandleFunc("GET "+pattern, d.role(needs, do))
	}
	post := func(pattern string, needs account.Role, do func(http.ResponseWriter, *http.Request, who)) {
		mux.HandleFunc("POST "+pattern, d.role(needs, do))
	}
	post("/api/logout", account.Viewer, d.logout)
	get("/api/me", account.Viewer, func(w http.ResponseWriter, _ *http.Request, is who) {
		reply(w, http.StatusOK, map[string]string{"name": is.Name, "role": string(is.Role)})
	})
	get("/api/state", account.Viewer, func(w http.ResponseWriter, _ *http.Request, _ who) { reply(w, http.StatusOK, d.Watch.State()) })
	get(events, account.Viewer, d.stream)
	get("/api/runs/{run}", account.Viewer, d.run)
	get("/api/runs/{run}/cells/{cell}/why", account.Viewer, d.whyJSON)
	post("/api/runs/{run}/cells/{cell}/rerun", account.Operator, d.rerun)
	post("/api/runs/{run}/cells/{cell}/hold", account.Operator, d.hold)
	get("/api/devices/{host}/{kind}/{id}/history", account.Viewer, d.history)
	post("/api/devices/{host}/{kind}/{id}/{verb}", account.Operator, d.device)
	post("/api/requests/{id}/{answer}", account.Operator, d.answer)
	get("/api/audit", account.Admin, d.auditJSON)
	mux.HandleFunc("/api/", d.role(account.Viewer, func(w http.ResponseWriter, _ *http.Request, _ who) {
		refuse(w, http.StatusNotFound, errors.New("there is no such thing here"))
	}))
}

func (d *door) run(w http.ResponseWriter, r *http.Request, _ who) {
	all, err := d.Store.Run(r.Context(), r.PathValue("run"))
	if err != nil {
		refuse(w, code(err), err)
		return
	}
	reply(w, http.StatusOK, all)
}

func (d *door) history(w http.ResponseWriter, r *http.Request, _ who) {
	on := farm.Device{Host: r.PathValue("host"), Kind: r.PathValue("kind"), ID: r.PathValue("id")}
	if _, err := d.record(r.Context(), on); err != nil {
		refuse(w, code(err), err)
		return
	}
	reply(w, http.StatusOK, append([]watch.Event{}, d.Watch.Of(on)...))
}

// auditLines is how many entries are shown; the file has them all.
const auditLines = 500

func (d *door) auditJSON(w http.ResponseWriter, _ *http.Request, _ who) {
	all, err := d.Audit.Last(auditLines)
	if err != nil {
		refuse(w, http.StatusInternalServerError, err)
		return
	}
	reply(w, http.StatusOK, all)
}

// answer says that a request was done, or will not be.
func (d *door) answer(w http.ResponseWriter, r *http.Request, is who) {
	id, answer := r.PathValue("id"), r.PathValue("answer")
	if answer != "done" && answer != "refused" {
		refuse(w, http.StatusNotFound, errors.New("a request is done or refused"))
		return
	}
	var body wish
	if !read(w, r, &body) {
		return
	}
	all := d.Watch.State().Requests
	i := slices.IndexFunc(all, func(q watch.Request) bool { return q.ID == id })
	on := "request " + clean(id)
	if i >= 0 {
		on = fmt.Sprintf("request %q", all[i].Text)
	}
	d.ordered(w, r, is, answer, on, body, nil, func(ctx context.Context) (string, error) {
		if err := body.check(false); err != nil {
			return "", err
		}
		if d.Gadgets == nil || i < 0 {
			return "", fmt.Errorf("%w: request %s", farm.ErrUnknown, clean(id))
		}
		return "is " + answer, d.Gadgets.Answer(ctx, id, is.Name, answer == "done", body.Reason)
	})
}
