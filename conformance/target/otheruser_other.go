//go:build !linux

package target

import "net/http"

// asOther is not to be had here.
func asOther() http.RoundTripper { return nil }
