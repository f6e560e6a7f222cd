package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/smartcard-connect/smartcard-connect/hil/device/manual"
	"github.com/smartcard-connect/smartcard-connect/hil/farm/jetstream"
	"github.com/smartcard-connect/smartcard-connect/hil/farm/planner"
	"github.com/smartcard-connect/smartcard-connect/hil/rig"
	"github.com/smartcard-connect/smartcard-connect/hil/wall/floor"
	"github.com/smartcard-connect/smartcard-connect/hil/wall/hub"
)

// pageFlags are what a hub shows to people, and tells programs.
type pageFlags struct {
	HTTP         string   `name:"http" placeholder:"ADDR" help:"Where people look at the farm: the page, its API and /metrics. Accounts: hil account add --hub DIR/page."`
	HTTPName     []string `name:"http-name" placeholder:"HOST" help:"Names, with port, that browsers call the page by; loopback addresses always work."`
	HTTPCert     string   `name:"http-cert" type:"existingfile" placeholder:"FILE" help:"The page's TLS certificate; without one, people log in from this machine only."`
	HTTPKey      string   `name:"http-key" type:"existingfile" placeholder:"FILE" help:"Its key."`
	Bench        string   `type:"existingfile" placeholder:"FILE" help:"The bench file whose readers and cards the page shows."`
	MetricsToken string   `type:"existingfile" placeholder:"FILE" help:"Its first line is what a scraper of /metrics shows; without one, scrapers of this machine are let in."`
	Hook         string   `placeholder:"URL" help:"Told how each run ended, signed; --hook-secret is needed."`
	HookSecret   string   `type:"existingfile" placeholder:"FILE" help:"Its first line signs what the hook is told; at least 16 bytes."`
	HookCells    bool     `help:"Tell the hook of each cell too."`
}

// listed is a farm that lists its runs as its planner's book does.
type listed struct {
	*jetstream.Farm
	book *planner.Ledger
}

// Runs is farm.Lister.
func (l listed) Runs(ctx context.Context) ([]string, error) {
	all, err := l.book.All(ctx)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(all, func(a, b planner.Run) int { return a.Asked.Compare(b.Asked) })
	ids := make([]string, len(all))
	for i, r := range all {
		ids[i] = r.ID
	}
	return ids, nil
}

// show serves the page until ctx ends.
func (f pageFlags) show(ctx context.Context, w world, dir string, v hubView, log *slog.Logger) error {
	s := hub.Settings{Farm: listed{v.farm, v.book}, Dir: filepath.Join(dir, "page"), Hosts: f.HTTPName, Now: w.now, Log: log}
	if err := f.fill(&s, w, log); err != nil {
		return err
	}
	h, err := hub.Open(s)
	if err != nil {
		return err
	}
	defer func() { _ = h.Close() }()
	l, err := f.listen()
	if err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { _ = h.Run(ctx); return nil })
	server := &http.Server{Handler: h.Handler(), ReadHeaderTimeout: 10 * time.Second, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug)}
	defer context.AfterFunc(ctx, func() { _ = server.Close() })()
	group.Go(func() error {
		if err := server.Serve(l); ctx.Err() == nil {
			return err
		}
		return nil
	})
	return group.Wait()
}

// fill reads the files that the flags name.
func (f pageFlags) fill(s *hub.Settings, w world, log *slog.Logger) (err error) {
	if f.MetricsToken != "" {
		if s.MetricsToken, err = secretLine(f.MetricsToken); err != nil {
			return err
		}
	}
	if f.Hook != "" {
		s.Hook = hub.Hook{URL: f.Hook, Cells: f.HookCells}
		if s.Hook.Secret, err = secretLine(f.HookSecret); err != nil {
			return fmt.Errorf("%w: --hook-secret: %w", errUsage, err)
		}
	}
	if f.Bench == "" {
		return nil
	}
	r, err := rig.Load(f.Bench)
	if err != nil {
		return err
	}
	at := &floor.Floor{Rig: r, Host: w.host, Queue: &manual.Queue{Now: w.now}, Log: log}
	s.Inventory, s.Gadgets, s.Requests = at, at, at.Requests
	return nil
}

// secretLine is the first line of a file that holds a secret.
func secretLine(path string) ([]byte, error) {
	raw, err := os.ReadFile(path)
	line, _, _ := bytes.Cut(raw, []byte("\n"))
	return bytes.TrimSuffix(line, []byte("\r")), err
}

// listen opens the address, with TLS where there is a certificate.
func (f pageFlags) listen() (net.Listener, error) {
	l, err := net.Listen("tcp", f.HTTP)
	if err != nil || f.HTTPCert == "" {
		return l, err
	}
	pair, err := tls.LoadX509KeyPair(f.HTTPCert, f.HTTPKey)
	if err != nil {
		_ = l.Close()
		return nil, err
	}
	return tls.NewListener(l, &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"}}), nil
}
