package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/smartcard-connect/smartcard-connect/hil/device"
	"github.com/smartcard-connect/smartcard-connect/hil/device/webhook"
	"github.com/smartcard-connect/smartcard-connect/hil/gadget"
	"github.com/smartcard-connect/smartcard-connect/hil/rig"
)

// actuatorCommand lets other test tools drive the bench:
//
//	hil actuator left --listen 127.0.0.1:3000
type actuatorCommand struct {
	onBench
	Reader string `arg:"" help:"ID of the reader that the FIDO tools mean; those of Yubico name a port, which is a reader's ID or its place in the bench file, from 1."`
	Listen string `default:"127.0.0.1:3000" placeholder:"ADDRESS" help:"Where, on this machine's loopback."`
}

// Run serves until it is told to end.
func (c actuatorCommand) Run(w world) error {
	r, err := c.bench()
	if err != nil {
		return err
	}
	devices, err := c.devices(w, r)
	if err != nil {
		return wrongUse(err)
	}
	if _, ok := devices[c.Reader]; !ok {
		return fmt.Errorf("%w: the bench file has no reader %q; it has %s", errUsage, c.Reader, idsOf(r.Readers, func(d rig.Reader) string { return d.ID }))
	}
	if host, _, err := net.SplitHostPort(c.Listen); err != nil || !net.ParseIP(host).IsLoopback() {
		return fmt.Errorf("%w: --listen %s is not an address of the loopback, such as 127.0.0.1:3000", errUsage, c.Listen)
	}
	dir, err := c.state(w)
	if err != nil {
		return err
	}
	release, err := gadget.Claim(dir)
	if err != nil {
		return err
	}
	defer func() { _ = release() }()
	return c.serve(w, devices)
}

// devices are those of this host's readers, by ID and by place.
func (c actuatorCommand) devices(w world, r rig.Rig) (map[string]device.Device, error) {
	bench, all := w.gadgets(r), map[string]device.Device{}
	for i, d := range r.Readers {
		dev, err := bench.Device("", d.ID)
		if err != nil {
			return nil, err
		}
		all[strconv.Itoa(i+1)] = dev
		all[d.ID] = dev
	}
	return all, nil
}

func (c actuatorCommand) serve(w world, devices map[string]device.Device) error {
	listener, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return err
	}
	a := webhook.Actuator{
		Device: devices[c.Reader],
		Ports:  func(port string) (device.Device, bool) { d, ok := devices[port]; return d, ok },
		Done: func(_ *http.Request, act string, err error) {
			if err != nil {
				act += ": " + err.Error()
			}
			_, _ = fmt.Fprintln(w.stderr, act)
		},
		Results: func(r webhook.Results) {
			_, _ = fmt.Fprintf(w.stdout, "The tools say: %d passed, %d failed %q\n", r.Passed, r.Failed, r.FailedTests)
		},
	}
	s := &http.Server{Handler: a, ReadHeaderTimeout: 10 * time.Second}
	stop := context.AfterFunc(w.ctx, func() { _ = s.Close() })
	defer stop()
	_, _ = fmt.Fprintf(w.stderr, "Hearing other test tools at http://%s. Ctrl-C ends it.\n", listener.Addr())
	if err := s.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
