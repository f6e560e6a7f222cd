package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/smartcard-connect/smartcard-connect/reports/attest"
	"github.com/smartcard-connect/smartcard-connect/reports/attest/tpmkey/tpmkeytest"
	"github.com/smartcard-connect/smartcard-connect/reports/gate"
	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

// signedDesk is a desk with keys, a policy and a plan.
type signedDesk struct {
	t      *testing.T
	dir    string
	signed []string // flags that say with which keys
}

func (d signedDesk) must(want int, args ...string) string {
	d.t.Helper()
	code, said := hil(d.t, args...)
	if code != want {
		d.t.Fatalf("%s: exit %d, want %d\n%s", strings.Join(args, " "), code, want, said)
	}
	return said
}

func (d signedDesk) path(name string) string { return filepath.Join(d.dir, name) }

func (d signedDesk) file(name, text string) string {
	d.t.Helper()
	if err := os.WriteFile(d.path(name), []byte(text), 0o600); err != nil {
		d.t.Fatal(err)
	}
	return d.path(name)
}

// release makes policy and plan and signs them.
func (d signedDesk) release() {
	d.t.Helper()
	key := func(purpose string) string {
		return d.must(0, append([]string{"key", "show", "--purpose", purpose}, d.signed...)...)
	}
	d.file("owner.pem", key("owner"))
	d.file("gate.pem", key("gate"))
	policy, err := json.Marshal(gate.Policy{
		Schema: 1, ID: "https://example.org/policy", Verifier: "https://example.org/gate", Resource: "pkg:generic/smartcard-connect",
		Planners: []string{key("planner")}, MaxAgeHours: 1, MaxWaive: 30,
		Levels: map[attest.Class]string{attest.SWTPM: "HIL_CONFORMANCE_L1", attest.Software: "HIL_CONFORMANCE_L0"},
	})
	if err != nil {
		d.t.Fatal(err)
	}
	d.file("policy.json", string(policy))
	d.file("smartcard-connect", "the program")
	d.file("plan.json", d.must(0, "plan", "--rig", d.path("rig.yaml"), "--bin", d.dir, "--release", "1.0.0", "--artifact", d.path("smartcard-connect")))
	for _, as := range []string{"policy", "plan"} {
		d.must(0, append([]string{"sign", "--as", as, d.path(as + ".json")}, d.signed...)...)
	}
}

func (d signedDesk) run() {
	d.t.Helper()
	args := append([]string{"--host", "bench-1", "--plan", d.path("plan.json")}, d.signed...)
	if code, said := run(d.t, d.dir, args...); code != result.ExitInconclusive { // package cells only
		d.t.Fatalf("run: exit %d\n%s", code, said)
	}
}

func (d signedDesk) gate(more ...string) (int, string) {
	d.t.Helper()
	args := []string{"gate", "--owner", d.path("owner.pem"), "--policy", d.path("policy.json"), "--plan", d.path("plan.json"),
		"--attestations", d.path("out/latest/attestations"), "--attestations", d.path("hosts"), "--artifact", d.path("smartcard-connect"), "--explain"}
	return hil(d.t, append(args, more...)...)
}

// enrol goes all four steps with the TPM.
func (d signedDesk) enrol() {
	d.t.Helper()
	tpm := d.signed[len(d.signed)-1]
	said := d.must(0, "enrol", "request", "--tpm", tpm, "--host", "bench-1", "-o", d.path("request.json"))
	ek := strings.TrimSpace(strings.TrimPrefix(said, "endorsement key "))
	d.must(result.ExitUnverified, "enrol", "challenge", d.path("request.json"), "--ek", strings.Repeat("0", 64), "-o", d.path("x"), "--pending", d.path("y"))
	d.must(0, "enrol", "challenge", d.path("request.json"), "--ek", ek, "-o", d.path("challenge.json"), "--pending", d.path("pending.json"))
	d.must(result.ExitUnverified, "enrol", "answer", "--tpm", tpmkeytest.TPM(d.t), d.path("challenge.json"), "-o", d.path("x"))
	d.must(0, "enrol", "answer", "--tpm", tpm, d.path("challenge.json"), "-o", d.path("answer.json"))
	d.must(0, append([]string{"enrol", "accept", d.path("pending.json"), d.path("answer.json"), "-o", d.path("hosts/bench-1.sigstore.json")}, d.signed...)...)
	if _, err := os.Stat(d.path("x")); err == nil {
		d.t.Error("what was refused left a file behind")
	}
}

