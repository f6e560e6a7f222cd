package wall

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/smartcard-connect/smartcard-connect/hil/wall/account"
	"github.com/smartcard-connect/smartcard-connect/hil/wall/audit"
)

// open are the routes that need no login.
func (d *door) open(mux *http.ServeMux) {
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		if t := d.Watch.State().Trouble; t != "" {
			refuse(w, http.StatusServiceUnavailable, errors.New(t))
			return
		}
		reply(w, http.StatusOK, map[string]string{"status": "ok"})
	})
	if d.Metrics != nil {
		mux.HandleFunc("GET /metrics", d.metrics)
	}
	mux.HandleFunc("GET /login", d.loginPage)
	mux.HandleFunc("POST /login", d.loginForm)
	mux.HandleFunc("POST /api/login", d.loginJSON)
}

// errWait says how long there is to wait.
type errWait time.Duration

// Error is for people.
func (e errWait) Error() string {
	return "too many wrong passwords: try again in " + strconv.Itoa(e.seconds()) + " seconds"
}

func (e errWait) seconds() int { return int((time.Duration(e) + time.Second - 1) / time.Second) }

var errClear = errors.New("a password goes over a network with TLS only")

// login checks a password. Every outcome is in the audit log; one that cannot be
// logged is no login.
func (d *door) login(r *http.Request, name string, password []byte) (string, session, error) {
	if !d.secure(r) && !local(r) && !d.InsecureHTTP {
		return "", session{}, errClear
	}
	from := address(r)
	if wait := max(d.limit.wait("name "+name), d.limit.wait("address "+from)); wait > 0 {
		return "", session{}, errWait(wait)
	}
	a, err := d.Accounts.Check(name, password)
	entry := audit.Entry{Who: clean(name), From: from, What: "login", Outcome: audit.Done}
	if errors.Is(err, account.ErrWrong) {
		d.limit.wrong("name "+name, freeForName)
		d.limit.wrong("address "+from, freeForAddress)
		entry.Outcome = "wrong name or password"
	}
	if err == nil || errors.Is(err, account.ErrWrong) {
		err = errors.Join(err, d.Audit.Add(entry))
	}
	if err != nil {
		return "", session{}, err
	}
	d.limit.right("name " + name)
	return d.begin(a)
}

func (d *door) begin(a account.Account) (string, session, error) { return d.sessions.begin(a.Name) }

// clean is a name that was tried, for the log: it may be a password that was
// typed into the wrong field.
func clean(name string) string {
	if len(name) > 32 || strings.ContainsFunc(name, func(c rune) bool { return c <= ' ' || c > '~' }) {
		return "(no name)"
	}
	return name
}

// status is the answer to a login that failed.
func status(w http.ResponseWriter, err error) int {
	var wait errWait
	switch {
	case errors.As(err, &wait):
		w.Header().Set("Retry-After", strconv.Itoa(wait.seconds()))
		return http.StatusTooManyRequests
	case errors.Is(err, account.ErrWrong):
		return http.StatusUnauthorized
	case errors.Is(err, errClear):
		return http.StatusForbidden
	}
	return http.StatusInternalServerError
}

// plain is what a stranger is told: not which file cannot be read.
func (d *door) plain(err error, code int) error {
	if code != http.StatusInternalServerError {
		return err
	}
	if d.Log != nil {
		d.Log.Error("login", "error", err)
	}
	return errors.New("nobody can log in now; the hub's log says why")
}

// loginJSON is for scripts: {"name":…,"password":…} in, {"token":…} out, which
// they show as a bearer token.
func (d *door) loginJSON(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Name     string `json:"name"`
		Password string `json:"password"`
	}
	if !read(w, r, &body) {
		return
	}
	key, s, err := d.login(r, body.Name, []byte(body.Password))
	if err != nil {
		code := status(w, err)
		refuse(w, code, d.plain(err, code))
		return
	}
	reply(w, http.StatusOK, map[string]any{"token": key, "until": s.began.Add(d.sessions.longest)})
}

func (d *door) loginForm(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 8192)
	if err := r.ParseForm(); err != nil {
		refuse(w, http.StatusBadRequest, errors.New("the form cannot be read"))
		return
	}
	to := inside(r.PostForm.Get("to"))
	key, _, err := d.login(r, r.PostForm.Get("name"), []byte(r.PostForm.Get("password")))
	if err != nil {
		code := status(w, err)
		d.show(w, code, "login", loginView{To: to, Name: clean(r.PostForm.Get("name")), Problem: sentence(d.plain(err, code))})
		return
	}
	http.SetCookie(w, &http.Cookie{Name: d.cookie(r), Value: key, Path: "/", HttpOnly: true, Secure: d.secure(r), SameSite: http.SameSiteStrictMode})
	http.Redirect(w, r, to, http.StatusSeeOther)
}

// inside is a path of ours to go on to, or the wall.
func inside(to string) string {
	if !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || strings.ContainsAny(to, "\\\r\n") || strings.HasPrefix(to, "/login") {
		return "/"
	}
	return to
}

func sentence(err error) string {
	s := err.Error()
	return strings.ToUpper(s[:1]) + s[1:] + "."
}

func (d *door) logout(w http.ResponseWriter, r *http.Request, is who) {
	d.sessions.end(is.key)
	http.SetCookie(w, &http.Cookie{Name: d.cookie(r), Path: "/", MaxAge: -1, HttpOnly: true, Secure: d.secure(r), SameSite: http.SameSiteStrictMode})
	_ = d.Audit.Add(audit.Entry{Who: is.Name, From: address(r), What: "logout", Outcome: audit.Done})
	w.WriteHeader(http.StatusNoContent)
}
