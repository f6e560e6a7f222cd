package target

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent"
	"github.com/smartcard-connect/smartcard-connect/agent/card/series"
	"github.com/smartcard-connect/smartcard-connect/agent/iso7816"
	"github.com/smartcard-connect/smartcard-connect/agent/local"
	"github.com/smartcard-connect/smartcard-connect/agent/portservice"
	"github.com/smartcard-connect/smartcard-connect/agent/reader"
	"github.com/smartcard-connect/smartcard-connect/agent/reader/readertest"
	"github.com/smartcard-connect/smartcard-connect/agent/settings"
	"github.com/smartcard-connect/smartcard-connect/conformance/door"
	"github.com/smartcard-connect/smartcard-connect/conformance/pcsc"
	"github.com/smartcard-connect/smartcard-connect/conformance/service"
	"github.com/smartcard-connect/smartcard-connect/emu"
)

// SigningOrigin is the page that may have prescriptions signed in our cells.
const SigningOrigin = "https://prescriptions.example.test"

// InProcess is the target file of a package cell: "8" or "9", T=0 or T=1.
func InProcess(number string, p iso7816.Protocol) File {
	f := File{
		Cell: fmt.Sprintf("series%s-T%d-package", number, int(p)-1), Kind: Package, Series: number, Protocol: p, Seed: 1,
		Passcode: emu.DefaultPasscode, PUK: emu.DefaultPUK,
		Features: []Feature{Card, PCSC, TestCard, PUK, Toy, AsIssued, NHSNames, Bench, Person, Provider, CIS2, Smartcard, Login, SecondClient, KeyClient, Agent, Ports, Joining, Signing, ShortForm, Readers, Restarts, Keypad, Clock, Logout, Backchannel, Device, Series(number), Application(number)},
	}
	if Application(number) == PIV {
		f.Features, f.Admin = append(f.Features, Admin), fmt.Sprintf("03:%x", emu.DefaultAdminKey[:24])
	}
	if asOther() != nil {
		f.Features = append(f.Features, OtherUser)
	}
	f.Features = append(f.Features, FormatFirst, map[iso7816.Protocol]Feature{iso7816.T0: T0, iso7816.T1: T1}[p])
	return f
}

// FullPIV is the target file of a package cell with a PIV card that has every
// key and object, and nothing beside the card. On T=1 it takes extended lengths.
func FullPIV(p iso7816.Protocol) File {
	f := File{
		Cell: fmt.Sprintf("piv-full-T%d-package", int(p)-1), Kind: Package, Series: "9", Protocol: p, Seed: 1, Profile: "piv-full",
		Passcode: emu.DefaultPasscode, PUK: emu.DefaultPUK, Admin: fmt.Sprintf("0c:%x", emu.DefaultAdminKey[:32]),
		Features: []Feature{Card, TestCard, PUK, Toy, NHSNames, Bench, Series("9"), PIV, Admin, KeyManagement, CardKey, map[iso7816.Protocol]Feature{iso7816.T0: T0, iso7816.T1: T1}[p]},
	}
	if p == iso7816.T1 {
		f.Features = append(f.Features, PCSC, Extended)
	}
	return f
}

// InMode is the target file of a package cell with a provider that keeps other
// rules than CIS2's, extended or fapi2, and nothing else.
func InMode(mode string) File {
	claims := []Feature{StrictScopes, DPoPNonce, Rotation, Smartcard, Login, SecondClient, KeyClient, Clock, PAR, DPoP, FormPost, Refresh, Backchannel, Logout}
	claims = append(claims, map[string]Feature{"extended": Provider, "fapi2": FAPI2}[mode])
	return File{Cell: "provider-" + mode + "-package", Kind: Package, Mode: mode, Seed: 1, Features: claims}
}

