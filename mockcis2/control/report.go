package control

import (
	"bytes"
	"net/http"
	"strings"

	"github.com/smartcard-connect/smartcard-connect/mockcis2/diary"
	"github.com/smartcard-connect/smartcard-connect/mockcis2/lint"
)

// Reporter has the diary and what the lints say; mockcis2.Server is one.
type Reporter interface {
	Diary() *diary.Diary
	Report(client string) (lint.Report, error)
	Reports() []lint.Report
}

// policy lets a report be read and nothing more.
const policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// reports answers GET /report: the applications there are.
func reports(p Reporter) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		all := p.Reports()
		show(w, r, all, func(out *bytes.Buffer) error { return lint.WriteIndex(out, all) })
	}
}

// report answers GET /report/{client}: the report card of one application.
func report(p Reporter) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		one, err := p.Report(r.PathValue("client"))
		if err != nil {
			write(w, http.StatusNotFound, map[string]string{"error": err.Error()})
			return
		}
		show(w, r, one, func(out *bytes.Buffer) error { return one.WriteHTML(out) })
	}
}

// show writes a page, or JSON for who asks with ?format=json or by Accept.
func show(w http.ResponseWriter, r *http.Request, v any, page func(*bytes.Buffer) error) {
	if r.URL.Query().Get("format") == "json" || strings.HasPrefix(r.Header.Get("Accept"), "application/json") {
		write(w, http.StatusOK, v)
		return
	}
	var out bytes.Buffer
	if err := page(&out); err != nil {
		write(w, http.StatusInternalServerError, map[string]string{"error": err.Error()})
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
func archive(p Reporter) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Disposition", `attachment; filename="mockcis2.har"`)
		_ = diary.WriteHAR(w, p.Diary().Entries()) // likewise
	}
}

// lines answers GET /diary.jsonl.
func lines(p Reporter) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/jsonl")
		_ = diary.WriteLines(w, p.Diary().Entries()) // likewise
	}
}
