package mockcis2

import (
	"fmt"
	"slices"

	"github.com/smartcard-connect/smartcard-connect/mockcis2/diary"
	"github.com/smartcard-connect/smartcard-connect/mockcis2/lint"
	"github.com/smartcard-connect/smartcard-connect/mockcis2/op"
)

// Report is what the lints say of one application so far. It fails on one that
// is neither registered nor in the diary.
func (s *Server) Report(client string) (lint.Report, error) {
	entries := s.diary.Entries()
	registered, known := s.Client(client)
	if !known && !slices.ContainsFunc(entries, func(e diary.Entry) bool { return client != "" && e.Client == client }) {
		return lint.Report{}, fmt.Errorf("no application %q is registered or has called", client)
	}
	return lint.Card(registered.Name, lint.Subject{Client: client, Issuer: s.issuer, Redirects: registered.RedirectURIs, Scopes: op.Scopes,
		Now: s.now().UTC(), Complete: s.diary.Lost() == 0, Entries: entries}), nil
}

// Lints are the findings on one application so far: none is the best. A test
// of a relying party ends with them.
func (s *Server) Lints(client string) ([]lint.Finding, error) {
	r, err := s.Report(client)
	return r.Findings(), err
}

// Reports are those of all applications that are registered or have called.
func (s *Server) Reports() []lint.Report {
	var ids []string
	for _, c := range s.Registered() {
		ids = append(ids, c.ID)
	}
	for _, e := range s.diary.Entries() {
		if e.Client != "" {
			ids = append(ids, e.Client)
		}
	}
	slices.Sort(ids)
	out := []lint.Report{}
	for _, id := range slices.Compact(ids) {
		if r, err := s.Report(id); err == nil {
			out = append(out, r)
		}
	}
	return out
}
