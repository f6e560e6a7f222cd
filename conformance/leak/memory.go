package leak

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// InMemory says what of it lies in memory that a Linux process can write, and where
// (proc(5), mem and maps). File text that cannot be written holds no secrets. Nobody
// else than root may look. It is an error when nothing could be read.
func (w Wanted) InMemory(pid int) ([]string, error) {
	var found []string
	err := regions(pid, func(line string, b []byte) {
		for _, name := range w.In(b) {
			found = append(found, name+" in "+line)
		}
	})
	return found, err
}

func regions(pid int, visit func(line string, b []byte)) error {
	maps, err := os.ReadFile(fmt.Sprintf("/proc/%d/maps", pid))
	if err != nil {
		return err
	}
	mem, err := os.Open(fmt.Sprintf("/proc/%d/mem", pid))
	if err != nil {
		return err
	}
	defer func() { _ = mem.Close() }()
	pages, err := os.Open(fmt.Sprintf("/proc/%d/pagemap", pid))
	if err != nil {
		return err
	}
	defer func() { _ = pages.Close() }()
	read := 0
	for line := range strings.Lines(string(maps)) {
		var from, to int64
		var mode string
		if _, err := fmt.Sscanf(line, "%x-%x %s", &from, &to, &mode); err != nil || !strings.HasPrefix(mode, "rw") {
			continue
		}
		b, err := resident(pages, mem, from, to)
		if err != nil {
			return err
		}
		read += len(b)
		visit(strings.TrimSpace(line), b)
	}
	if read == 0 {
		return fmt.Errorf("nothing of process %d could be read", pid)
	}
	return nil
}

// resident reads what of a mapping is in memory or swapped out: Go reserves far
// more than it uses (proc(5), pagemap).
func resident(pages, mem io.ReaderAt, from, to int64) ([]byte, error) {
	page := int64(os.Getpagesize())
	entries := make([]byte, (to-from)/page*8)
	if _, err := pages.ReadAt(entries, from/page*8); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	var all []byte
	room := make([]byte, page)
	for at := from; at < to; at += page {
		if entries[(at-from)/page*8+7]&0xC0 == 0 { // neither present nor swapped
			continue
		}
		n, _ := mem.ReadAt(room, at)
		all = append(all, room[:n]...)
	}
	return all, nil
}

// Running are the Linux processes that match, by the base name of their program and
// their command line, in which a zero byte ends each argument.
func Running(matches func(program, line string) bool) []int {
	var out []int
	dirs, _ := filepath.Glob("/proc/[0-9]*")
	for _, dir := range dirs {
		exe, _ := os.Readlink(dir + "/exe")
		line, _ := os.ReadFile(dir + "/cmdline")
		if matches(filepath.Base(exe), string(line)) {
			pid, _ := strconv.Atoi(filepath.Base(dir))
			out = append(out, pid)
		}
	}
	return out
}
