#!/bin/sh
# A release candidate before the gate, as far as one machine can go: builds the
# programs that ship, for Linux and Windows, plans, signs policy and plan, runs
# every cell that the plan asks for, signs what was found, and lets the gate
# judge. All keys are in a TPM made of software that lives in out/release, so the
# verdict says so and claims no more than the policy here allows; who releases for
# others uses machines with TPMs, and the steps in hil/README.md.
#
#   ci/release.sh [FLAGS OF hil run, such as --at-once 4]
#
# Interrupted, it goes on where it was when it is called again: as long as the
# programs, by digest, and the plan are the same, cells that passed or failed are
# not run again. Exit codes are the gate's. The Windows programs run in the Wine
# box, which needs root; without it their cells are MISS, which is inconclusive.
#
# What `make proof` has found, in out/proof, is in the report, with the version that
# it was found for; a report of another version says so.
#
# Cells that run elsewhere go into out/release/also.json and out/release/also/
# before: see `bin/hil plan --help` and `bin/hil attest --help`;
# out/release/also/CELL has a cell.json and, in `judged`, the names of the programs
# in bin that were judged. They must have run after this host was enrolled, which
# the first call does. Delete out/release to begin anew.
set -eu
cd "$(dirname "$0")/.."
. ci/desk.sh
out=$PWD/out/release
mkdir -p "$out/also"

say "the Windows programs"
for arch in amd64 386; do
	# shellcheck disable=SC2086 # one word per package
	windows . "$PWD/bin" $arch $products $judges
done
ci/winebox/build.sh >/dev/null || test $? = 3 # 3: not here, and the cells say so
open_desk

# The plan. Where it is the one that the last call signed, its run goes on.
flags=
for p in bin/smartcard-connect bin/port-service bin/smartcard-connect-windows-*.exe bin/port-service-windows-*.exe; do flags="$flags --artifact $p"; done
also=
if [ -e "$out/also.json" ]; then also="--also $out/also.json"; fi
# shellcheck disable=SC2086 # flags are meant to split, here and below
$hil plan --rig release --release "$version" $flags $also >"$out/plan.next"
attestations=$out/attestations
if cmp -s "$out/plan.next" "$out/plan.json" && [ -s "$out/run" ]; then
	rm "$out/plan.next"
	say "going on with run $(cat "$out/run")"
else
	rm -rf "$attestations" "$out/vsa" "$out/runs"
	mv "$out/plan.next" "$out/plan.json"
	new_run >"$out/run"
	say "run $(cat "$out/run")"
fi
$hil sign $sign --as plan "$out/plan.json"
run=$(cat "$out/run")
mkdir -p "$attestations"
rm -f "$attestations/index.sigstore.json" # it will list what is there then

say "the cells"
proof=
if [ -s out/proof/proof.json ]; then proof="--proof out/proof/proof.json"; else say "no proof in out/proof: the report will be without"; fi
$hil run --rig release $sign --host bench --plan "$out/plan.json" --run-id "$run" --no-index $proof --attestations "$attestations" \
	--deadline 20m --out "$out/runs" "$@" >"$out/run.log" & # the gate says what it means
cells=$!
tail -n +1 -f --pid=$cells "$out/run.log" 2>/dev/null | grep --line-buffered -E '^series[^ ]+ +(running|[A-Z]+ )' >&2 &
wait $cells || true

for cell in "$out/also"/*; do
	[ -d "$cell" ] || continue
	[ ! -e "$attestations/$(basename "$cell").1.sigstore.json" ] || continue
	judged=
	for p in $(cat "$cell/judged"); do judged="$judged --judged bin/$p"; done
	$hil attest $sign --host bench --plan "$out/plan.json" --run-id "$run" --suite bin/conformance $judged -o "$attestations" "$cell"
done

say "the gate"
$hil index $sign --plan "$out/plan.json" --hosts "$out/hosts" "$attestations"
code=0
$hil gate --owner "$out/owner.pem" --policy "$out/policy.json" --plan "$out/plan.json" --explain \
	--attestations "$attestations" --attestations "$out/hosts" $flags $sign --out "$out/vsa" || code=$?
exit $code
