//go:build deps

// Package deps keeps modules in go.sum while the folders that need them are being written.
package deps

import (
	_ "github.com/alecthomas/kong"
	_ "github.com/chromedp/chromedp"
	_ "github.com/coreos/go-oidc/v3/oidc"
	_ "github.com/ebfe/scard"
	_ "github.com/go-jose/go-jose/v3"
	_ "github.com/go-jose/go-jose/v4"
	_ "github.com/go-jose/go-jose/v4/jwt"
	_ "github.com/onsi/ginkgo/v2"
	_ "github.com/onsi/ginkgo/v2/reporters"
	_ "github.com/onsi/gomega"
	_ "github.com/ory/fosite"
	_ "github.com/ory/fosite/compose"
	_ "github.com/ory/fosite/handler/oauth2"
	_ "github.com/ory/fosite/handler/openid"
	_ "github.com/ory/fosite/handler/pkce"
	_ "github.com/ory/fosite/token/jwt"
	_ "go.yaml.in/yaml/v3"
	_ "golang.org/x/crypto/ocsp"
	_ "golang.org/x/net/html"
	_ "golang.org/x/oauth2"
	_ "golang.org/x/sync/errgroup"
	_ "golang.org/x/sys/unix"
	_ "golang.org/x/term"
)
