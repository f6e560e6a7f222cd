package stranger_test

import (
	"slices"
	"testing"
)

// openscPrograms are what every test with OpenSC needs.
var openscPrograms = []string{"pcscd", "unshare", "pkcs11-tool", "pkcs15-tool", "openssl"}

// openscSteps have OpenSC look at the card, test it, and use every key for all
// that it may be used for; openssl verifies, enciphers and agrees.
func openscSteps(c face) []step {
	steps := []step{{name: "dump", run: "pkcs15-tool -D"}, selfTest(c)}
	for _, id := range c.ids {
		steps = append(steps, step{name: "sign with " + id, run: with(id, signAndVerify), says: []string{"Verified OK"}})
		if !slices.Contains(c.deciphers, id) {
			steps = append(steps, step{name: "decipher with " + id, run: with(id, encipherAndDecipher), fails: true, says: []string{"C_DecryptInit failed: rv = CKR_KEY_TYPE_INCONSISTENT"}})
		}
		if c.noHash != "" {
			steps = append(steps, step{name: "hash and sign with " + id, run: with(id, hashAndSign), fails: true, says: []string{"C_SignFinal failed: rv = CKR_FUNCTION_NOT_SUPPORTED"}})
		}
	}
	for _, id := range c.deciphers {
		steps = append(steps, step{name: "decipher with " + id, run: with(id, encipherAndDecipher), says: []string{"the same text"}})
	}
	for _, id := range c.curve {
		steps = append(steps, step{name: "sign with " + id, run: with(id, curveSignAndVerify), says: []string{"Verified OK"}})
	}
	for _, id := range c.agrees {
		steps = append(steps, step{name: "agree with " + id, run: with(id, agree), says: []string{"the same secret"}})
	}
	return steps
}

// selfTest is OpenSC's own. Its exit status says nothing; its words do.
func selfTest(c face) step {
	s := step{name: "test", run: `pkcs11-tool --login --pin "$pin" --test || true`, says: []string{"No errors"}}
	if len(c.complains) > 0 {
		s.says, s.never = c.complains, []string{"verification failed"}
	}
	return s
}

// with is a script for key id.
func with(id, script string) string { return "id=" + id + "\n" + script }

// public reads the public key of the certificate of key $id.
const public = `
echo stranger >"$dir/text"
pkcs11-tool --read-object --type cert --id $id -o "$dir/certificate"
openssl x509 -inform der -in "$dir/certificate" -pubkey -noout >"$dir/public"
`

// signAndVerify has OpenSC hash and sign with key $id, or hashes for it (the
// bytes in front are those of RFC 8017 §9.2 note 1), and openssl verify with the
// certificate of that id.
const signAndVerify = public + `
if [ -z "$noHash" ]; then
	` + hashAndSign + `
else
	printf '\060\061\060\015\006\011\140\206\110\001\145\003\004\002\001\005\000\004\040' >"$dir/info"
	openssl dgst -sha256 -binary "$dir/text" >>"$dir/info"
	pkcs11-tool --login --pin "${now:-$pin}" --sign --id $id -m RSA-PKCS -i "$dir/info" -o "$dir/signature"
fi
openssl dgst -sha256 -verify "$dir/public" -signature "$dir/signature" "$dir/text"
`

// hashAndSign is the half of it that OpenSC can do with most cards.
const hashAndSign = `pkcs11-tool --login --pin "${now:-$pin}" --sign --id $id -m SHA256-RSA-PKCS -i "$dir/text" -o "$dir/signature"`

const curveSignAndVerify = public + `
pkcs11-tool --login --pin "$pin" --sign --id $id -m ECDSA-SHA256 --signature-format openssl -i "$dir/text" -o "$dir/signature"
openssl dgst -sha256 -verify "$dir/public" -signature "$dir/signature" "$dir/text"`

// agree has card and openssl make one secret, each with its own key and the
// other's public one.
const agree = public + `
curve=$(openssl pkey -pubin -in "$dir/public" -text -noout | sed -n 's/NIST CURVE: //p')
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:"$curve" -out "$dir/own"
openssl pkey -in "$dir/own" -pubout -outform der -out "$dir/own.public"
pkcs11-tool --login --pin "$pin" --derive --id $id -m ECDH1-DERIVE --input-file "$dir/own.public" -o "$dir/secret"
openssl pkeyutl -derive -inkey "$dir/own" -peerkey "$dir/public" -out "$dir/theirs"
cmp "$dir/secret" "$dir/theirs" && echo "the same secret"`

const encipherAndDecipher = public + `
openssl pkeyutl -encrypt -pubin -inkey "$dir/public" -in "$dir/text" -out "$dir/sealed"
pkcs11-tool --login --pin "$pin" --decrypt --id $id -m RSA-PKCS -i "$dir/sealed" -o "$dir/opened"
cmp "$dir/text" "$dir/opened" && echo "the same text"`

// Requirement: OpenSC 0.23 lists, logs in and uses the keys of every card over
// real pcscd, without a complaint but those that are its own.
// Turned red by: card.wrong-signature, card.pin-blocked; see
// TestOpenSCNoticesFaults.
func TestOpenSC(t *testing.T) {
	need(t, openscPrograms...)
	for _, c := range faces {
		t.Run(c.name(), func(t *testing.T) { beside(t, c, nil, openscSteps(c)...) })
	}
}

// Requirement: the check above is able to fail: OpenSC notices a card that
// signs wrongly and one that is blocked.
func TestOpenSCNoticesFaults(t *testing.T) {
	need(t, openscPrograms...)
	for _, f := range []struct{ id, face, step, says string }{
		{"card.wrong-signature", "series8-T1", "sign with 45", "Verification failure"},
		{"card.wrong-signature", "series9-T1", "test", "verification failed"},
		{"card.wrong-signature", "series9-iasecc-T1", "sign with 45", "Verification failure"},
		{"card.pin-blocked", "series8-T1", "test", "CKR_PIN_LOCKED"},
		{"card.pin-blocked", "series9-iasecc-T1", "test", "CKR_PIN_LOCKED"},
	} {
		c := called(t, f.face)
		is := session(t, c, []string{"--fault", f.id}, openscSteps(c)...)[f.step]
		says(t, is.output, f.says)
		if contains(is.output, "No errors") || contains(is.output, "Verified OK") {
			t.Errorf("OpenSC is content with %s of %s", f.id, f.face)
		}
	}
}
