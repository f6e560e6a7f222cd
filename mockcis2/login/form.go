package login

import (
	"errors"
	"mime"
	"net/http"
	"net/url"
)

// longestForm is how many bytes a form of the pages may have.
const longestForm = 16384

// form reads the one place where parameters belong: the query of a GET, the
// body of a POST. A parameter that is there twice, a body that is too long or
// is no form, and parameters of a POST in the URL are refused with a page, and
// nothing else happens (RFC 6749 section 3.1 for repeats).
func (l *Login) form(w http.ResponseWriter, r *http.Request, query bool) (url.Values, bool) {
	values, status, why := parse(w, r, query)
	if why != "" {
		l.Refuse(w, r, status, "invalid_request", why)
		return nil, false
	}
	return values, true
}

func parse(w http.ResponseWriter, r *http.Request, query bool) (url.Values, int, string) {
	if query {
		values, err := url.ParseQuery(r.URL.RawQuery)
		if err != nil || len(r.URL.RawQuery) > longestForm {
			return nil, http.StatusBadRequest, "The address cannot be read, or is too long."
		}
		return once(values)
	}
	if r.URL.RawQuery != "" {
		return nil, http.StatusBadRequest, "Parameters of this form belong into its body, not into the address."
	}
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if r.ContentLength != 0 && (err != nil || kind != "application/x-www-form-urlencoded") {
		return nil, http.StatusUnsupportedMediaType, "The form must be application/x-www-form-urlencoded."
	}
	r.Body = http.MaxBytesReader(w, r.Body, longestForm)
	if err := r.ParseForm(); err != nil {
		var long *http.MaxBytesError
		if errors.As(err, &long) {
			return nil, http.StatusRequestEntityTooLarge, "The form is too long."
		}
		return nil, http.StatusBadRequest, "The form cannot be read."
	}
	return once(r.PostForm)
}

func once(values url.Values) (url.Values, int, string) {
	for name, all := range values {
		if len(all) > 1 {
			return nil, http.StatusBadRequest, "The parameter " + short(name) + " is there more than once (RFC 6749 section 3.1)."
		}
	}
	return values, http.StatusOK, ""
}

// short keeps a stranger's text from filling a page.
func short(text string) string {
	const most = 40
	if r := []rune(text); len(r) > most {
		return string(r[:most]) + "…"
	}
	return text
}
