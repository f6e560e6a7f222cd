package control

import (
	"bytes"
	"net/http"
	"strings"

	"github.com/smartcard-connect/smartcard-connect/mockcis2/client"
	"github.com/smartcard-connect/smartcard-connect/mockcis2/diary"
	"github.com/smartcard-connect/smartcard-connect/mockcis2/lint"
)

// policy lets a report be read and nothing more.
const policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// reports answers GET /report: the applications there are.
func (d Door) reports(w http.ResponseWriter, r *http.Request) {
	all := d.Server.Reports()
	show(w, r, all, func(out *bytes.Buffer) error { return lint.WriteIndex(out, all) })
}

// report answers GET /report/{client}: the report card of one application.
func (d Door) report(w http.ResponseWriter, r *http.Request) {
	one, err := d.Server.Report(r.PathValue("client"))
	if err != nil {
		client.Refuse(w, http.StatusNotFound, err)
		return
	}
	show(w, r, one, func(out *bytes.Buffer) error { return one.WriteHTML(out) })
}

// show writes a page, or JSON for who asks with ?format=json or by Accept.
func show(w http.ResponseWriter, r *http.Request, v any, page func(*bytes.Buffer) error) {
	if r.URL.Query().Get("format") == "json" || strings.HasPrefix(r.Header.Get("Accept"), "application/json") {
		client.Answer(w, http.StatusOK, v)
		return
	}
	var out bytes.Buffer
	if err := page(&out); err != nil {
		client.Refuse(w, http.StatusInternalServerError, err)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	_, _ = out.WriteTo(w) // a reader that went away is no error of ours
}

// archive answers GET /diary.har.
func (d Door) archive(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Disposition", `attachment; filename="mockcis2.har"`)
	_ = diary.WriteHAR(w, d.Server.Diary().Entries()) // likewise
}

// lines answers GET /diary.jsonl.
func (d Door) lines(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/jsonl")
	_ = diary.WriteLines(w, d.Server.Diary().Entries()) // likewise
}
