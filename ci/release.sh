#!/bin/sh
# A release candidate before the gate, as far as one machine can go: builds the
# programs that ship, for Linux and Windows, plans, signs policy and plan, runs the
# matrix, signs what was found, and lets the gate judge. All keys are in a TPM made
# of software that lives in out/release, so the verdict says so and claims no more
# than the policy here allows; who releases for others uses machines with TPMs, and
# the steps in hil/README.md.
#
#   ci/release.sh [FLAGS OF hil run, such as --rig FILE]
#
# Exit codes are the gate's. Cells that run elsewhere, such as the Windows
# programs', go into out/release/also.json and out/release/also/ before: see
# `bin/hil plan --help` and `bin/hil attest --help`; out/release/also/CELL has a
# cell.json and, in `judged`, the names of the programs in out/release that were
# judged. They must have run after this host was enrolled, which the first call
# does. Until then the gate calls the Windows programs unjudged, which is
# inconclusive. Delete out/release to begin anew.
set -eu
cd "$(dirname "$0")/.."
out=$PWD/out/release
hil=bin/hil
mkdir -p "$out/hosts" "$out/also"
rm -rf "$out/vsa" "$out/runs"
export GOFLAGS="${GOFLAGS:-} -buildvcs=false"

version=$(git describe --always --dirty 2>/dev/null || echo unknown)
ldflags=$(make -s --no-print-directory flags)
for arch in amd64 386; do
	for program in smartcard-connect port-service; do
		GOOS=windows GOARCH=$arch CGO_ENABLED=0 go build -trimpath -ldflags "$ldflags" \
			-o "$out/$program-windows-$arch.exe" "./agent/cmd/$program"
	done
done
programs="bin/smartcard-connect bin/port-service $(echo "$out"/*-windows-*.exe)"

# A TPM made of software, for as long as this runs. A socket's path is short.
socket=$(mktemp -d)/tpm
mkdir -p "$out/tpm"
swtpm socket --tpm2 --tpmstate "dir=$out/tpm" --server "type=unixio,path=$socket" --flags not-need-init,startup-clear >"$out/swtpm.log" 2>&1 &
trap 'kill $!; rm -rf "$(dirname "$socket")"' EXIT
tries=0
while [ ! -S "$socket" ]; do
	tries=$((tries + 1))
	if [ $tries -gt 50 ]; then
		echo "swtpm did not start: $out/swtpm.log" >&2
		exit 2
	fi
	sleep 0.1
done
tpm="--tpm $socket"
sign="--sign tpm $tpm"

# Once enrolled, a host stays so: what runs before does not count.
# shellcheck disable=SC2086 # flags are meant to split, here and below
if [ ! -e "$out/hosts/bench.sigstore.json" ]; then
	ek=$($hil enrol request $tpm --host bench -o "$out/request.json" | sed 's/.* //')
	$hil enrol challenge "$out/request.json" --ek "$ek" -o "$out/challenge.json" --pending "$out/pending.json"
	$hil enrol answer $tpm "$out/challenge.json" -o "$out/answer.json"
	$hil enrol accept "$out/pending.json" "$out/answer.json" $sign -o "$out/hosts/bench.sigstore.json"
fi
for purpose in report planner owner gate; do
	$hil key show $sign --purpose $purpose >"$out/$purpose.pem"
done
planner=$(awk '{ printf "%s\\n", $0 }' "$out/planner.pem")
cat >"$out/policy.json" <<END
{
  "schema": 1,
  "id": "urn:smartcard-connect:policy:one-machine",
  "verifier": "urn:smartcard-connect:gate",
  "resource": "pkg:generic/smartcard-connect",
  "planners": ["$planner"],
  "levels": {"swtpm": "HIL_CONFORMANCE_L1"},
  "max_age_hours": 24,
  "max_waiver_days": 30
}
END

# The rig is for plan and run alike.
rig=
if [ "${1:-}" = --rig ]; then rig="--rig $2"; shift 2; fi
flags=
for p in $programs; do flags="$flags --artifact $p"; done
also=
if [ -e "$out/also.json" ]; then also="--also $out/also.json"; fi
$hil plan $rig --release "$version" $flags $also >"$out/plan.json"
$hil sign $sign --as policy "$out/policy.json"
$hil sign $sign --as plan "$out/plan.json"

run=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
$hil run $rig $sign --host bench --plan "$out/plan.json" --run-id "$run" --no-index --out "$out/runs" "$@" || true # the gate says what it means
attestations=$out/runs/latest/attestations
for cell in "$out/also"/*; do
	[ -d "$cell" ] || continue
	judged=
	for p in $(cat "$cell/judged"); do judged="$judged --judged $out/$p"; done
	$hil attest $sign --host bench --plan "$out/plan.json" --run-id "$run" --suite bin/conformance $judged -o "$attestations" "$cell"
done
$hil index $sign --plan "$out/plan.json" --hosts "$out/hosts" "$attestations"
code=0
$hil gate --owner "$out/owner.pem" --policy "$out/policy.json" --plan "$out/plan.json" --explain \
	--attestations "$attestations" --attestations "$out/hosts" $flags $sign --out "$out/vsa" || code=$?
exit $code
