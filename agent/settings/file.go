package settings

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Files is a tier kept as text files, for systems without a registry. A line is
// Name = value, or a comment that begins with #. A path that ends in ".d" is a
// folder: its *.conf files are read in the order of their names, and the last
// one that has a value counts.
type Files struct {
	Paths []string
	// Trusted says whether an existing file may be believed; nil believes all.
	Trusted func(path string) error
}

// maxFile is larger than any sensible file of a tier.
const maxFile = 256 << 10

// Read is Source's. A file that is not trusted is a complaint as a whole.
func (f Files) Read() (values []Raw, complaints []Complaint) {
	for _, path := range f.expand() {
		v, c := f.readOne(path)
		values, complaints = append(values, v...), append(complaints, c...)
	}
	return values, complaints
}

// expand lists a folder's files. Glob gives them in order.
func (f Files) expand() (paths []string) {
	for _, p := range f.Paths {
		if !strings.HasSuffix(p, ".d") {
			paths = append(paths, p)
			continue
		}
		found, _ := filepath.Glob(filepath.Join(p, "*.conf")) // the pattern is right
		paths = append(paths, found...)
	}
	return paths
}

func (f Files) readOne(path string) ([]Raw, []Complaint) {
	whole := func(err error) []Complaint { return []Complaint{{Place: path, Reason: err.Error()}} }
	if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if f.Trusted != nil {
		if err := f.Trusted(path); err != nil {
			return nil, whole(err)
		}
	}
	file, err := openRegular(path)
	if err != nil {
		return nil, whole(err)
	}
	defer func() { _ = file.Close() }()
	return lines(path, io.LimitReader(file, maxFile))
}

// openRegular refuses what could keep its reader waiting, such as a pipe.
func openRegular(path string) (*os.File, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("it is not a regular file")
	}
	if info.Size() > maxFile {
		return nil, fmt.Errorf("it is larger than %d bytes", maxFile)
	}
	return os.Open(path)
}

func lines(path string, r io.Reader) (values []Raw, complaints []Complaint) {
	scanner := bufio.NewScanner(r)
	scanner.Buffer(nil, maxFile)
	for n := 1; scanner.Scan(); n++ {
		line, place := strings.TrimSpace(scanner.Text()), fmt.Sprintf("%s:%d", path, n)
		if n == 1 {
			line = strings.TrimPrefix(line, "\ufeff")
		}
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		name, value, ok := strings.Cut(line, "=")
		if !ok {
			complaints = append(complaints, Complaint{Place: place, Reason: "the line is not Name = value"})
			continue
		}
		values = append(values, Raw{Name: strings.TrimSpace(name), Type: "REG_SZ", Value: []string{strings.TrimSpace(value)}, Place: place})
	}
	if err := scanner.Err(); err != nil {
		complaints = append(complaints, Complaint{Place: path, Reason: err.Error()})
	}
	return values, complaints
}

// Watch is Source's.
func (f Files) Watch(ctx context.Context, changed func()) error {
	return watch(ctx, f.Paths, changed)
}