// Requirement: from a TPM to a verdict by commands alone: enrol the host, sign
// policy and plan, run, gate. Everything is accepted, and as the rig has package
// cells only, the verdict is that no cell judges the program. Source: issue 6
// points 6 and 7. Turned red by: any command that does not do its part, or package
// cells that count.
func TestSignedRun(t *testing.T) {
	d := signedDesk{t, desk(t, "PASS"), []string{"--sign", "tpm", "--tpm", tpmkeytest.TPM(t)}}
	d.release()
	d.enrol()
	d.run()
	code, said := d.gate(append([]string{"--out", d.path("vsa")}, d.signed...)...)
	if code != result.ExitInconclusive || !strings.Contains(said, "No cell of kind pcscd judges the program smartcard-connect") || strings.Contains(said, "refused") {
		t.Errorf("exit %d\n%s", code, said)
	}
	for _, want := range []string{"PASS  series9-T0-package, attempt 1, on bench-1, key in swtpm", "PASS  series9-T1-package", "made of software"} {
		if !strings.Contains(said, want) {
			t.Errorf("%q is not in\n%s", want, said)
		}
	}
	vsa := d.must(0, "verify", "--key", d.path("gate.pem"), "--artifact", d.path("smartcard-connect"), "--json", d.path("vsa/vsa.sigstore.json"))
	if !strings.Contains(vsa, `"FAILED"`) || strings.Contains(vsa, `"PASSED"`) {
		t.Errorf("the summary of no pass is\n%s", vsa)
	}
	d.must(result.ExitUnverified, "verify", "--key", d.path("owner.pem"), d.path("vsa/vsa.sigstore.json"))
	d.must(result.ExitUnverified, "verify", "--key", d.path("gate.pem"), "--artifact", d.path("rig.yaml"), d.path("vsa/vsa.sigstore.json"))

	cell := d.path("out/latest/attestations/series9-T0-package.1.sigstore.json")
	whole, err := os.ReadFile(cell)
	if err != nil {
		t.Fatal(err)
	}
	d.file("out/latest/attestations/series9-T0-package.1.sigstore.json", string(whole[:len(whole)/2]))
	if code, said := d.gate(); code != result.ExitUnverified || !strings.Contains(said, "REFUSED") {
		t.Errorf("half a bundle: exit %d\n%s", code, said)
	}
	if err := os.Remove(cell); err != nil {
		t.Fatal(err)
	}
	if code, said := d.gate(); code != result.ExitInconclusive || !strings.Contains(said, "no attestation of it counts") {
		t.Errorf("a bundle removed: exit %d\n%s", code, said)
	}
	d.file("policy.json", "{}")
	if code, said := d.gate(); code != result.ExitUnverified {
		t.Errorf("a policy that was changed: exit %d\n%s", code, said)
	}
}

