package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/smartcard-connect/smartcard-connect/hil/device/manual"
	"github.com/smartcard-connect/smartcard-connect/hil/gadget"
	"github.com/smartcard-connect/smartcard-connect/hil/interlock"
	"github.com/smartcard-connect/smartcard-connect/hil/rig"
)

// ledgerFile is what cards have lost, in the folder of what must outlive a run.
const ledgerFile = "cards.ledger"

// onBench are the flags of commands about a bench of readers and cards.
type onBench struct {
	Rig   string `type:"path" default:"bench.yaml" placeholder:"FILE" help:"The bench file. 'hil devices --write bench.yaml' makes a first one."`
	Host  string `default:"${host}" help:"Which of the bench's hosts this machine is."`
	State string `type:"path" placeholder:"DIR" help:"Where this machine keeps what cards have lost. Default: hil in the user's state folder."`
}

// bench reads the bench file.
func (o onBench) bench() (rig.Rig, error) {
	r, err := gadget.Load(o.Rig)
	if errors.Is(err, fs.ErrNotExist) {
		return r, fmt.Errorf("%w: there is no bench file %s; make one with 'hil devices --write %s', or name it with --rig", errUsage, o.Rig, asWord(o.Rig))
	}
	return r, err
}

// asWord is a path in a command that we tell to type, as a shell takes it.
func asWord(path string) string {
	if strings.ContainsAny(path, " \t'()&;#") {
		return `"` + path + `"`
	}
	return path
}

// guard is the interlock over a bench's cards.
func (o onBench) guard(w world, r rig.Rig) (interlock.Interlock, error) {
	dir, err := o.state(w)
	return interlock.Interlock{Rig: r, Ledger: interlock.File(filepath.Join(dir, ledgerFile)), Now: w.now}, err
}

// state is the folder of what must outlive a run.
func (o onBench) state(w world) (string, error) { return stateDir(w, o.State) }

func stateDir(w world, flag string) (string, error) {
	if flag != "" {
		return flag, nil
	}
	if dir := w.variable("XDG_STATE_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "hil"), nil
	}
	if runtime.GOOS == "windows" {
		if dir := w.variable("LOCALAPPDATA"); dir != "" {
			return filepath.Join(dir, "hil"), nil
		}
	}
	if home := w.variable("HOME"); filepath.IsAbs(home) {
		return filepath.Join(home, ".local", "state", "hil"), nil
	}
	return "", fmt.Errorf("%w: there is no folder for what must outlive this run; say --state DIR", errUsage)
}

// variable is one of the environment.
func (w world) variable(name string) string {
	for _, line := range w.env {
		if value, ok := strings.CutPrefix(line, name+"="); ok {
			return value
		}
	}
	return ""
}

// gadgets are those of a bench, with the person at this terminal.
func (w world) gadgets(r rig.Rig) gadget.Bench {
	return gadget.Bench{Rig: r, World: gadget.World{Asker: manual.NewTerminal(w.stdin, w.stderr), OS: runtime.GOOS, Turns: &gadget.Turns{}}}
}

// here refuses a gadget that another host has.
func (o onBench) here(r rig.Rig, id string) error {
	g, ok := r.Gadget(id)
	if !ok || g.Host == "" || g.Host == rig.Floor || g.Host == o.Host {
		return nil
	}
	return fmt.Errorf("%w: gadget %s is at host %s, and this is %s; do it there, or on the farm's page (--host says who this is)", errUsage, id, g.Host, o.Host)
}

// fresh refuses to overwrite a file.
func fresh(path string) error {
	if _, err := os.Lstat(path); err == nil {
		return fmt.Errorf("%w: %s is there already, and is not overwritten", errUsage, path)
	}
	return nil
}
