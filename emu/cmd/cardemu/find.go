package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/smartcard-connect/smartcard-connect/emu/drawer"
)

// A running drawer writes the address of its door into this file of the user's
// runtime folder (XDG base directory specification).
const doorFile = "cardemu-drawer.json"

// published is the content of doorFile.
type published struct {
	Control string `json:"control"`
	PID     int    `json:"pid"`
}

// runtimeFolder is the user's own folder for what runs now.
func runtimeFolder() string {
	if dir := os.Getenv("XDG_RUNTIME_DIR"); dir != "" {
		return dir
	}
	dir, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	return dir
}

// publish says where the door is, and forget takes that back. Where another
// drawer has said so and still answers, it is left alone.
func publish(w world, url string, log *slog.Logger) (forget func()) {
	path := filepath.Join(w.runtime, doorFile)
	if other, err := readDoor(path); err == nil && answers(w.ctx, other) {
		log.Warn("another drawer is running: reach this one with --control", "control", url, "other", other)
		return func() {}
	}
	raw, err := json.Marshal(published{url, os.Getpid()})
	if err == nil {
		err = replace(path, raw)
	}
	if err != nil || w.runtime == "" {
		log.Warn("cannot say where this drawer is: reach it with --control", "control", url, "error", err)
		return func() {}
	}
	return func() {
		if now, err := readDoor(path); err == nil && now == url {
			_ = os.Remove(path)
		}
	}
}

// replace writes a file in one step, for its owner only.
func replace(path string, raw []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), doorFile)
	if err != nil {
		return err
	}
	_, err = f.Write(raw)
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name())
	}
	return err
}

func readDoor(path string) (string, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	var p published
	err = json.Unmarshal(raw, &p)
	return p.Control, err
}

func answers(ctx context.Context, url string) bool {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	_, err := drawer.Client{URL: url}.State(ctx)
	return err == nil
}

// errNoDrawer is the advice where no drawer runs.
var errNoDrawer = errors.New("no drawer is running; start one with 'cardemu drawer', or name its address with --control")

// findDoor is the door of the running drawer.
func findDoor(w world, control string) (drawer.Client, error) {
	if control != "" {
		if !strings.Contains(control, "://") {
			control = "http://" + control
		}
		if at, err := url.Parse(control); err != nil || at.Scheme != "http" || at.Port() == "" {
			return drawer.Client{}, fmt.Errorf("%w: --control %s: not an address like http://127.0.0.1:8642", errUsage, control)
		}
		return drawer.Client{URL: control}, nil
	}
	door, err := readDoor(filepath.Join(w.runtime, doorFile))
	if errors.Is(err, fs.ErrNotExist) {
		return drawer.Client{}, errNoDrawer
	}
	if err != nil {
		return drawer.Client{}, fmt.Errorf("%w: %w", errNoDrawer, err)
	}
	return drawer.Client{URL: door}, nil
}
