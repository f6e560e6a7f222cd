package wall

import (
	"bytes"
	"embed"
	"errors"
	"html/template"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/smartcard-connect/smartcard-connect/hil/farm"
	"github.com/smartcard-connect/smartcard-connect/hil/wall/account"
	"github.com/smartcard-connect/smartcard-connect/hil/wall/audit"
	"github.com/smartcard-connect/smartcard-connect/hil/wall/watch"
	"github.com/smartcard-connect/smartcard-connect/hil/why"
)

//go:embed page/*.html
var pageFiles embed.FS

//go:embed asset/wall.css
var styles []byte

//go:embed asset/wall.js
var script []byte

// templates are each page within the frame.
var templates = func() map[string]*template.Template {
	all := map[string]*template.Template{}
	for _, name := range []string{"wall", "login", "history", "run", "cell", "audit", "error"} {
		all[name] = template.Must(template.New("frame.html").Funcs(words).ParseFS(pageFiles, "page/frame.html", "page/"+name+".html"))
	}
	return all
}()

// words are what templates say things with.
var words = template.FuncMap{
	"path":  func(parts ...string) string { return join(parts...) },
	"time":  func(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05") + " UTC" },
	"long":  func(d time.Duration) string { return d.Round(time.Millisecond).String() },
	"lower": func(s any) string { return strings.ToLower(toString(s)) },
	"state": stateName,
	"kind":  kindName,
}

func toString(s any) string {
	switch v := s.(type) {
	case string:
		return v
	case farm.Phase:
		return string(v)
	case farm.State:
		return string(v)
	}
	return ""
}

// stateName is a state in words.
func stateName(s farm.State) string {
	switch s {
	case farm.Held:
		return "reserved"
	case farm.Draining:
		return "being drained"
	case farm.Quarantined:
		return "in quarantine"
	}
	return "in service"
}

// kindName is what an event is called on a page.
func kindName(e watch.Event) string {
	switch e.Kind {
	case watch.Ended:
		return "Cell ended"
	case watch.Moved:
		return "Now " + stateName(e.State)
	case watch.Order:
		return "Order"
	}
	return e.Kind
}

// join is a path of escaped parts.
func join(parts ...string) string {
	var b strings.Builder
	for _, p := range parts {
		b.WriteString("/" + url.PathEscape(p))
	}
	return b.String()
}

// frame is what every page has.
type frame struct {
	Title string
	Who   string
	Role  account.Role
	Csrf  string
	Live  bool // the page follows the stream
	Body  any
}

// May says whether who looks may do what needs a role.
func (f frame) May(role string) bool { return f.Role.May(account.Role(role)) }

// pages are the routes for people.
func (d *door) pages(mux *http.ServeMux) {
	mux.HandleFunc("GET /wall.css", asset("text/css; charset=utf-8", styles))
	mux.HandleFunc("GET /wall.js", asset("text/javascript; charset=utf-8", script))
	mux.HandleFunc("GET /{$}", d.role(account.Viewer, func(w http.ResponseWriter, r *http.Request, is who) {
		d.page(w, is, "wall", frame{Title: "Wall of readers", Live: true})
	}))
	mux.HandleFunc("GET /devices/{host}/{kind}/{id}", d.role(account.Viewer, d.historyPage))
	mux.HandleFunc("GET /runs/{run}", d.role(account.Viewer, d.runPage))
	mux.HandleFunc("GET /runs/{run}/cells/{cell}", d.role(account.Viewer, d.cellPage))
	mux.HandleFunc("GET /audit", d.role(account.Admin, d.auditPage))
}

func asset(kind string, content []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", kind)
		_, _ = w.Write(content)
	}
}

// page shows a page to who is logged in.
func (d *door) page(w http.ResponseWriter, is who, name string, f frame) {
	f.Who, f.Role, f.Csrf = is.Name, is.Role, is.csrf
	d.render(w, http.StatusOK, name, f)
}

// show shows a page to anybody.
func (d *door) show(w http.ResponseWriter, code int, name string, body any) {
	d.render(w, code, name, frame{Title: "Log in", Body: body})
}

func (d *door) render(w http.ResponseWriter, code int, name string, f frame) {
	var b bytes.Buffer
	if err := templates[name].Execute(&b, f); err != nil {
		if d.Log != nil {
			d.Log.Error("page", "name", name, "error", err)
		}
		refuse(w, http.StatusInternalServerError, errors.New("the page cannot be shown"))
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(code)
	_, _ = w.Write(b.Bytes())
}

// broken is a page that says what is wrong.
func (d *door) broken(w http.ResponseWriter, is who, err error) {
	d.render(w, code(err), "error", frame{Title: "Not found", Who: is.Name, Role: is.Role, Csrf: is.csrf, Body: sentence(err)})
}

// loginView is the login page's.
type loginView struct{ To, Name, Problem string }

func (d *door) loginPage(w http.ResponseWriter, r *http.Request) {
	view := loginView{To: inside(r.URL.Query().Get("to"))}
	if !d.secure(r) && !local(r) && !d.InsecureHTTP {
		view.Problem = sentence(errClear)
	}
	d.show(w, http.StatusOK, "login", view)
}

// deviceView is what a device went through.
type deviceView struct {
	Device farm.Device
	Record farm.Record
	Events []watch.Event
}

func (d *door) historyPage(w http.ResponseWriter, r *http.Request, is who) {
	on := farm.Device{Host: r.PathValue("host"), Kind: r.PathValue("kind"), ID: r.PathValue("id")}
	record, err := d.record(r.Context(), on)
	if err != nil {
		d.broken(w, is, err)
		return
	}
	d.page(w, is, "history", frame{Title: "History of " + on.Kind + " " + on.ID, Body: deviceView{on, record, d.Watch.Of(on)}})
}

// runView is a run with its cells.
type runView struct {
	ID    string
	Cells []farm.Progress
}

func (d *door) runPage(w http.ResponseWriter, r *http.Request, is who) {
	id := r.PathValue("run")
	all, err := d.Store.Run(r.Context(), id)
	if err != nil {
		d.broken(w, is, err)
		return
	}
	d.page(w, is, "run", frame{Title: "Run " + id, Body: runView{id, all}})
}

// cellView is a cell with why it stands where it does.
type cellView struct {
	why.Answer
	Red     bool
	Devices []farm.Device
}

func (d *door) cellPage(w http.ResponseWriter, r *http.Request, is who) {
	run, cell := r.PathValue("run"), r.PathValue("cell")
	a, err := d.why(r.Context(), run, cell)
	if err != nil {
		d.broken(w, is, err)
		return
	}
	p, err := d.found(r.Context(), run, cell)
	if err != nil {
		d.broken(w, is, err)
		return
	}
	red := a.Phase == farm.Done && a.Exit() != 0
	d.page(w, is, "cell", frame{Title: "Cell " + cell, Body: cellView{a, red, p.Work.Devices}})
}

func (d *door) auditPage(w http.ResponseWriter, _ *http.Request, is who) {
	all, err := d.Audit.Last(auditLines)
	if err != nil {
		d.broken(w, is, err)
		return
	}
	d.page(w, is, "audit", frame{Title: "Audit log", Body: append([]audit.Entry{}, all...)})
}
