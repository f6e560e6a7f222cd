#!/bin/sh
# The checks that need no test: formatting, vet, the builds we promise.
set -eu
cd "$(dirname "$0")/.."
unformatted=$(git ls-files '*.go' | xargs gofmt -l)
if [ -n "$unformatted" ]; then
	echo "not gofmt-ed: $unformatted"
	exit 1
fi
go vet ./...
(cd conformance/stranger/peers && go vet ./... && go mod tidy -diff)
CGO_ENABLED=0 go build ./...
GOOS=windows GOARCH=amd64 CGO_ENABLED=0 go build ./agent/...
GOOS=windows GOARCH=386 CGO_ENABLED=0 go build ./agent/...
go mod tidy -diff
