package gate_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/reports/attest"
	"github.com/smartcard-connect/smartcard-connect/reports/attest/tpmkey"
	"github.com/smartcard-connect/smartcard-connect/reports/attest/tpmkey/tpmkeytest"
	"github.com/smartcard-connect/smartcard-connect/reports/gate"
)

// commands are the lines of reports/README.md that begin with a program's name:
// what is promised there is what runs here.
func commands(t *testing.T, program string) []string {
	t.Helper()
	text, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for line := range strings.Lines(strings.ReplaceAll(string(text), "\\\n", " ")) {
		if strings.HasPrefix(line, program+" ") {
			lines = append(lines, strings.TrimSpace(line))
		}
	}
	if len(lines) == 0 {
		t.Fatalf("README.md has no command of %s", program)
	}
	return lines
}

// strangers is where ci/verifiers.sh puts them.
func strangers(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs("../../bin/verifiers")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"cosign", "slsa-verifier"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			t.Skipf("%s is not built: ci/verifiers.sh", name)
		}
	}
	return dir
}

// shell runs a line of the README in a folder.
func shell(t *testing.T, tools, dir, line string) (bool, string) {
	t.Helper()
	cmd := exec.Command("sh", "-c", line)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "PATH="+tools+":"+os.Getenv("PATH"), "HOME="+dir)
	out, err := cmd.CombinedOutput()
	return err == nil, string(out)
}

// folder is what the README's commands find: programs, attestations and keys.
// The host's key is in a TPM made of software.
func folder(t *testing.T) string {
	t.Helper()
	tpm, err := tpmkey.Open(tpmkeytest.TPM(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = tpm.Close() })
	host, err := tpm.Key(tpmkey.Report)
	if err != nil {
		t.Fatal(err)
	}
	public, err := attest.NewKey(host.Public())
	if err != nil {
		t.Fatal(err)
	}
	d := newDesk(t, attest.SWTPM)
	d.policy.Levels = map[attest.Class]string{attest.SWTPM: "HIL_CONFORMANCE_L1"}
	o, err := gate.Verify(d.make())
	if err != nil || o.Decision.Exit != 0 {
		t.Fatal(err, o.Decision)
	}
	files := map[string][]byte{"smartcard-connect": []byte("linux"), "swapped": []byte("swapped"), "host.pem": public.PEM(), "gate.pem": d.owner.id().PEM(), "planner.pem": d.planner.id().PEM()}
	statement, err := d.attempts[0].Statement()
	if err != nil {
		t.Fatal(err)
	}
	attempt, err := attest.Sign(host, statement)
	if err != nil {
		t.Fatal(err)
	}
	files["series9-T1-pcscd.1.sigstore.json"] = attempt.JSON()
	s, err := d.index.Statement(d.release.Artifacts)
	files["index.sigstore.json"] = d.signed(d.planner, s, err).JSON()
	summary, err := o.Summary(d.owner)
	vsa := d.signed(d.owner, summary, err)
	files["vsa.sigstore.json"] = vsa.JSON()
	if files["vsa.intoto.json"], err = vsa.Envelope(); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// Requirement: tools that we did not write accept what we sign, by the very
// commands of README.md, and refuse it with a byte flipped, for another program,
// and from another key. Source: issue 6, must show. Turned red by: a keyid, a raw
// r‖s signature, a second signature, base64url, or another predicate type.
func TestStrangersVerify(t *testing.T) {
	tools, dir := strangers(t), folder(t)
	for _, program := range []string{"cosign", "slsa-verifier"} {
		for _, line := range commands(t, program) {
			if ok, said := shell(t, tools, dir, line); !ok {
				t.Errorf("refused: %s\n%s", line, said)
			}
			for _, row := range []struct{ name, line, says string }{
				{"another program", strings.Replace(line, " smartcard-connect", " swapped", 1), "digest"},
				{"another key", strings.NewReplacer("host.pem", "gate.pem", "gate.pem", "host.pem", "planner.pem", "host.pem").Replace(line), "signature"},
			} {
				if ok, said := shell(t, tools, dir, row.line); ok || row.line == line || !strings.Contains(said, row.says) {
					t.Errorf("%s: accepted or for another reason: %s\n%s", row.name, row.line, said)
				}
			}
			t.Run("a byte flipped", func(t *testing.T) { flipped(t, tools, dir, line) })
		}
	}
}

// flipped flips a bit in the signed bytes, and then one in the signature.
func flipped(t *testing.T, tools, dir, line string) {
	for _, name := range []string{"series9-T1-pcscd.1.sigstore.json", "index.sigstore.json", "vsa.sigstore.json", "vsa.intoto.json"} {
		if !strings.Contains(line, name) {
			continue
		}
		path := filepath.Join(dir, name)
		whole, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, field := range []string{`"payload":`, `"sig":`} {
			broken := bytes.Clone(whole)
			at := bytes.Index(broken, []byte(field)) + len(field) + 20
			broken[at] = swap(broken[at])
			if err := os.WriteFile(path, broken, 0o600); err != nil {
				t.Fatal(err)
			}
			if ok, said := shell(t, tools, dir, line); ok {
				t.Errorf("accepted with a byte of %s of %s flipped:\n%s", field, name, said)
			}
		}
		if err := os.WriteFile(path, whole, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// swap is another letter of base64.
func swap(b byte) byte {
	if b == 'A' {
		return 'B'
	}
	return 'A'
}