// openPackage starts a card on a shelf, a provider, a port service and an agent
// whose person is scripted, all in this process and on free loopback ports. A
// file that claims nothing beyond a card on a bench gets just that, and one
// without a series no card.
func (t *Target) openPackage(ctx context.Context) error {
	if err := t.knownFaults(); err != nil {
		return err
	}
	var readers reader.System = &readertest.Shelf{}
	var err error
	if t.Series != "" {
		if readers, err = t.plug(); err != nil {
			return err
		}
	}
	if !slices.ContainsFunc(t.Features, func(f Feature) bool { return !OnCard(f) }) {
		return nil
	}
	ports, err := freePorts(6)
	if err != nil {
		return err
	}
	t.Agent, t.Ports = ports[0], ports[1:]
	if err := t.startProvider(); err != nil {
		return err
	}
	if !slices.Contains(t.Features, Agent) {
		return nil
	}
	return t.startAgent(ctx, readers)
}

// knownFaults refuses a fault that no part of this cell knows.
func (t *Target) knownFaults() error {
	for _, id := range t.Faults {
		if _, err := FaultByID(id); err != nil {
			return err
		}
	}
	return nil
}

// plug makes the card and puts it in the reader. It returns the agent's way to
// it, with the faults of that way.
func (t *Target) plug() (reader.System, error) {
	if t.Reader == "" {
		t.Reader = "Shelf 00 00"
	}
	if t.Profile == "" {
		t.Profile = "series" + t.Series
	}
	rig := &shelfRig{service: &service.Service{}, name: t.Reader}
	rig.shelf = &rig.service.Shelf
	var ways []string
	var wrong []pcsc.Fault
	for _, id := range t.Faults {
		if f, ok := pcsc.Find(id); ok {
			wrong = append(wrong, f)
		}
	}
	for _, id := range t.faultsOf("card", "reader") {
		if _, ok := service.Find(id); ok {
			ways = append(ways, id)
		} else {
			rig.start = append(rig.start, id)
		}
	}
	c, err := emu.New(emu.Options{Profile: t.Profile, Personality: t.Personality, Protocol: t.Protocol, Passcode: []byte(t.Passcode), PUK: []byte(t.PUK), Faults: rig.start, Timing: t.Timing})
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUsage, err)
	}
	rig.card = c
	rig.desk = &pcsc.Desk{Reader: t.Reader, Card: c, Speaks: uint32(t.Protocol)}
	for _, f := range wrong {
		f.Break(&rig.desk.Wrong)
	}
	t.PCSC = rig.desk
	t.Holder = c.Holder().UUID
	if err := rig.Insert(context.Background()); err != nil {
		return nil, err
	}
	t.Rig, t.Desk, t.Service, t.Sound = rig, rig, rig, rig.sound
	t.Connect = t.traced(func(ctx context.Context) (reader.Card, error) { return rig.shelf.Connect(ctx, t.Reader) })
	return service.For(rig.service, ways)
}

func (t *Target) faultsOf(areas ...string) []string {
	return slices.DeleteFunc(slices.Clone(t.Faults), func(id string) bool {
		_, desk := pcsc.Find(id) // the card and the shelf know nothing of them
		return desk || !slices.Contains(areas, area(id))
	})
}

// startAgent opens the agent's door and registers it with a port service.
func (t *Target) startAgent(ctx context.Context, shelf reader.System) error {
	person := &prompter{now: t.Now}
	t.Person = person
	config := settings.Settings{
		Issuers:        []settings.Issuer{{URL: t.Issuer, Environment: "int"}},
		SigningOrigins: []string{SigningOrigin},
	}.WithDefaults()
	a := &agent.Agent{Settings: config, Readers: shelf, OpenCard: series.Open, Prompter: person, Now: t.Now, Device: softDevice()}
	if err := t.serve(ctx, a, t.Agent); err != nil {
		return err
	}
	t.hurried = func(ctx context.Context) (*Target, error) { return t.second(ctx, shelf, person, config) }
	return t.startPorts(ctx, config)
}

// serve opens an agent's door at a port, 0 is a free one, and puts the cell's
// door faults in front of it.
func (t *Target) serve(ctx context.Context, a *agent.Agent, port int) error {
	listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		return err
	}
	t.Agent = listener.Addr().(*net.TCPAddr).Port
	t.goOn(ctx, func(ctx context.Context) error { return a.Serve(ctx, listener) })
	if t.HTTP, err = door.Transport(t.faultsOf("door"), t.doorCell(), http.DefaultTransport); err != nil {
		return fmt.Errorf("%w: %w", ErrUsage, err)
	}
	if other := asOther(); other != nil {
		if t.Other, err = door.Transport(t.faultsOf("door"), t.doorCell(), other); err != nil {
			return fmt.Errorf("%w: %w", ErrUsage, err)
		}
	}
	t.OpenURI = func(ctx context.Context, uri string) (string, error) { return openURI(ctx, a, uri) }
	return nil
}