// Requirement: a software key is used only where it was asked for, is not on disk
// in clear, and shows in the verdict. Source: issue 6 point 6. Turned red by: a
// default key, a key file in clear, or a verdict that does not say so.
func TestSoftwareKey(t *testing.T) {
	d := signedDesk{t: t, dir: desk(t, "PASS")}
	pass := d.file("pass", "correct horse\n")
	d.file("host.pem", d.must(0, "key", "new", "--passphrase-file", pass, d.path("key")))
	sealed, err := os.ReadFile(d.path("key"))
	if err != nil || !strings.Contains(string(sealed), "ENCRYPTED") {
		t.Errorf("%s, %v", sealed, err)
	}
	if code, _ := hil(t, "key", "new", "--passphrase-file", pass, d.path("key")); code == 0 {
		t.Error("a key was overwritten")
	}
	d.must(result.ExitUsage, "key", "show")
	d.must(result.ExitUsage, "key", "show", "--sign", "software")
	d.signed = []string{"--sign", "software", "--key", d.path("key"), "--passphrase-file", pass}
	d.release()
	d.must(0, append([]string{"enrol", "software", "--host", "bench-1", d.path("host.pem"), "-o", d.path("hosts/bench-1.sigstore.json")}, d.signed...)...)
	d.run()
	code, said := d.gate()
	if code != result.ExitInconclusive || !strings.Contains(said, "key in software") || !strings.Contains(said, "Signed with software keys") {
		t.Errorf("exit %d\n%s", code, said)
	}
}

// Requirement: nothing is signed that does not say what is asked. Source: issue 6
// point 7. Turned red by: signing any file, or a run without a plan.
func TestSignRefuses(t *testing.T) {
	d := signedDesk{t, desk(t, "PASS"), []string{"--sign", "tpm", "--tpm", tpmkeytest.TPM(t)}}
	for _, as := range []string{"policy", "plan", "waivers"} {
		d.must(result.ExitUsage, append([]string{"sign", "--as", as, d.file("empty.json", "{}")}, d.signed...)...)
	}
	if code, _ := run(t, d.dir, d.signed...); code != result.ExitUsage {
		t.Errorf("signing without a plan: exit %d", code)
	}
	d.must(result.ExitUsage, "gate")
	d.must(result.ExitUsage, "gate", "--policy", d.path("empty.json"))
	if _, err := os.Stat(d.path("empty.json.sigstore.json")); err == nil {
		t.Error("something was signed")
	}
}

// Requirement: a release's plan has the cells that run elsewhere, names what they
// judge, and is one that the gate reads. Source: issue 6, "the built Windows and
// Linux programs, by digest". Turned red by: printing a plan that is not sound.
func TestPlanRelease(t *testing.T) {
	d := signedDesk{t: t, dir: desk(t, "PASS")}
	d.file("agent.exe", "a Windows program")
	plan := func(want int, also string) string {
		return d.must(want, "plan", "--rig", d.path("rig.yaml"), "--bin", d.dir, "--release", "1.0.0", "--artifact", d.path("agent.exe"), "--also", d.file("also.json", also))
	}
	r, err := gate.ParseRelease([]byte(plan(0, `[{"id":"series9-T1-wine","kind":"windows","required":["card.one"],"judges":["agent.exe"]}]`)))
	if err != nil || len(r.Cells) != 3 || r.Cells[2].Judges[0] != "agent.exe" || r.Artifacts[0] != attest.Bytes("agent.exe", []byte("a Windows program")) {
		t.Errorf("%+v, %v", r, err)
	}
	for _, also := range []string{
		`[{"id":"x","kind":"wine","required":["card.one"],"judges":["other.exe"]}]`, `[{"id":"x","kind":"wine","required":["card.one"]}]`,
		`[{"id":"series9-T0-package","kind":"package","required":["card.one"]}]`, `[{"identity":"x"}]`, `{}`,
	} {
		plan(result.ExitUsage, also)
	}
}

