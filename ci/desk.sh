# What release.sh and patches.sh share; sourced, never run. A desk is a folder
# $out with a TPM made of software, in which owner, planner, gate and the one host
# have their keys, and with the policy that the owner signed.

hil=${hil:-bin/hil}
say() { echo "$(date +%T) $*" >&2; }

# open_desk starts the TPM, for as long as the script runs, enrols the host where
# it is not, and signs the policy. It sets $sign.
open_desk() {
	mkdir -p "$out/hosts" "$out/tpm"
	socket=$(mktemp -d)/tpm # a socket's path is short
	swtpm socket --tpm2 --tpmstate "dir=$out/tpm" --server "type=unixio,path=$socket" --flags not-need-init,startup-clear >"$out/swtpm.log" 2>&1 &
	tpm_process=$!
	trap 'kill $tpm_process ${cells:-} 2>/dev/null || true; rm -rf "$(dirname "$socket")" ${scratch:-}' EXIT
	trap 'exit 130' INT TERM
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
	if [ ! -e "$out/hosts/bench.sigstore.json" ]; then enrol; fi
	for purpose in report planner owner gate; do
		$hil key show $sign --purpose $purpose >"$out/$purpose.pem"
	done
	write_policy
	$hil sign $sign --as policy "$out/policy.json"
}

# enrol makes the host one whose results count: from now on, not before.
# shellcheck disable=SC2086 # flags are meant to split, here and below
enrol() {
	ek=$($hil enrol request $tpm --host bench -o "$out/request.json" | sed 's/.* //')
	$hil enrol challenge "$out/request.json" --ek "$ek" -o "$out/challenge.json" --pending "$out/pending.json"
	$hil enrol answer $tpm "$out/challenge.json" -o "$out/answer.json"
	$hil enrol accept "$out/pending.json" "$out/answer.json" $sign -o "$out/hosts/bench.sigstore.json"
}

write_policy() {
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
}

# windows FOLDER BIN ARCH PACKAGE... builds Windows programs from the Go tree in
# FOLDER, called such as smartcard-connect-windows-386.exe.
windows() {
	from=$1 to=$2 arch=$3
	shift 3
	for package in "$@"; do
		(cd "$from" && GOOS=windows GOARCH="$arch" CGO_ENABLED=0 go build -buildvcs=false -trimpath \
			-ldflags "$ldflags" -o "$to/${package##*/}-windows-$arch.exe" "$package")
	done
}

version=$(git describe --always --dirty 2>/dev/null || echo unknown)
ldflags=$(make -s --no-print-directory flags)
products="./agent/cmd/smartcard-connect ./agent/cmd/port-service"
judges="./conformance/cmd/conformance ./conformance/cmd/scripted-pinentry"
new_run() { od -An -N16 -tx1 /dev/urandom | tr -d ' \n'; }
