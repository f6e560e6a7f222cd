// Command port-service tells browser pages on which port the agent of their
// user's session listens. One runs on a machine.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"sync"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/smartcard-connect/smartcard-connect/agent/portservice"
	"github.com/smartcard-connect/smartcard-connect/agent/settings"
)

// version is stamped by the build (-ldflags "-X main.version=…").
var version = "unstamped"

const help = `Tells a browser page on which port the agent of its user listens.

Example:

  port-service serve --socket /run/smartcard-connect/ports.sock
  smartcard-connect run --settings settings.json --service /run/smartcard-connect/ports.sock
  port-service status

Exit codes: 0 done, 1 it did not work, 64 the command line or the settings file is wrong.`

// program is the command line.
type program struct {
	Serve     serveCommand     `cmd:"" help:"Serve until interrupted."`
	Status    statusCommand    `cmd:"" help:"Say for every port who answers there."`
	Install   installCommand   `cmd:"" help:"Write a systemd unit or register the Windows service, or print it with --print."`
	Uninstall uninstallCommand `cmd:"" help:"Remove the systemd unit or the Windows service."`
	Version   versionCommand   `cmd:"" help:"Print the version."`
}

// versionCommand prints the version.
type versionCommand struct{}

// Help is shown below the verb's own line.
func (versionCommand) Help() string { return "Example:\n\n  port-service version" }

// Run prints what the build stamped.
func (versionCommand) Run() error {
	_, err := fmt.Println("port-service", version)
	return err
}

// serveCommand is the service.
type serveCommand struct {
	Socket   string `help:"Unix socket or named pipe where agents register." type:"path" default:"${socket}"`
	Ports    []int  `help:"Loopback ports to take; all five by default."`
	Settings string `help:"A settings file, JSON, which stands in for the machine tier: for tests and benches. Origins of policy and machine may be asked from by every user's browser." type:"path"`
	Managed  bool   `hidden:"" help:"Started by the Windows service manager."`
}

// Help is shown below the verb's own line.
func (serveCommand) Help() string {
	return "Keep the socket in a directory that only the service may write to.\n\nExample:\n\n  port-service serve --socket /run/smartcard-connect/ports.sock"
}

// Run serves.
func (c *serveCommand) Run(ctx context.Context, log *slog.Logger) error {
	store, err := tiers(c.Settings)
	if err != nil {
		return err
	}
	service := &portservice.Service{Log: log, Current: store.Current}
	ctx, stop := context.WithCancel(ctx)
	var following sync.WaitGroup
	defer following.Wait()
	defer stop()
	following.Go(func() { follow(ctx, store, log) })
	if len(c.Ports) == 0 {
		c.Ports = portservice.Ports()
	}
	service.Ready = func() {
		if err := notify(os.Getenv("NOTIFY_SOCKET")); err != nil {
			log.Warn("the service manager does not hear that this is ready", "error", err)
		}
	}
	serve := func(ctx context.Context) error { return service.Serve(ctx, c.Socket, c.Ports) }
	if c.Managed {
		return managed(ctx, service, serve)
	}
	return serve(ctx)
}

// statusCommand asks every port.
type statusCommand struct {
	Ports []int `help:"Ports to ask; all five by default."`
	JSON  bool  `help:"Print an array of objects."`
}

// Help is shown below the verb's own line.
func (statusCommand) Help() string {
	return "Exit code 1 when a port does not answer.\n\nExample:\n\n  port-service status --json"
}

// errStatus is a port that another program holds, or none that answers.
var errStatus = errors.New("not every port answers; start it with: port-service serve, or end the program that holds the port")

// Run prints a line for each port.
func (c *statusCommand) Run(ctx context.Context) error {
	if len(c.Ports) == 0 {
		c.Ports = portservice.Ports()
	}
	rows := portservice.Status(ctx, c.Ports)
	var bad error
	for _, r := range rows {
		if !c.JSON {
			fmt.Printf("%d: %s\n", r.ID, r.Title)
		}
		if !r.OK {
			bad = errStatus
		}
	}
	if c.JSON {
		if err := json.NewEncoder(os.Stdout).Encode(rows); err != nil {
			return err
		}
	}
	return bad
}

func main() { os.Exit(run(os.Args[1:])) }

func run(args []string) int {
	var p program
	parser, err := kong.New(&p, kong.Name("port-service"), kong.Description(help), kong.UsageOnError(), kong.Vars{"socket": portservice.DefaultSocket})
	if err != nil {
		fmt.Fprintln(os.Stderr, "port-service:", err)
		return 1
	}
	parsed, err := parser.Parse(args)
	if err != nil {
		fmt.Fprintln(os.Stderr, "port-service:", err, "(see --help)")
		return 64
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	parsed.BindTo(ctx, (*context.Context)(nil))
	err = parsed.Run(openLog())
	switch {
	case err == nil:
		return 0
	case errors.Is(err, settings.ErrInvalid):
		fmt.Fprintln(os.Stderr, "port-service:", err)
		return 64
	}
	fmt.Fprintln(os.Stderr, "port-service:", err)
	return 1
}
