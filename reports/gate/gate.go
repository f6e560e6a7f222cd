// Package gate says whether a release may ship: a report in, a decision out
// ([Decide]); or signed policy, signed plan and attestations in, a decision and a
// SLSA verification summary out ([Verify]).
//
// The rules, in the order of their weight:
//
//   - A FAIL anywhere, planned or not, is FAIL. Only a cell whose bench was
//     found broken (verdict MISS, with a reason) does not hold its failures
//     against the product; it is inconclusive.
//   - Each planned cell that is not excluded has exactly one result, of the
//     planned kind, with verdict PASS and no fault switched on; and each of its
//     required specs has exactly one result there, with verdict PASS.
//   - A MISS, an ERROR or an unknown verdict anywhere is inconclusive.
//   - A plan without required cells, or with none of a kind that counts for a
//     program (pcscd, windows), and a run that judged nothing are inconclusive.
//   - An excluded cell needs a reason and counts for nothing.
//
// So a further result can make a decision stricter and never milder, except
// that it may be the one that was missing.
//
// Verify makes the report itself, from what attestations say, and so adds:
//
//   - Policy, plan and waivers are signed by the owner of the release; the index
//     of the run and the records of the hosts' keys by a planner that the policy
//     names; each attempt by a key with a record that holds at that time and is
//     not revoked. A host is who its key says it is, and never who it says.
//   - An attestation counts only for the run, plan, attempt and digest that the
//     index has it under, for exactly the programs by digest that the plan says
//     its cell judges, and when a suite judged that the plan allows. All else is
//     refused, and what is refused is an attack or a mistake: exit code 3, if
//     nothing failed.
//   - What the index lists and is not there is inconclusive. So taking one away
//     does not help, be it red or green.
//   - A run older than the policy allows is refused.
//   - An attempt may follow another only after MISS or ERROR; a FAIL stays.
//   - Each program has a cell that judges it, of a kind that counts for it: windows
//     where its name ends in .exe, pcscd for all others, or what the plan says.
//   - A FAIL may be waived by its spec, cell and text, until the waiver ends.
//
// Sources: in-toto Attestation Framework (subjects match by digest); SLSA
// Verification Summary v1.
package gate

import (
	"slices"
	"strings"

	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

// Decide applies the rules to what the report holds. A decision already in the
// report has no say.
func Decide(r result.Report) result.Decision {
	var f findings
	f.ofProgram(r.Plan)
	f.report(r)
	return f.decision(r)
}

func (f *findings) report(r result.Report) {
	f.plan(r.Plan)
	for _, p := range r.Plan.Cells {
		f.planned(p, r)
	}
	for _, c := range r.Cells {
		f.ran(c)
	}
	if n := r.Count(); n.Executed() == 0 {
		f.open("The run judged no spec at all.")
	}
}

func (f *findings) decision(r result.Report) result.Decision {
	v := f.verdict()
	d := result.Decision{Verdict: v, Exit: v.Exit(), Reasons: f.reasons(), Counts: r.Count()}
	if v == result.Miss && len(f.refusals) > 0 {
		d.Exit = result.ExitUnverified
	}
	return d
}

// findings are sentences: those that fail a release, those about evidence that
// was refused, and those that leave a release's worth open.
type findings struct{ fails, refusals, opens []string }

func (f *findings) fail(words ...string)   { f.fails = append(f.fails, strings.Join(words, "")) }
func (f *findings) refuse(words ...string) { f.refusals = append(f.refusals, strings.Join(words, "")) }
func (f *findings) open(words ...string)   { f.opens = append(f.opens, strings.Join(words, "")) }

func (f *findings) verdict() result.Verdict {
	switch {
	case len(f.fails) > 0:
		return result.Fail
	case len(f.refusals) > 0, len(f.opens) > 0:
		return result.Miss
	}
	return result.Pass
}

// reasons are the sentences, failures first, each once.
func (f *findings) reasons() []string {
	var once []string
	for _, s := range slices.Concat(f.fails, f.refusals, f.opens) {
		if !slices.Contains(once, s) {
			once = append(once, s)
		}
	}
	return once
}
