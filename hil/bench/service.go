package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/smartcard-connect/smartcard-connect/hil/part"
)

// StartProvider starts the identity provider with the provider faults of the
// options.
func (b *Bench) StartProvider(ctx context.Context) error {
	args := []string{"serve", "--addr", fmt.Sprintf("127.0.0.1:%d", providerPort), "--control", fmt.Sprintf("127.0.0.1:%d", SidePort)}
	for _, channel := range b.Handover {
		args = append(args, "--handover", channel)
	}
	p, err := b.built(ctx, MockCIS2, append(args, b.faults("provider.")...)...)
	if err != nil {
		return err
	}
	var ready struct{ Issuer, Control string }
	if err := json.Unmarshal(p.Ready, &ready); err != nil || ready.Issuer == "" || ready.Control == "" {
		return fmt.Errorf("%s: no issuer or control address in %q", p.Name, p.Ready)
	}
	b.Issuer, b.Control = ready.Issuer, ready.Control
	return nil
}

// AgentOptions say who answers the agent's passcode form and who opens pages.
type AgentOptions struct {
	Prompter string   // auto, pinentry or terminal
	Pinentry []string // program and arguments
	Opener   []string // program and arguments of the browser opener
	Terminal bool     // the agent may use our terminal
	TPM      string   // where the computer's TPM is; empty is the system's
}

// agentSettings is the agent's settings file; the agent reads it strictly.
type agentSettings struct {
	Issuers        []agentIssuer `json:"issuers"`
	SigningOrigins []string      `json:"signing_origins"`
	Prompter       string        `json:"prompter"`
	Pinentry       []string      `json:"pinentry,omitempty"`
	Opener         []string      `json:"browser_opener,omitempty"`
	Port           int           `json:"port"`
	Socket         string        `json:"port_service_socket"`
	TPM            string        `json:"tpm,omitempty"`
}

type agentIssuer struct {
	URL         string `json:"url"`
	Environment string `json:"environment"`
}

// socketDir holds the port service's socket, in the empty /run of the cell.
const socketDir = "/run/smartcard-connect"

// socket is where agents register with the port service.
func (b *Bench) socket() (string, error) {
	if b.windows() {
		return pipe, nil
	}
	return socketDir + "/port-service.sock", os.MkdirAll(socketDir, 0o755)
}

// StartAgent starts the port service and the agent that trusts the provider.
func (b *Bench) StartAgent(ctx context.Context, o AgentOptions) error {
	socket, err := b.socket()
	if err != nil {
		return err
	}
	s := agentSettings{
		Issuers:        []agentIssuer{{b.Issuer, "int"}},
		SigningOrigins: []string{SigningOrigin},
		Prompter:       o.Prompter, Pinentry: o.Pinentry, Opener: o.Opener,
		Port: agentPort, Socket: socket, TPM: o.TPM,
	}
	b.Settings = b.path("settings.json")
	if err := writeJSON(b.Settings, s); err != nil {
		return err
	}
	if err := b.startPortService(ctx, s.Socket); err != nil {
		return product(err)
	}
	p, err := b.ours(Agent, "run", "--settings", b.Settings, "--service", s.Socket, "--log-folder", b.path("agent-logs"), "--session-dir", filepath.Dir(b.Settings))
	if err != nil {
		return err
	}
	p.Foreground = o.Terminal
	_, err = b.start(ctx, p)
	return product(err)
}

// startPortService starts the port service, which has no ready line: it is
// ready when it has its ports.
func (b *Bench) startPortService(ctx context.Context, socket string) error {
	program, err := b.ours(PortService, "serve", "--socket", socket)
	if err != nil {
		return err
	}
	program.Silent = true
	p, err := b.start(ctx, program)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, b.startTime())
	defer cancel()
	for _, port := range servicePorts() {
		if err := listening(ctx, p, port); err != nil {
			return fmt.Errorf("%s: %w: %s", PortService, err, part.Tail(b.path(PortService+".log")))
		}
	}
	return nil
}

// listening waits until a part listens on a port.
func listening(ctx context.Context, p *part.Part, port int) error {
	tick := time.NewTicker(look)
	defer tick.Stop()
	var d net.Dialer
	for {
		c, err := d.DialContext(ctx, "tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err == nil {
			return c.Close()
		}
		if !p.Alive() {
			return part.ErrEnded
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%w: port %d: %w", part.ErrNotReady, port, err)
		case <-tick.C:
		}
	}
}

// product marks an error as the product's, unless it was never built.
func product(err error) error {
	if err == nil || errors.Is(err, ErrMissing) {
		return err
	}
	return fmt.Errorf("%w: %w", ErrProduct, err)
}

// SigningOrigin is the page that may have prescriptions signed; the suites know
// it by this name. The provider's own pages may not.
const SigningOrigin = "https://prescriptions.example.test"

// ErrProduct is wrapped when a part of the product, not of the bench, does not
// start.
var ErrProduct = errors.New("the product does not start")
