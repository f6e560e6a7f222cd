//go:build linux

package chaos

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/smartcard-connect/smartcard-connect/hil/farm"
	"github.com/smartcard-connect/smartcard-connect/hil/farm/hub"
	"github.com/smartcard-connect/smartcard-connect/hil/farm/jetstream"
)

// layout is what all processes of a farm know; a file that the test writes.
type layout struct {
	Dir      string
	Nodes    []string // addresses of the hub's
	Hosts    []string
	Desks    []string
	Planners []string
	Readers  int // per host
	TTL      time.Duration
	Grace    time.Duration
	AckWait  time.Duration
	Unfenced bool // a host that obeys anybody, to see that the judge notices
}

// Ports of each node.
const (
	clients = ":4222"
	leaves  = ":7422"
	routes  = ":6222"
)

// Environment of a process of the farm.
const (
	envRole   = "CHAOS_ROLE"
	envName   = "CHAOS_NAME"
	envLayout = "CHAOS_LAYOUT"
)

func (l layout) file() string          { return filepath.Join(l.Dir, "layout.json") }
func (l layout) of(name string) string { return filepath.Join(l.Dir, name) }
func (l layout) witness() string       { return filepath.Join(l.Dir, "witness.sock") }
func (l layout) diary() string         { return filepath.Join(l.Dir, "diary.jsonl") }
func (l layout) journal(host string) string {
	return filepath.Join(l.of(host), "state", "journal.jsonl")
}

func (l layout) settings() jetstream.Settings {
	return jetstream.Settings{Grace: l.Grace, AckWait: l.AckWait, Replicas: l.replicas(), Log: logger()}
}

func (l layout) replicas() int { return min(len(l.Nodes), 3) }

func (l layout) at(port string) []string {
	var out []string
	for _, n := range l.Nodes {
		out = append(out, n+port)
	}
	return out
}

// reader is one of a host's.
func reader(host string, n int) farm.Device {
	return farm.Device{Host: host, Kind: farm.Reader, ID: fmt.Sprintf("1-1.%d", n+1)}
}

func power(host string, n int) farm.Device {
	return farm.Device{Host: host, Kind: farm.Power, ID: fmt.Sprint(n + 1)}
}

// dial connects as a planner.
func (l layout) dial(name string) (*nats.Conn, error) {
	identity, err := hub.LoadIdentity(filepath.Join(l.of(name), "identity"))
	if err != nil {
		return nil, err
	}
	return hub.Dial(name, identity, l.at(clients)...)
}

func logger() *slog.Logger { return slog.New(slog.NewTextHandler(os.Stderr, nil)) }

// TestMain lets this binary be each process of the farm.
func TestMain(m *testing.M) {
	role, ok := map[string]func(context.Context, layout, string) error{
		"node": node, "planner": plan, "host": serve, "desk": desk, "witness": witness, "cell": stand,
	}[os.Getenv(envRole)]
	if !ok {
		os.Exit(m.Run())
	}
	var l layout
	raw, err := os.ReadFile(os.Getenv(envLayout))
	if err == nil {
		err = json.Unmarshal(raw, &l)
	}
	if err == nil {
		err = role(context.Background(), l, os.Getenv(envName))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, os.Getenv(envRole), os.Getenv(envName), err)
		os.Exit(1)
	}
}
