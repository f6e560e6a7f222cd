#!/bin/sh
# Runs inside `hil exec`: what OpenSC makes of the card in the virtual reader.
#   opensc.sh PASSCODE ID…
# The exit status of pkcs11-tool --test says nothing, so the caller looks for
# its words.
set -u
pin=$1
shift
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
echo "stranger" >"$dir/text"

pkcs15-tool -D || exit 1
pkcs11-tool --login --pin "$pin" --test || exit 1
for id in "$@"; do
	pkcs11-tool --read-object --type cert --id "$id" -o "$dir/cert" || exit 1
	openssl x509 -inform der -in "$dir/cert" -pubkey -noout >"$dir/key" || exit 1
	pkcs11-tool --login --pin "$pin" --sign --id "$id" -m SHA256-RSA-PKCS -i "$dir/text" -o "$dir/signature" || exit 1
	echo "key $id: $(openssl dgst -sha256 -verify "$dir/key" -signature "$dir/signature" "$dir/text" 2>&1)"
done
