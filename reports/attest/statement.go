package attest

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"

	intoto "github.com/in-toto/attestation/go/v1"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/types/known/structpb"
)

// Artifact is a file by its digest. The name is for people: nothing is matched by
// it but within one plan.
type Artifact struct {
	Name   string `json:"name"`
	SHA256 string `json:"sha256"` // hexadecimal
}

// File is the artifact at path, named after the file.
func File(path string) (Artifact, error) {
	f, err := os.Open(path)
	if err != nil {
		return Artifact{}, err
	}
	defer func() { _ = f.Close() }()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return Artifact{}, fmt.Errorf("%s: %w", path, err)
	}
	return Artifact{Name: filepath.Base(path), SHA256: hex.EncodeToString(h.Sum(nil))}, nil
}

// Bytes is the artifact that holds these bytes.
func Bytes(name string, content []byte) Artifact {
	sum := sha256.Sum256(content)
	return Artifact{Name: name, SHA256: hex.EncodeToString(sum[:])}
}

// Statement is an in-toto Statement v1: about what, and what.
type Statement struct {
	Subjects  []Artifact
	Type      string
	Predicate json.RawMessage
}

// About makes a statement of a predicate that encoding/json can write.
func About(subjects []Artifact, kind string, predicate any) (Statement, error) {
	raw, err := json.Marshal(predicate)
	return Statement{Subjects: subjects, Type: kind, Predicate: raw}, err
}

// Into reads the predicate strictly, if it is of this type. Errors wrap ErrFormat
// or ErrMeaning.
func (s Statement) Into(kind string, predicate any) error {
	if s.Type != kind {
		return fmt.Errorf("%w: it is %s, want %s", ErrMeaning, s.Type, kind)
	}
	d := json.NewDecoder(bytes.NewReader(s.Predicate))
	d.DisallowUnknownFields()
	if err := d.Decode(predicate); err != nil {
		return fmt.Errorf("%s: %w: %w", kind, ErrFormat, err)
	}
	return nil
}

// marshal writes JSON whose bytes are then the signed ones: it need not come out
// the same twice.
func (s Statement) marshal() ([]byte, error) {
	predicate := &structpb.Struct{}
	if err := protojson.Unmarshal(s.Predicate, predicate); err != nil {
		return nil, fmt.Errorf("predicate: %w: %w", ErrFormat, err)
	}
	out := &intoto.Statement{Type: intoto.StatementTypeUri, PredicateType: s.Type, Predicate: predicate}
	for _, a := range s.Subjects {
		out.Subject = append(out.Subject, &intoto.ResourceDescriptor{Name: a.Name, Digest: map[string]string{"sha256": a.SHA256}})
	}
	if err := out.Validate(); err != nil {
		return nil, fmt.Errorf("statement: %w: %w", ErrFormat, err)
	}
	return protojson.Marshal(out)
}

// parse reads a statement of version 1 whose subjects all have a SHA-256.
// Repeated names are refused by protojson.
func parse(payload []byte) (Statement, error) {
	var in intoto.Statement
	if err := protojson.Unmarshal(payload, &in); err != nil {
		return Statement{}, fmt.Errorf("statement: %w: %w", ErrFormat, err)
	}
	if err := in.Validate(); err != nil {
		return Statement{}, fmt.Errorf("statement: %w: %w", ErrFormat, err)
	}
	if in.GetType() != intoto.StatementTypeUri {
		return Statement{}, fmt.Errorf("statement: %w: %s", ErrFormat, in.GetType())
	}
	s := Statement{Type: in.GetPredicateType()}
	for _, r := range in.GetSubject() {
		sum, err := hex.DecodeString(r.GetDigest()["sha256"])
		if err != nil || len(sum) != sha256.Size {
			return Statement{}, fmt.Errorf("statement: %w: subject %q has no SHA-256", ErrFormat, r.GetName())
		}
		s.Subjects = append(s.Subjects, Artifact{Name: r.GetName(), SHA256: hex.EncodeToString(sum)})
	}
	raw, err := protojson.Marshal(in.GetPredicate())
	s.Predicate = raw
	return s, err
}
