#!/bin/sh
# Runs inside `hil exec`: what OpenSC makes of an IAS-ECC card in the virtual
# reader.
#   iasecc.sh PASSCODE PUK
# Signing is CKM_RSA_PKCS over a DigestInfo: OpenSC's driver cannot hash with
# OpenSSL 3. The caller looks for the lines with a colon.
set -u
pin=$1
puk=$2
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
echo "stranger" >"$dir/text"
{
	printf '\060\061\060\015\006\011\140\206\110\001\145\003\004\002\001\005\000\004\040'
	openssl dgst -sha256 -binary "$dir/text"
} >"$dir/info"

# attempt NAME COMMAND…: one line with all it said, and whether it was content.
attempt() {
	name=$1
	shift
	if words=$("$@" 2>&1); then end=done; else end=failed; fi
	echo "$name: $end" $words
}

pkcs15-tool -D || exit 1
pkcs11-tool --list-slots || exit 1
pkcs11-tool --login --pin "$pin" --list-objects || exit 1
for id in 45 46; do
	pkcs11-tool --read-object --type cert --id "$id" -o "$dir/cert" || exit 1
	openssl x509 -inform der -in "$dir/cert" -pubkey -noout >"$dir/key$id" || exit 1
	pkcs11-tool --login --pin "$pin" --sign --id "$id" -m RSA-PKCS -i "$dir/info" -o "$dir/signature" || exit 1
	echo "key $id: $(openssl dgst -sha256 -verify "$dir/key$id" -signature "$dir/signature" "$dir/text" 2>&1)"
	attempt "hash and sign $id" pkcs11-tool --login --pin "$pin" --sign --id "$id" -m SHA256-RSA-PKCS -i "$dir/text" -o "$dir/signature"
done

for id in 45 46; do
	rm -f "$dir/clear"
	openssl pkeyutl -encrypt -pubin -inkey "$dir/key$id" -in "$dir/text" -out "$dir/secret" || exit 1
	attempt "decipher $id" pkcs11-tool --login --pin "$pin" --decrypt --id "$id" -m RSA-PKCS -i "$dir/secret" -o "$dir/clear"
	cmp -s "$dir/text" "$dir/clear" && echo "key $id: the same text"
done

try() { pkcs15-tool --verify-pin --auth-id 01 --pin "$1"; }
attempt "change" pkcs15-tool --change-pin --auth-id 01 --pin "$pin" --new-pin 654321
attempt "old passcode" try "$pin"
attempt "new passcode" try 654321
for _ in 1 2 3; do attempt "mistake" try 999999; done
attempt "locked" try 654321
attempt "unblock" pkcs15-tool --unblock-pin --auth-id 01 --puk "$puk" --new-pin 111111
attempt "after unblocking" try 111111
attempt "passcode before" try 654321