// Requirement: cells that ran elsewhere go into one run with those of 'hil run',
// and the planner lists them all. Source: issue 6 points 1 and 6: a binary that
// outsiders carry, results signed where they were made. Turned red by: a second
// index, or a cell of a program that says nothing of the program.
func TestAttestElsewhere(t *testing.T) {
	d := signedDesk{t, desk(t, "PASS"), []string{"--sign", "tpm", "--tpm", tpmkeytest.TPM(t)}}
	d.release()
	d.enrol()
	signed := func(args ...string) []string { return append(args, d.signed...) }
	if code, said := run(t, d.dir, signed("--host", "bench-1", "--plan", d.path("plan.json"), "--run-id", "r1", "--no-index", "--cells", "series9-T0-*")...); code != result.ExitInconclusive {
		t.Fatalf("run: exit %d\n%s", code, said)
	}
	cell := `{"id":"%","series":"9","protocol":"T=1","kind":"%","product":"","verdict":"PASS","reproduce":"","start":"@","end":"@","specs":[]}`
	cell = strings.ReplaceAll(cell, "@", time.Now().UTC().Format(time.RFC3339Nano))
	for _, kind := range []string{"wine", "package"} {
		if err := os.Mkdir(d.path(kind), 0o755); err != nil {
			t.Fatal(err)
		}
		d.file(kind+"/cell.json", strings.ReplaceAll(cell, "%", kind))
	}
	attestations := d.path("out/latest/attestations")
	args := signed("attest", "--host", "bench-1", "--plan", d.path("plan.json"), "--run-id", "r1", "--suite", d.path("conformance"), "-o", attestations)
	d.must(result.ExitUsage, append(args, d.path("wine"))...)
	d.must(0, append(args, d.path("package"))...)
	d.must(0, append(args, "--judged", d.path("smartcard-connect"), d.path("wine"))...)
	index := signed("index", "--plan", d.path("plan.json"), "--hosts", d.path("hosts"), attestations)
	d.must(0, index...)
	d.must(result.ExitUnverified, index...)
	d.must(0, "verify", "--key", d.file("host.pem", d.must(0, signed("key", "show")...)), "--artifact", d.path("smartcard-connect"), filepath.Join(attestations, "wine.1.sigstore.json"))
	code, said := d.gate()
	if code != result.ExitInconclusive || strings.Count(said, ", attempt 1, on bench-1") != 3 || strings.Contains(said, "refused") {
		t.Errorf("exit %d\n%s", code, said)
	}
}

// Requirement: an interrupted run goes on where it was; a bench that broke may be
// tried again, in sight of the gate; and nobody gets a release by running a red
// cell until it is green. Source: issue 6 point 7; hil README, "an attempt may
// follow another only after MISS or ERROR". Turned red by: running again what
// stands, or counting the later attempt.
func TestRunAgainUntilGreen(t *testing.T) {
	d := signedDesk{t, desk(t, "ERROR"), []string{"--sign", "tpm", "--tpm", tpmkeytest.TPM(t)}}
	d.release()
	d.enrol()
	into := d.path("attestations")
	again := func(verdict string) string {
		d.file("verdict", verdict)
		_, said := run(t, d.dir, append([]string{"--host", "bench-1", "--plan", d.path("plan.json"), "--run-id", "r1", "--no-index", "--attestations", into}, d.signed...)...)
		return said
	}
	again("ERROR") // attempt 1
	again("FAIL")  // attempt 2, as nothing was learned by the first
	if said := again("PASS"); strings.Count(said, "is attested already: FAIL") != 2 || strings.Contains(said, "report.html") {
		t.Errorf("what failed ran again: %s", said)
	}
	d.must(0, append([]string{"index", "--plan", d.path("plan.json"), "--hosts", d.path("hosts"), into}, d.signed...)...)
	if err := os.CopyFS(d.path("out/latest/attestations"), os.DirFS(into)); err != nil {
		t.Fatal(err)
	}
	code, said := d.gate()
	if code != result.ExitFail || !strings.Contains(said, "ERROR series9-T0-package, attempt 1") || !strings.Contains(said, "FAIL  series9-T0-package, attempt 2") || !strings.Contains(said, "was tried again") {
		t.Errorf("exit %d\n%s", code, said)
	}
}
