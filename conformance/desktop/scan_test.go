//go:build linux && cgo

package desktop_test

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
)

// spellings are the ways in which a secret may lie in memory, each so much of it
// that chance does not write it.
func spellings(secret []byte) map[string][]byte {
	var wide []byte
	for _, b := range secret {
		wide = append(wide, b, 0)
	}
	out := map[string][]byte{
		"ASCII": secret, "UTF-16LE": wide, "UTF-16BE": append([]byte{0}, wide[:len(wide)-1]...),
		"hex": []byte(hex.EncodeToString(secret)), "HEX": []byte(strings.ToUpper(hex.EncodeToString(secret))),
	}
	if len(secret) < 8 {
		out["FF-padded"] = append(bytes.Clone(secret), bytes.Repeat([]byte{0xFF}, 8-len(secret))...)
	}
	for shift := range 3 { // base64 of a text in which it stands at any place
		out["base64+"+strconv.Itoa(shift)] = inBase64(secret, shift)
	}
	return out
}

// inBase64 is the characters that depend on the secret alone when it stands
// shift bytes after the begin of a group of three.
func inBase64(secret []byte, shift int) []byte {
	text := base64.RawStdEncoding.EncodeToString(append(make([]byte, shift), secret...))
	from := []int{0, 2, 3}[shift]
	whole := (shift + len(secret)) * 8 / 6
	return []byte(text[from:whole])
}

// wanted is what to look for: spelling by spelling, named.
type wanted map[string][]byte

// look adds a secret.
func (w wanted) look(name string, secret []byte) {
	for how, b := range spellings(secret) {
		w[name+" as "+how] = b
	}
}

// piece is how much of a token makes it recognised.
const piece = 24

// token adds a compact JWS: its text and what it says, in pieces, so that what
// is left of it is found too. Its header is no secret and the same for all.
func (w wanted) token(name, compact string) {
	parts := strings.Split(compact, ".")
	for n, part := range parts[1:] {
		raw, err := base64.RawURLEncoding.DecodeString(part)
		if err != nil {
			continue
		}
		for at := 0; at+piece <= len(part); at += piece {
			w[fmt.Sprintf("%s part %d at %d", name, n+2, at)] = []byte(part[at : at+piece])
		}
		if n == 1 { // a signature's bytes; claims are found by their own text
			w.look(name+" signature", raw[:piece])
			w.look(name+" signature's end", raw[len(raw)-piece:])
		}
	}
}

// in says what of it lies in b.
func (w wanted) in(b []byte) []string {
	var found []string
	for name, secret := range w {
		if bytes.Contains(b, secret) {
			found = append(found, name)
		}
	}
	return found
}

// inMemory says what of it lies in memory that a process can read, and where.
func (w wanted) inMemory(t testing.TB, pid int) []string {
	t.Helper()
	var found []string
	regions(t, pid, func(line string, b []byte) {
		for _, name := range w.in(b) {
			found = append(found, name+" in "+line)
		}
	})
	return found
}

// regions reads all memory of a process that is its own: file text that cannot
// be written holds no secrets. Nobody else than root of the cell may.
func regions(t testing.TB, pid int, visit func(line string, b []byte)) {
	t.Helper()
	maps, err := os.ReadFile(fmt.Sprintf("/proc/%d/maps", pid))
	if err != nil {
		t.Fatal(err)
	}
	mem, err := os.Open(fmt.Sprintf("/proc/%d/mem", pid))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = mem.Close() }()
	read := 0
	for line := range strings.Lines(string(maps)) {
		var from, to int64
		var mode string
		if _, err := fmt.Sscanf(line, "%x-%x %s", &from, &to, &mode); err != nil || !strings.HasPrefix(mode, "rw") {
			continue
		}
		b := resident(t, pid, mem, from, to)
		read += len(b)
		visit(strings.TrimSpace(line), b)
	}
	if read == 0 {
		t.Fatalf("nothing of process %d could be read", pid)
	}
}

// resident reads what of a mapping is in memory or swapped out: Go reserves far
// more than it uses (proc(5), pagemap).
func resident(t testing.TB, pid int, mem *os.File, from, to int64) []byte {
	t.Helper()
	page := int64(os.Getpagesize())
	pages, err := os.Open(fmt.Sprintf("/proc/%d/pagemap", pid))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = pages.Close() }()
	entries := make([]byte, (to-from)/page*8)
	if _, err := pages.ReadAt(entries, from/page*8); err != nil && err != io.EOF {
		t.Fatal(err)
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
	return all
}

// running are the processes of a program, by what their command line holds.
func running(program, argument string) []int {
	var out []int
	dirs, _ := filepath.Glob("/proc/[0-9]*")
	for _, dir := range dirs {
		exe, _ := os.Readlink(dir + "/exe")
		line, _ := os.ReadFile(dir + "/cmdline")
		if filepath.Base(exe) == program && strings.Contains(string(line), argument) {
			pid, _ := strconv.Atoi(filepath.Base(dir))
			out = append(out, pid)
		}
	}
	return out
}

// hold keeps in memory what it is told, in hexadecimal and hidden, until its
// input ends.
func hold() {
	in := bufio.NewScanner(os.Stdin)
	var kept [][]byte
	for in.Scan() {
		b, err := hex.DecodeString(in.Text())
		if err != nil {
			os.Exit(1)
		}
		kept = append(kept, hide(b))
		fmt.Println(len(kept))
	}
	runtime.KeepAlive(kept)
	os.Exit(0)
}

// hide keeps a secret from being found on its way to where it is planted; twice
// is the secret again.
func hide(secret []byte) []byte {
	out := bytes.Clone(secret)
	for i := range out {
		out[i] ^= 0x55
	}
	return out
}
