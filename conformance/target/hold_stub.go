//go:build !cgo && !windows

package target

import (
	"context"
	"errors"
)

// hold needs PC/SC.
func hold(context.Context, string) (func() error, error) {
	return nil, errors.New("this program was built without cgo and cannot reach pcscd")
}
