package doctor

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// tail is how much of the end of each log goes into a bundle, in bytes.
const tail = 256 << 10

// File is one file of a bundle, as it will be sent.
type File struct {
	Name string
	Text []byte
}

// Private are the words that are taken out of a bundle: the person's user
// name, home folder and computer's name.
type Private struct {
	User, Home, Host string
}

// Bundle is what a service desk gets: the doctor's lines and the ends of the
// logs, with names, UUIDs and addresses of this person blanked. It is to be
// shown to the person before it is written.
func Bundle(lines []Line, folders []string, p Private) ([]File, error) {
	report, err := json.MarshalIndent(lines, "", "  ")
	if err != nil {
		return nil, err
	}
	all := []File{{"doctor.json", p.blank(report)}}
	for _, dir := range folders {
		found, err := fs.Glob(os.DirFS(dir), "*.log*")
		if err != nil {
			return nil, err
		}
		slices.Sort(found)
		for _, name := range found {
			raw, err := ending(filepath.Join(dir, name))
			if err != nil {
				raw = fmt.Appendf(nil, "cannot be read: %v\n", err)
			}
			all = append(all, File{filepath.Base(dir) + "/" + name, p.blank(raw)})
		}
	}
	return all, nil
}

// ending is the last part of a file, from the start of a line.
func ending(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	at, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if at.Size() <= tail {
		return io.ReadAll(io.LimitReader(f, tail))
	}
	raw, err := io.ReadAll(io.NewSectionReader(f, at.Size()-tail, tail))
	_, raw, _ = bytes.Cut(raw, []byte("\n"))
	return raw, err
}

// uuid is a person's number; token anything long enough to be a secret.
var (
	uuid  = regexp.MustCompile(`\b[0-9]{12}\b`)
	token = regexp.MustCompile(`\b[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]{20,}\b`)
)

func (p Private) blank(raw []byte) []byte {
	text := token.ReplaceAllString(uuid.ReplaceAllString(string(raw), "(uuid)"), "(token)")
	for _, w := range []struct{ word, stands string }{{p.Home, "(home)"}, {p.User, "(user)"}, {p.Host, "(computer)"}} {
		if w.word == "" {
			continue
		}
		whole := regexp.MustCompile(`(?i)` + edge(w.word, 0) + regexp.QuoteMeta(w.word) + edge(w.word, len(w.word)-1))
		text = whole.ReplaceAllString(text, w.stands)
		if escaped := strings.ReplaceAll(w.word, `\`, `\\`); escaped != w.word { // as in JSON
			text = strings.ReplaceAll(text, escaped, w.stands)
		}
	}
	return []byte(text)
}

// edge wants a word to end where it ends: "root" is not taken out of "roots".
func edge(word string, at int) string {
	if regexp.MustCompile(`\w`).MatchString(word[at : at+1]) {
		return `\b`
	}
	return ""
}

// Write makes the ZIP. Times are now, so that nothing tells when logs were
// looked at.
func Write(w io.Writer, files []File, now time.Time) error {
	z := zip.NewWriter(w)
	for _, f := range files {
		h := &zip.FileHeader{Name: f.Name, Method: zip.Deflate, Modified: now.UTC()}
		out, err := z.CreateHeader(h)
		if err != nil {
			return err
		}
		if _, err := out.Write(f.Text); err != nil {
			return err
		}
	}
	return z.Close()
}
