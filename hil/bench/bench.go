package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/smartcard-connect/smartcard-connect/hil/cell"
	"github.com/smartcard-connect/smartcard-connect/hil/part"
	"github.com/smartcard-connect/smartcard-connect/hil/record"
)

// Ports inside the cell's own network. Outside they mean nothing, unless `hil
// up` forwards them.
const (
	slotPort     = 35963 // vpcd's first slot; the next has the next number
	providerPort = 9480
	agentPort    = 43485
	// SidePort is the provider's side door.
	SidePort = 9481
	// DemoPort is for an application to sign in to.
	DemoPort = 9482
	// CardPort is the first card's side door; the next has the next number.
	CardPort = 9483
)

// BrowserPorts are those that a browser beside the bench must reach: demo
// application, provider, agent and port service.
func BrowserPorts() []int { return append([]int{DemoPort, providerPort, agentPort}, servicePorts()...) }

// servicePorts are the port service's five (agent/PROTOCOL.md §2).
func servicePorts() []int { return []int{43487, 44213, 45031, 46478, 48853} }

// startTime is how long one part may take to get ready.
const startTime = 20 * time.Second

func (b *Bench) startTime() time.Duration {
	if b.windows() {
		return bootTime
	}
	return startTime
}

// grace is how long a part may take to end when asked.
const grace = 3 * time.Second

// Options say what to build.
type Options struct {
	Dir      string   // absolute, short, exists: logs and files of this bench
	Programs Programs // where programs are
	Arch     string   // of the Windows programs that are judged, in the Wine box; empty is none
	Env      []string // environment of every part
	Faults   []string // card and provider faults to switch on
	Tape     Tape     // a recording that is made of the card, or played in its place
	Seed     int64    // of the run, for the recording
	Handover []string // channels the login page tries, in order; none is the provider's own order
}

// Bench is the running parts of one cell. Its methods are for one goroutine.
type Bench struct {
	Options
	Cards    []Card
	Issuer   string
	Control  string // the provider's side door
	Settings string // the agent's settings file

	daemon       *part.Part
	tape         string // URL of the door that records or plays
	conversation *record.Conversation
	closers      []func() error
	parts        []*part.Part // all, in the order of their start
}

// Card is one card and its side door.
type Card struct {
	Series  string
	Control string // URL
	part    *part.Part
}

// Close ends every part, the last first.
func (b *Bench) Close() {
	for _, p := range slices.Backward(b.parts) {
		p.Stop(grace)
	}
	b.parts = nil
	_ = b.closeTape()
}

func (b *Bench) path(name string) string { return filepath.Join(b.Dir, name) }

// start starts one part; its log is named after it.
func (b *Bench) start(ctx context.Context, p part.Program) (*part.Part, error) {
	ctx, cancel := context.WithTimeout(ctx, b.startTime())
	defer cancel()
	p.Env, p.Log = b.Env, b.path(p.Name+".log")
	started, err := p.Start(ctx)
	if err != nil {
		return nil, err
	}
	b.parts = append(b.parts, started)
	return started, nil
}

// built is start for one of our own programs.
func (b *Bench) built(ctx context.Context, name string, args ...string) (*part.Part, error) {
	path, err := b.Programs.Built(name)
	if err != nil {
		return nil, err
	}
	return b.start(ctx, part.Program{Name: name, Path: path, Args: args})
}

// PutCard starts a card in the slot with this number, with the card faults of
// the options, and returns when it is plugged in.
func (b *Bench) PutCard(ctx context.Context, c cell.Cell, slot int, trace string) error {
	if b.Tape.Play != "" {
		return b.playCard(ctx, c, slot)
	}
	path, err := b.Programs.Built(CardEmu)
	if err != nil {
		return err
	}
	reader := fmt.Sprintf("127.0.0.1:%d", slotPort+slot)
	if b.Tape.Record != "" {
		if reader, err = b.recordCard(ctx, c, b.Seed, slot); err != nil {
			return err
		}
	}
	args := append(append([]string{"run"}, c.CardFlags()...),
		"--reader", "vpcd://"+reader, "--control", fmt.Sprintf("127.0.0.1:%d", CardPort+slot))
	if c.Card.Holder != "" {
		args = append(args, "--holder", c.Card.Holder)
	}
	if c.Card.Timing != "" {
		args = append(args, "--timing", c.Card.Timing)
	}
	if trace != "" {
		args = append(args, "--trace", trace)
	}
	args = append(args, b.faults("card.", "reader.")...)
	p, err := b.start(ctx, part.Program{Name: fmt.Sprintf("%s-%d", CardEmu, slot), Path: path, Args: args})
	if err != nil {
		return err
	}
	var ready struct{ Control string }
	if err := json.Unmarshal(p.Ready, &ready); err != nil || ready.Control == "" {
		return fmt.Errorf("%s: no control address in %q", p.Name, p.Ready)
	}
	b.Cards = append(b.Cards, Card{Series: c.Card.Series, Control: ready.Control, part: p})
	if b.Tape.Record != "" {
		b.tape, err = b.recordDoor(ready.Control)
	}
	return err
}

// faults are flags for the faults of these areas.
func (b *Bench) faults(areas ...string) []string {
	var flags []string
	for _, id := range b.Faults {
		if slices.ContainsFunc(areas, func(area string) bool { return strings.HasPrefix(id, area) }) {
			flags = append(flags, "--fault", id)
		}
	}
	return flags
}

// writeJSON writes v as indented JSON, for this user only.
func writeJSON(path string, v any) error {
	raw, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(raw, '\n'), 0o600)
}
