package health

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"
)

// Entry is one ended attempt, as it is kept: one JSON line each.
type Entry struct {
	Time    time.Time `json:"time"`
	Run     string    `json:"run"`
	Cell    string    `json:"cell"`
	Attempt int       `json:"attempt"`
	Host    string    `json:"host"`
	Reader  string    `json:"reader"`
	Card    string    `json:"card,omitempty"`
	Verdict string    `json:"verdict"`
	Reason  string    `json:"reason,omitempty"`
}

// place is the reader, wherever it is.
func (e Entry) place() string { return e.Host + "/" + e.Reader }

// Rule says when a reader is looked at: Misses among its newest Of attempts. The
// zero value is 3 of 10.
type Rule struct{ Misses, Of int }

func (r Rule) orElse() Rule {
	if r.Misses < 1 || r.Of < r.Misses {
		return Rule{3, 10}
	}
	return r
}

// Book is what happened at the readers. Make one with Open or New. It is for one
// goroutine.
type Book struct {
	Rule   Rule
	file   io.Writer
	recent map[string][]string       // reader: newest verdicts, up to Rule.Of
	last   map[string]Entry          // run and cell: the attempt before
	flakes map[kindOf]map[string]int // by spec's cell or by reader
	seen   map[string]int            // attempts at a cell or in a reader
}

type kindOf string

// Whose a flake is.
const (
	product kindOf = "product"
	bench   kindOf = "bench"
)

// New is an empty book that writes to out, which may be nil.
func New(out io.Writer) *Book {
	return &Book{file: out, recent: map[string][]string{}, last: map[string]Entry{}, flakes: map[kindOf]map[string]int{product: {}, bench: {}}, seen: map[string]int{}}
}

// Open reads a book and goes on with it; a file that is not there is an empty
// one. A last line that was cut off, as when the power went, is dropped; any
// other that cannot be read is an error.
func Open(path string) (*Book, io.Closer, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, nil, err
	}
	b := New(nil)
	end, err := b.read(f)
	if err == nil {
		err = f.Truncate(end)
	}
	if err == nil {
		_, err = f.Seek(end, io.SeekStart)
	}
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("%s: %w", path, err), f.Close())
	}
	b.file = f
	return b, f, nil
}

// read takes whole lines and says where they end.
func (b *Book) read(in io.Reader) (end int64, err error) {
	lines := bufio.NewReader(in)
	for n := 1; ; n++ {
		line, err := lines.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return end, nil
		}
		if err != nil {
			return end, err
		}
		var e Entry
		if err := json.Unmarshal(line, &e); err != nil {
			return end, fmt.Errorf("line %d: %w", n, err)
		}
		end += int64(len(line))
		b.learn(e)
	}
}

// Add keeps an attempt. It is written before it counts.
func (b *Book) Add(e Entry) error {
	if b.file != nil {
		line, err := json.Marshal(e)
		if err != nil {
			return err
		}
		if _, err := b.file.Write(append(line, '\n')); err != nil {
			return err
		}
	}
	b.learn(e)
	return nil
}

// learn counts an attempt. A flake is the product's when a later attempt passed
// what had failed, and the bench's when a later attempt ended where an earlier had
// missed: it is the earlier attempt's reader that flaked.
func (b *Book) learn(e Entry) {
	if e.Verdict == good {
		delete(b.recent, e.place())
		return
	}
	rule := b.Rule.orElse()
	newest := append(b.recent[e.place()], e.Verdict)
	b.recent[e.place()] = newest[max(0, len(newest)-rule.Of):]
	b.seen["cell "+e.Cell]++
	b.seen["reader "+e.place()]++
	key := e.Run + "\x00" + e.Cell
	before, again := b.last[key]
	b.last[key] = e
	switch {
	case !again || e.Attempt <= before.Attempt:
	case before.Verdict == "FAIL" && e.Verdict == "PASS":
		b.flakes[product][e.Cell]++
	case before.Verdict == "MISS" && (e.Verdict == "PASS" || e.Verdict == "FAIL"):
		b.flakes[bench][before.place()]++
	}
}

// Due says whether a reader should be looked at.
func (b *Book) Due(host, reader string) bool {
	rule, misses := b.Rule.orElse(), 0
	for _, v := range b.recent[Entry{Host: host, Reader: reader}.place()] {
		if v == "MISS" {
			misses++
		}
	}
	return misses >= rule.Misses
}

// good is the verdict of an entry that is no attempt: a reader was found good.
const good = "GOOD"

// Cleared forgets what a reader had missed, after it was found good. It is kept,
// as attempts are.
func (b *Book) Cleared(host, reader string, now time.Time) error {
	return b.Add(Entry{Time: now, Host: host, Reader: reader, Verdict: good})
}

// Flake is how often something was not what it seemed.
type Flake struct {
	Of    string `json:"of"` // a cell, or a reader with its host
	Times int    `json:"times"`
	In    int    `json:"in"` // attempts there
}

// Product are the cells that failed and then passed, the worst first.
func (b *Book) Product() []Flake { return b.list(product, "cell ") }

// Bench are the readers where cells missed that then did not, the worst first.
func (b *Book) Bench() []Flake { return b.list(bench, "reader ") }

func (b *Book) list(k kindOf, what string) (out []Flake) {
	for of, n := range b.flakes[k] {
		out = append(out, Flake{of, n, b.seen[what+of]})
	}
	slices.SortFunc(out, func(x, y Flake) int {
		if x.Times != y.Times {
			return y.Times - x.Times
		}
		return strings.Compare(x.Of, y.Of)
	})
	return out
}
