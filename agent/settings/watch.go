package settings

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/fsnotify/fsnotify"
)

// settle is how long after a change one waits for the rest of it.
const settle = 50 * time.Millisecond

// watch tells of changes of files and folders, of their coming and going too.
// It watches the nearest folder there is, because a path may not exist yet.
func watch(ctx context.Context, paths []string, changed func()) error {
	w, err := fsnotify.NewWatcher()
	if err != nil {
		return err
	}
	defer func() { _ = w.Close() }()
	if err := arm(w, paths); err != nil {
		return err
	}
	changed()
	var settled <-chan time.Time // runs after a change only: an idle agent is not woken
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-settled:
			settled = nil
			if err := arm(w, paths); err != nil {
				return err
			}
			changed()
		case e := <-w.Events:
			if settled == nil && concerns(e.Name, paths) {
				settled = time.After(settle)
			}
		case <-w.Errors: // events were lost
			settled = time.After(settle)
		}
	}
}

// arm watches a path's folder, or what is nearest to it, and looks again, in
// case something nearer came meanwhile. A ".d" folder is watched itself.
func arm(w *fsnotify.Watcher, paths []string) error {
	for _, p := range paths {
		for last := ""; ; {
			dir := nearest(p)
			if dir == last {
				break
			}
			if err := w.Add(dir); err != nil && nearest(p) == dir {
				return err
			}
			last = dir
		}
	}
	return nil
}

func nearest(path string) string {
	dir := filepath.Dir(path)
	if strings.HasSuffix(path, ".d") {
		dir = path
	}
	for {
		if info, err := os.Stat(dir); (err == nil && info.IsDir()) || dir == filepath.Dir(dir) {
			return dir
		}
		dir = filepath.Dir(dir)
	}
}

// concerns is true for a path, what is above it and what is below it.
func concerns(name string, paths []string) bool {
	for _, p := range paths {
		if name == p || strings.HasPrefix(p, name+string(filepath.Separator)) || strings.HasPrefix(name, p+string(filepath.Separator)) {
			return true
		}
	}
	return false
}
