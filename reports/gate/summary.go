package gate

import (
	"encoding/json"
	"fmt"
	"io"
	"time"

	vsa "github.com/in-toto/attestation/go/predicates/vsa/v1"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/smartcard-connect/smartcard-connect/reports/attest"
	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

// level is what a summary may claim, and by which keys.
func (d *docket) level(o *Outcome) {
	if len(d.classes) == 0 {
		return // nothing counts: that is said elsewhere
	}
	o.Class = attest.Weakest(d.classes...)
	o.Notes = append(o.Notes, weak(o.Class)...)
	level, ok := d.policy.Levels[o.Class]
	if !ok {
		d.refuse("The policy does not accept that something hangs on a key of class ", string(o.Class), ".")
		return
	}
	o.Level = level
}

// weak is what must be said of keys that are not in a TPM.
func weak(c attest.Class) []string {
	switch c {
	case attest.TPM:
		return nil
	case attest.SWTPM:
		return []string{"Signed with keys of a TPM made of software: who had its files could have signed anything."}
	}
	return []string{"Signed with software keys: who had them could have signed anything."}
}

// Summary is the SLSA verification summary (VSA v1) for what is about to ship,
// to be signed by this signer. Only a PASS is PASSED. A PASS signed by a signer
// whose class the policy does not accept is an error that wraps
// attest.ErrMeaning.
func (o Outcome) Summary(by attest.Signer) (attest.Statement, error) {
	class := attest.Weakest(o.Class, by.Class())
	level, ok := o.policy.Levels[class]
	if !ok && o.Decision.Verdict == result.Pass {
		return attest.Statement{}, fmt.Errorf("summary: %w: the policy does not accept that something hangs on a key of class %s", attest.ErrMeaning, class)
	}
	v := &vsa.VerificationSummary{
		Verifier:           &vsa.VerificationSummary_Verifier{Id: o.policy.Verifier},
		TimeVerified:       timestamppb.New(o.e.Now),
		ResourceUri:        o.policy.Resource,
		Policy:             &vsa.VerificationSummary_Policy{Uri: o.policy.ID, Digest: digest(o.e.Policy.Content)},
		VerificationResult: "FAILED", VerifiedLevels: []string{"FAILED"}, SlsaVersion: "1.1",
	}
	if o.Decision.Verdict == result.Pass {
		v.VerificationResult, v.VerifiedLevels = "PASSED", []string{level}
	}
	for _, f := range o.inputs {
		v.InputAttestations = append(v.InputAttestations, &vsa.VerificationSummary_InputAttestation{Uri: f.Name, Digest: digest(f.Content)})
	}
	raw, err := protojson.Marshal(v)
	if err != nil {
		return attest.Statement{}, err
	}
	raw, err = withClass(raw, class)
	return attest.Statement{Subjects: o.e.Artifacts, Type: attest.TypeVSA, Predicate: raw}, err
}

// keyClass is where in verifier.version the class of the weakest key stands.
const keyClass = "key-class"

// withClass writes the class of the weakest key into verifier.version, which the
// library's type lacks. Source: SLSA VSA v1, verifier.version.
func withClass(raw []byte, class attest.Class) ([]byte, error) {
	var all map[string]any
	if err := json.Unmarshal(raw, &all); err != nil {
		return nil, err
	}
	who, ok := all["verifier"].(map[string]any)
	if !ok {
		return nil, fmt.Errorf("summary: %w: there is no verifier", attest.ErrFormat)
	}
	who["version"] = map[string]string{keyClass: string(class)}
	return json.Marshal(all)
}

func digest(content []byte) map[string]string {
	return map[string]string{"sha256": attest.Bytes("", content).SHA256}
}

// Explain says how the gate came to its word, a line for each attempt and for
// each reason.
func (o Outcome) Explain(w io.Writer) error {
	_, err := fmt.Fprintf(w, "policy  %s\nrun     %s to %s\n", o.policy.ID, o.Report.Start.UTC().Format(time.RFC3339), o.Report.End.UTC().Format(time.RFC3339))
	for _, a := range o.e.Artifacts {
		_, err = fmt.Fprintf(w, "program %s %s\n", a.SHA256, a.Name)
	}
	for _, l := range o.Attempts {
		_, err = fmt.Fprintf(w, "cell    %-5s %s, attempt %d, on %s, key in %s (%s)\n", l.Verdict, l.Cell, l.Number, l.Host, l.Class, l.File)
	}
	for _, n := range o.Notes {
		_, err = fmt.Fprintf(w, "note    %s\n", n)
	}
	for _, r := range o.Decision.Reasons {
		_, err = fmt.Fprintf(w, "reason  %s\n", r)
	}
	return err
}
