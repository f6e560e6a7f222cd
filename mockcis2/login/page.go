package login

import (
	"embed"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/smartcard-connect/smartcard-connect/mockcis2/fault"
)

//go:embed assets
var files embed.FS

var pages = template.Must(template.ParseFS(files, "assets/*.html"))

// page is the login page of one transaction: the smartcard's, or that of the
// way in the query.
func (l *Login) page(w http.ResponseWriter, r *http.Request) {
	t, ok := l.mine(r, r.PathValue("id"))
	if !ok {
		l.Refuse(w, r, http.StatusForbidden, "access_denied", "This sign-in was started in another browser, or has ended.")
		return
	}
	if name := tooOld(r.UserAgent()); name != "" {
		l.render(w, http.StatusBadRequest, "browser", t.ask.Home(), map[string]any{"ID": t.id, "Client": t.ask.Client.Name, "Browser": name, "Code": codeOfRequest})
		return
	}
	way := t.ask.Ways[0]
	if q := r.URL.Query().Get("way"); slices.Contains(t.ask.Ways, q) {
		way = q
	}
	if !isCard(way) && l.usable(t) {
		l.showWay(w, http.StatusOK, t, way, t.ask.LoginHint, "")
		return
	}
	l.showLogin(w, t)
}

func (l *Login) usable(t *transaction) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return t.state == waiting && l.Now().Before(t.ends)
}

func (l *Login) showLogin(w http.ResponseWriter, t *transaction) {
	usable := l.usable(t)
	l.mu.Lock()
	code := t.failure
	l.mu.Unlock()
	o := meaning(code)
	l.render(w, http.StatusOK, "login", t.ask.Home(), map[string]any{
		"ID": t.id, "Client": t.ask.Client.Name, "Usable": usable, "Failure": o.text, "Code": label(code),
		"URI":   template.URL(l.uri(t.id)),
		"Block": l.block(t.id), "Ways": l.otherWays(t, cardWay(t.ask)),
		"Form": l.tries("form"), "FormPort": l.FormPort, "HasURI": l.tries("uri"),
	})
}

func (l *Login) showWay(w http.ResponseWriter, status int, t *transaction, way, name, problem string) {
	l.render(w, status, "way", t.ask.Home(), map[string]any{"ID": t.id, "Client": t.ask.Client.Name, "Way": way, "Page": wayPages[way],
		"Username": name, "Problem": problem, "Ways": l.otherWays(t, way)})
}

// otherWays are those of this request that somebody can use, beside one.
func (l *Login) otherWays(t *transaction, but string) []map[string]string {
	var ways []map[string]string
	for _, way := range t.ask.Ways {
		if way != but && wayLinks[way] != "" {
			ways = append(ways, map[string]string{"ID": way, "Name": wayLinks[way]})
		}
	}
	return ways
}

// block is what a script reads to do what the page does.
func (l *Login) block(id string) map[string]any {
	sentences := map[uint32]string{}
	for code, o := range outcomes {
		sentences[code] = o.text
	}
	return map[string]any{"id": id, "issuer": l.Issuer, "handover": l.Handover, "ports": l.Ports,
		"complete_url": l.Issuer + "/smartcard/complete", "return_url": l.Issuer + "/smartcard/return",
		"abandon_url": l.Issuer + "/smartcard/abandon/" + id, "uri": l.uri(id), "sentences": sentences}
}

// returned is where the form and uri channels come back to. It needs no
// cookie: completion does.
func (l *Login) returned(w http.ResponseWriter, _ *http.Request) {
	l.render(w, http.StatusOK, "return", "", map[string]any{"Block": l.block("")})
}

// Refuse shows an error page with a code a helpdesk can use.
func (l *Login) Refuse(w http.ResponseWriter, _ *http.Request, status int, name, description string) {
	l.render(w, status, "error", "", map[string]any{"Name": name, "Description": description, "Code": pageCode(status)})
}

func (l *Login) tries(channel string) bool { return slices.Contains(l.Handover, channel) }

// render writes a page. home is the one other origin that its forms may end at.
func (l *Login) render(w http.ResponseWriter, status int, name, home string, data map[string]any) {
	data["Environment"], data["Base"] = strings.ToUpper(l.Environment), l.Issuer+"/smartcard"
	forms := "'self' http://localhost:* http://127.0.0.1:*"
	if home != "" {
		forms += " " + home
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "origin")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("X-UA-Compatible", "IE=edge") // as good as an old browser gets
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self' http://localhost:* http://127.0.0.1:*; form-action "+forms+"; base-uri 'none'; frame-ancestors 'none'")
	if l.Faults.On(fault.Framed) {
		h.Del("X-Frame-Options")
		h.Set("Content-Security-Policy", strings.TrimSuffix(h.Get("Content-Security-Policy"), "; frame-ancestors 'none'"))
	}
	w.WriteHeader(status)
	if err := pages.ExecuteTemplate(w, name, data); err != nil {
		l.Log.Error("page", "name", name, "err", err)
	}
}

// assets are the style sheet and the script.
func assets(w http.ResponseWriter, r *http.Request) {
	kinds := map[string]string{"page.css": "text/css", "login.js": "text/javascript", "return.js": "text/javascript", "role.js": "text/javascript"}
	name := r.PathValue("name")
	raw, err := files.ReadFile("assets/" + name)
	if kinds[name] == "" || err != nil {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", kinds[name]+"; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", "max-age=60")
	_, _ = w.Write(raw)
}

// uri is the last channel's link (PROTOCOL section 4).
func (l *Login) uri(id string) string {
	return "smartcard-connect:authenticate?issuer=" + url.QueryEscape(l.Issuer) + "&id=" + id
}