// second is the same desk with one more agent, whose form ends after a second
// and who gives a card as long for an answer.
func (t *Target) second(ctx context.Context, shelf reader.System, person *prompter, config settings.Settings) (*Target, error) {
	config.TimeToShowPinForm = 1
	other := *t
	other.closers = nil
	a := &agent.Agent{Settings: config, Readers: shelf, OpenCard: series.Open, Prompter: person, Now: t.Now, Patience: time.Second}
	if err := other.serve(ctx, a, 0); err != nil {
		return nil, errors.Join(err, other.Close())
	}
	return &other, nil
}

// doorCell is what a door fault may know.
func (t *Target) doorCell() door.Cell {
	origin, _ := settings.Origin(t.Issuer)
	return door.Cell{Port: t.Agent, LoginOrigin: origin, SigningOrigin: SigningOrigin}
}

// startPorts runs a port service on five free ports and registers the agent.
func (t *Target) startPorts(ctx context.Context, config settings.Settings) error {
	socket, clean, err := socketPath()
	if err != nil {
		return err
	}
	t.onClose(clean)
	ports := &portservice.Service{Settings: config}
	t.goOn(ctx, func(ctx context.Context) error { return ports.Serve(ctx, socket, t.Ports) })
	t.goOn(ctx, func(ctx context.Context) error {
		portservice.Register(ctx, socket, portservice.Hello{Version: 1, Port: t.Agent, Origins: config.Origins()}, slog.New(slog.DiscardHandler))
		return nil
	})
	t.Join = func(ctx context.Context, port int) (func(), error) {
		ctx, cancel := context.WithCancel(ctx)
		left := make(chan struct{})
		go func() {
			defer close(left)
			portservice.Register(ctx, socket, portservice.Hello{Version: 1, Port: port, Origins: config.Origins()}, slog.New(slog.DiscardHandler))
		}()
		return func() { cancel(); <-left }, nil
	}
	return t.portsReady(ctx)
}

// portsReady waits until every port names the agent: only then is the cell
// what a person finds at a desk.
func (t *Target) portsReady(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	for _, port := range t.Ports {
		for !named(ctx, port, t.doorCell().LoginOrigin) {
			select {
			case <-ctx.Done():
				return fmt.Errorf("the port service does not name the agent at port %d", port)
			case <-time.After(10 * time.Millisecond):
			}
		}
	}
	return nil
}

// named reports whether one port of the service knows an agent.
func named(ctx context.Context, port int, origin string) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, fmt.Sprintf("http://127.0.0.1:%d/PRS/GetPortNumber", port), nil)
	if err != nil {
		return false
	}
	req.Header.Set("Origin", origin)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(resp.Body, 4096))
	return err == nil && strings.Contains(string(raw), `"portNumber"`)
}

// goOn runs f until the target is closed.
func (t *Target) goOn(ctx context.Context, f func(context.Context) error) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	done := make(chan error, 1)
	go func() { done <- f(ctx) }()
	t.onClose(func() error {
		cancel()
		select {
		case err := <-done:
			if errors.Is(err, context.Canceled) || errors.Is(err, http.ErrServerClosed) {
				return nil
			}
			return err
		case <-time.After(8 * time.Second):
			return errors.New("a part of the cell does not stop")
		}
	})
}

// openURI does what the desktop and the agent program do with a URI.
func openURI(ctx context.Context, a *agent.Agent, uri string) (string, error) {
	u, err := url.Parse(uri)
	if err != nil || u.Scheme != "smartcard-connect" || u.Opaque != "authenticate" {
		return "", fmt.Errorf("%q is no smartcard-connect:authenticate URI", uri)
	}
	issuer := u.Query().Get("issuer")
	r := a.Authenticate(ctx, issuer, u.Query().Get("id"))
	return local.Return(settings.Issuer{URL: issuer}, r), nil
}
