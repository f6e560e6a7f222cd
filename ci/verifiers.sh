#!/bin/sh
# Builds the tools with which strangers check our attestations, cosign and
# slsa-verifier, once per version, into the user's cache, because cosign takes
# five CPU minutes; bin/verifiers leads there. They are no dependency of ours: each
# is built in a module of its own, from the Go module proxy, checked against the
# checksum database.
set -eu
cd "$(dirname "$0")/.."
cosign=v3.1.2
slsa=v2.7.1
out=${XDG_CACHE_HOME:-$HOME/.cache}/smartcard-connect/verifiers

# build NAME VERSION MODULE PACKAGE
build() {
	if [ -x "$out/$1-$2" ]; then return 0; fi
	echo "Building $1 $2, once."
	scratch=$(mktemp -d)
	(
		cd "$scratch"
		go mod init example.org/scratch 2>/dev/null
		go get "$3@$2" 2>/dev/null # "go install NAME@VERSION" asks for lists that not every proxy has
		GOFLAGS="-mod=mod -buildvcs=false" go build -o "$scratch/$1" "$4"
	)
	cp "$scratch/$1" "$out/.$1.$$" # a second build at the same time does no harm
	mv "$out/.$1.$$" "$out/$1-$2"
	rm -rf "$scratch"
	ln -sf "$1-$2" "$out/$1"
}

mkdir -p "$out" bin
build cosign "$cosign" github.com/sigstore/cosign/v3 github.com/sigstore/cosign/v3/cmd/cosign
build slsa-verifier "$slsa" github.com/slsa-framework/slsa-verifier/v2 github.com/slsa-framework/slsa-verifier/v2/cli/slsa-verifier
rm -rf bin/verifiers
ln -s "$out" bin/verifiers
