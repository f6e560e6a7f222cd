package jetstream

import (
	"context"
	"io"

	js "github.com/nats-io/nats.go/jetstream"
)

// Store keeps a file of an attempt, such as "RUN/CELL/1/card.apdu", and returns
// its digest: SHA-256, in the form of RFC 3230 with base64url.
func (f *Farm) Store(ctx context.Context, name string, from io.Reader) (string, error) {
	o, err := f.js.ObjectStore(ctx, artifacts)
	if err != nil {
		return "", unavailable(err)
	}
	i, err := o.Put(ctx, js.ObjectMeta{Name: name}, from)
	if err != nil {
		return "", unavailable(err)
	}
	return i.Digest, nil
}

// Open reads a file that Store kept. A wrong digest is an error of the last read.
func (f *Farm) Open(ctx context.Context, name string) (io.ReadCloser, error) {
	o, err := f.js.ObjectStore(ctx, artifacts)
	if err != nil {
		return nil, unavailable(err)
	}
	return o.Get(ctx, name)
}
