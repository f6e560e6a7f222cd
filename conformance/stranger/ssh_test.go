package stranger_test

import (
	"strings"
	"testing"
)

// sshServer starts a server on the loopback of the card's own network. Without
// privileges OpenSSH lets in only the user it runs as, so that user is made:
// in a user namespace of its own and in this mount namespace's /etc/passwd.
const sshServer = `
printf 'root:x:0:0::/:/bin/sh\nnurse:x:1000:1000::/:/bin/sh\n' >"$dir/passwd"
mount --bind "$dir/passwd" /etc/passwd
ssh-keygen -q -t ed25519 -N '' -f "$dir/host"
echo "[127.0.0.1]:2222 $(cat "$dir/host.pub")" >"$dir/known"
printf '#!/bin/sh\necho "%s"\n' "$pin" >"$dir/askpass"
printf '#!/bin/sh\necho 000000\n' >"$dir/askwrong"
chmod 700 "$dir/askpass" "$dir/askwrong"
cat >"$dir/sshd" <<END
ListenAddress 127.0.0.1:2222
HostKey $dir/host
AuthorizedKeysFile $dir/authorized
AuthenticationMethods publickey
UsePAM no
StrictModes no
PidFile none
LogLevel VERBOSE
END
unshare --user --map-user=1000 --map-group=1000 /usr/sbin/sshd -D -e -f "$dir/sshd" >"$dir/sshd.log" 2>&1 &
for i in $(seq 400); do
	grep -q 'Server listening' "$dir/sshd.log" && exit 0
	sleep 0.05
done
cat "$dir/sshd.log"
exit 1`

// sshLogin signs in with the card and no other key, and says on both ends who
// came and by which key.
const sshLogin = `
SSH_ASKPASS="$dir/$ask" SSH_ASKPASS_REQUIRE=force timeout 30 ssh -F none -p 2222 -I "$module" \
	-o IdentityFile=none -o UserKnownHostsFile="$dir/known" -o PasswordAuthentication=no \
	nurse@127.0.0.1 'echo "let in as $(id -un)"' || { status=$?; cat "$dir/sshd.log"; exit $status; }
cat "$dir/sshd.log"`

// sshSteps log in to a server of our own with what the card holds.
func sshSteps() []step {
	return []step{
		{name: "keys", run: `ssh-keygen -D "$module" >"$dir/all"; sed -n 1p "$dir/all" >"$dir/authorized"; cat "$dir/all"`, says: []string{"ssh-rsa AAAA"}},
		{
			name: "same key", run: `
pkcs15-tool --read-certificate "$authentication" | openssl x509 -pubkey -noout >"$dir/public"
ssh-keygen -i -m PKCS8 -f "$dir/public" >"$dir/converted"
cut -d' ' -f1,2 "$dir/authorized" | cmp - "$dir/converted"`,
		},
		{name: "server", run: sshServer},
		{name: "wrong passcode", run: "ask=askwrong" + sshLogin, fails: true, says: []string{"Permission denied (publickey)"}, never: []string{"let in", "Accepted publickey"}},
		{name: "login", run: "ask=askpass" + sshLogin, says: []string{"let in as nurse", "Accepted publickey for nurse", "ssh2: RSA SHA256:"}},
		{
			name: "agent", run: `
eval "$(ssh-agent -s)" >/dev/null
SSH_ASKPASS="$dir/askpass" SSH_ASKPASS_REQUIRE=force ssh-add -s "$module"
echo stranger >"$dir/text"
ssh-keygen -Y sign -n file -f "$dir/authorized" "$dir/text"
printf 'nurse %s\n' "$(cat "$dir/authorized")" >"$dir/signers"
ssh-keygen -Y verify -n file -f "$dir/signers" -I nurse -s "$dir/text.sig" <"$dir/text"
kill "$SSH_AGENT_PID"`,
			says: []string{"Card added", `Good "file" signature for nurse`},
		},
	}
}

var sshPrograms = append([]string{"ssh", "ssh-keygen", "ssh-agent", "sshd"}, openscPrograms...)

// Requirement: OpenSSH takes the authentication key from each card, logs in to
// a server with it and the right passcode only, and signs through its agent.
// Turned red by: card.wrong-signature, card.keys-swapped; see
// TestSSHNoticesFaults.
func TestSSH(t *testing.T) {
	need(t, sshPrograms...)
	for _, c := range faces {
		t.Run(c.name(), func(t *testing.T) { beside(t, c, nil, sshSteps()...) })
	}
}

// Requirement: the check above is able to fail: the server does not let in a
// card whose key is not the one it shows.
func TestSSHNoticesFaults(t *testing.T) {
	need(t, sshPrograms...)
	for _, f := range []struct {
		id   string
		face face
	}{
		{"card.wrong-signature", called(t, "series8-T1")},
		{"card.keys-swapped", called(t, "series9-T1")},
	} {
		is := session(t, f.face, []string{"--fault", f.id}, sshSteps()...)["login"]
		if is.status == 0 || strings.Contains(is.output, "let in") || !strings.Contains(is.output, "Accepted key RSA") {
			t.Errorf("%s with %s, status %d:\n%s", f.face.name(), f.id, is.status, is.output)
		}
	}
}
