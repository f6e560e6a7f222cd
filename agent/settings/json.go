package settings

import (
	"context"
	"os"
	"path/filepath"
)

// JSONFile is a settings file that stands in for a tier: for tests, benches and
// machines that are administered by files. It is strict: a file with any
// mistake is no settings at all.
type JSONFile struct{ Path string }

// Read is Source's.
func (f JSONFile) Read() ([]Raw, []Complaint) {
	s, err := f.Settings()
	if err != nil {
		return nil, []Complaint{{Place: f.Path, Reason: err.Error()}}
	}
	return s.raw(f.Path), nil
}

// Settings is the file's content without defaults, checked.
func (f JSONFile) Settings() (Settings, error) {
	file, err := os.Open(f.Path)
	if err != nil {
		return Settings{}, err
	}
	defer func() { _ = file.Close() }()
	return decode(file)
}

// raw are the values that are set, as a tier would hold them.
func (s Settings) raw(place string) (values []Raw) {
	for _, row := range Table() {
		if v := row.get(&s); v != nil {
			kind := "REG_SZ"
			if row.Kind == List {
				kind = "REG_MULTI_SZ"
			}
			values = append(values, Raw{row.Name, kind, v, place})
		}
	}
	return values
}

// Watch is Source's.
func (f JSONFile) Watch(ctx context.Context, changed func()) error {
	path, err := filepath.Abs(f.Path)
	if err != nil {
		return err
	}
	return watch(ctx, []string{path}, changed)
}
